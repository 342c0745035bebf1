package extension

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// extract unpacks the files of a package into an empty folder and has them on the
// disk when it returns. What is unpacked is counted: the list of an archive may
// lie. Told hears how many bytes there are so far.
func (a *archive) extract(ctx context.Context, into *os.Root, told func(done int64)) error {
	var done int64
	made := map[string]bool{".": true}
	for _, each := range a.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if folder := path.Dir(each.name); !made[folder] {
			if err := into.MkdirAll(folder, 0o755); err != nil {
				return keeping(err)
			}
			made[folder] = true
		}
		n, err := extractFile(ctx, into, each, mostUnpacked-done)
		if err != nil {
			return err
		}
		done += n
		told(done)
	}
	if err := syncFolder(into, a.files); err != nil {
		return keeping(err)
	}
	return nil
}

func extractFile(ctx context.Context, into *os.Root, each packed, room int64) (int64, error) {
	from, err := each.file.Open()
	if err != nil {
		return 0, damaged()
	}
	defer from.Close()
	to, err := into.OpenFile(each.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, keeping(err)
	}
	most := min(room, int64(min(each.file.UncompressedSize64, mostUnpacked)))
	writer := &written{to: to}
	n, err := io.Copy(writer, io.LimitReader(reading{ctx, from}, most+1))
	if closed := to.Close(); err == nil && closed != nil {
		writer.err = closed
	}
	switch {
	case writer.err != nil:
		return 0, keeping(writer.err)
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil:
		return 0, damaged()
	case n > most:
		return 0, refuse("The package unpacks to more than it says, as only a package that is meant to do harm does.")
	}
	return n, nil
}

// written tells errors of writing from those of reading.
type written struct {
	to  io.Writer
	err error
}

func (w *written) Write(data []byte) (int, error) {
	n, err := w.to.Write(data)
	if err != nil {
		w.err = err
	}
	return n, err
}

// reading ends with its context.
type reading struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one copy
	from io.Reader
}

func (r reading) Read(into []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(into)
}

// keeping explains why something could not be kept on the disk.
func keeping(err error) error {
	switch {
	case errors.Is(err, atomicfile.ErrDiskFull) || isFull(err):
		return &Error{
			Message: "The disk is full, so nothing was installed; what is installed is as it was.",
			Hint:    "Free some space, then try again.", Err: fmt.Errorf("%w: %w", ErrKept, err),
		}
	case errors.Is(err, fs.ErrPermission):
		return &Error{
			Message: "Keel may not write to its folder of extensions; what is installed is as it was.",
			Hint:    "Check who owns Keel's data folder.", Err: fmt.Errorf("%w: %w", ErrKept, err),
		}
	}
	return &Error{
		Message: "The folder of extensions cannot be written to; what is installed is as it was.",
		Hint:    "Check the disk with Keel's data folder, then try again.", Err: fmt.Errorf("%w: %w", ErrKept, err),
	}
}
