package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// DefaultReadLimit is how many bytes [Workspace.ReadFile] returns when no limit
// is given.
const DefaultReadLimit = 64 << 20

// OpenedFile is a file opened for reading, wherever in it. Reading goes on to
// see the old bytes after the file has been replaced.
type OpenedFile interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Stat describes a path.
func (w *Workspace) Stat(ctx context.Context, name string) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	cleaned, err := clean(name)
	if err != nil {
		return Entry{}, fail("looking at", name, err)
	}
	s, err := w.lstat(cleaned)
	if err != nil {
		return Entry{}, fail("looking at", name, err)
	}
	return w.entry(cleaned, s), nil
}

// lstat describes a path without following a link at its end.
func (w *Workspace) lstat(name string) (status, error) {
	var s status
	err := w.at(name, false, func(name string) error {
		folder, err := w.root.Open(filepath.FromSlash(path.Dir(name)))
		if err != nil {
			return err
		}
		defer folder.Close()
		if name == "." {
			s, err = statFile(folder)
		} else {
			s, err = statAt(folder, path.Base(name))
		}
		return err
	})
	return s, err
}

// entry makes an Entry of a path and what lstat said of it.
func (w *Workspace) entry(name string, s status) Entry {
	e := Entry{Path: name, Name: path.Base(name), Kind: s.kind()}
	if name == "." {
		e.Name = w.Name()
	}
	if e.Kind == Symlink {
		if target, err := w.follow(name); err == nil {
			s = target
			e.Target = s.kind()
		}
	}
	s.fill(&e, w.user)
	return e
}

// follow describes what a link leads to, if that is inside the workspace.
func (w *Workspace) follow(name string) (status, error) {
	target, err := w.resolve(name, true)
	if err != nil {
		return status{}, err
	}
	return w.lstat(target)
}

// List describes what is in a folder, sorted by name. What vanishes while it
// is read is left out.
func (w *Workspace) List(ctx context.Context, name string) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cleaned, err := clean(name)
	if err != nil {
		return nil, fail("listing", name, err)
	}
	folder, err := w.openFolder(cleaned)
	if err != nil {
		return nil, fail("listing", name, err)
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, fail("listing", name, err)
	}
	slices.Sort(names)
	entries := make([]Entry, len(names))
	if err := w.describe(ctx, folder, cleaned, names, entries); err != nil {
		return nil, fail("listing", name, err)
	}
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.Kind == "" }), nil
}

// describe fills entries, one for each name in folder, with several workers:
// a large folder costs one system call a name. An entry that has vanished stays
// zero.
func (w *Workspace) describe(ctx context.Context, folder *os.File, in string, names []string, entries []Entry) error {
	const fewest = 512 // names for which another worker is worth its start
	workers := max(1, min(runtime.GOMAXPROCS(0), len(names)/fewest))
	var group sync.WaitGroup
	errs := make([]error, workers)
	for worker := range workers {
		from, to := worker*len(names)/workers, (worker+1)*len(names)/workers
		group.Go(func() { errs[worker] = w.describePart(ctx, folder, in, names[from:to], entries[from:to]) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func (w *Workspace) describePart(ctx context.Context, folder *os.File, in string, names []string, entries []Entry) error {
	var failed error
	err := statEach(folder, names, func(i int, s status, err error) bool {
		switch {
		case i%256 == 0 && ctx.Err() != nil:
			failed = ctx.Err()
		case err == nil:
			entries[i] = w.entry(join(in, names[i]), s)
		case !errors.Is(err, fs.ErrNotExist):
			failed = fmt.Errorf("looking at %q: %w", names[i], err)
		}
		return failed == nil
	})
	return errors.Join(err, failed)
}

// join is path.Join for a clean folder and a name.
func join(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}

// openFolder opens a folder for reading its names.
func (w *Workspace) openFolder(name string) (*os.File, error) {
	var folder *os.File
	err := w.at(name, true, func(name string) error {
		file, err := w.root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|openNoWait, 0)
		if err != nil {
			return err
		}
		info, err := file.Stat()
		if err == nil && !info.IsDir() {
			err = ErrNotFolder
		}
		if err != nil {
			file.Close()
			return err
		}
		folder = file
		return nil
	})
	return folder, err
}

// OpenFile opens a file for reading. The Entry describes the very file that
// was opened.
func (w *Workspace) OpenFile(ctx context.Context, name string) (OpenedFile, Entry, error) {
	file, e, err := w.open(ctx, name)
	if err != nil {
		return nil, Entry{}, err
	}
	return file, e, nil
}

func (w *Workspace) open(ctx context.Context, name string) (*os.File, Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, Entry{}, err
	}
	cleaned, err := clean(name)
	if err != nil {
		return nil, Entry{}, fail("opening", name, err)
	}
	var file *os.File
	err = w.at(cleaned, true, func(name string) (err error) {
		file, err = w.root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|openNoWait, 0)
		return err
	})
	if err != nil {
		return nil, Entry{}, fail("opening", name, specialError(err))
	}
	s, err := statFile(file)
	if err == nil {
		err = wantFile(s.kind())
	}
	if err != nil {
		file.Close()
		return nil, Entry{}, fail("opening", name, err)
	}
	e := Entry{Path: cleaned, Name: path.Base(cleaned), Kind: File}
	if link, err := w.lstat(cleaned); err == nil && link.kind() == Symlink {
		e.Kind, e.Target = Symlink, File
	}
	s.fill(&e, w.user)
	return file, e, nil
}

func wantFile(kind Kind) error {
	switch kind {
	case File:
		return nil
	case Folder:
		return ErrIsFolder
	}
	return ErrSpecial
}

// ReadFile returns a file's bytes, or [ErrTooLarge] when there are more than
// limit; 0 is [DefaultReadLimit]. The bytes are those of the Entry's Version:
// a file that is written to meanwhile is read again, and one written to within
// the last tick of the file system's clock is waited for, because a further
// change in that tick could not be told by its times.
func (w *Workspace) ReadFile(ctx context.Context, name string, limit int64) ([]byte, Entry, error) {
	const attempts = 3
	if limit <= 0 {
		limit = DefaultReadLimit
	}
	for attempt := 1; ; attempt++ {
		data, e, stable, err := w.readOnce(ctx, name, limit)
		if err != nil {
			return nil, Entry{}, err
		}
		if stable || attempt == attempts {
			return data, e, nil
		}
		if err := sleep(ctx, clockTick); err != nil {
			return nil, Entry{}, err
		}
	}
}

// clockTick is longer than the step of any Linux file system's clock (10 ms at
// the coarsest), plus a little for ours running ahead of it.
const clockTick = 12 * time.Millisecond

func (w *Workspace) readOnce(ctx context.Context, name string, limit int64) (data []byte, e Entry, stable bool, err error) {
	file, e, err := w.open(ctx, name)
	if err != nil {
		return nil, Entry{}, false, err
	}
	defer file.Close()
	data, err = readAll(ctx, file, e.Size, limit)
	if err != nil {
		return nil, Entry{}, false, fail("reading", name, err)
	}
	after, err := statFile(file)
	if err != nil {
		return nil, Entry{}, false, fail("reading", name, err)
	}
	age := time.Since(time.Unix(0, after.changed))
	return data, e, after.version() == e.Version && (age < 0 || age > clockTick), nil
}

// readAll reads to the end: the size is only a hint, files grow and those of
// /proc say 0.
func readAll(ctx context.Context, file io.Reader, size, limit int64) ([]byte, error) {
	const step = 1 << 20
	if size > limit {
		return nil, fmt.Errorf("%w: %d bytes, and at most %d are read at once", ErrTooLarge, size, limit)
	}
	data := make([]byte, 0, size+512)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data = slices.Grow(data, 512)
		n, err := file.Read(data[len(data):min(cap(data), len(data)+step)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, cause(err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
