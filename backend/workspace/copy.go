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

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Copy copies a file, link or folder with everything in it, modes included,
// making missing folders above the destination. The copy appears at once when
// it is whole; an error or a cancelled ctx leaves nothing of it. With overwrite,
// what is at the destination goes when the copy takes its place; without, it is
// [ErrExists]. A device, pipe or socket is [ErrSpecial].
func (w *Workspace) Copy(ctx context.Context, from, to string, overwrite bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	source, target, err := w.pair(from, to)
	if err == nil && source == target {
		err = ErrExists
	}
	if err != nil {
		return fail("copying", from, err)
	}
	if err := w.makeParents(target); err != nil {
		return fail("copying", from, err)
	}
	return fail("copying", from, w.copy(ctx, source, target, overwrite, false))
}

// copy copies source to target, both resolved. With durable the bytes are on
// the disk before the copy appears: the source is about to go.
func (w *Workspace) copy(ctx context.Context, source, target string, overwrite, durable bool) error {
	if _, err := w.lstat(target); err == nil && !overwrite {
		return ErrExists
	}
	temporary := path.Join(path.Dir(target), atomicfile.TemporaryName())
	c := copier{root: w.root, durable: durable}
	err := c.tree(ctx, filepath.FromSlash(source), filepath.FromSlash(temporary))
	if err == nil {
		err = w.rename(temporary, target, overwrite)
	}
	if err != nil {
		return errors.Join(err, w.root.RemoveAll(filepath.FromSlash(temporary)))
	}
	return nil
}

// copier copies inside one root; its paths are the system's.
type copier struct {
	root    *os.Root
	durable bool
}

func (c copier) tree(ctx context.Context, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := c.root.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return c.folder(ctx, from, to, info.Mode())
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := c.root.Readlink(from)
		if err != nil {
			return err
		}
		return c.root.Symlink(target, to)
	case info.Mode().IsRegular():
		return c.file(from, to, info.Mode())
	}
	return fmt.Errorf("copying %q: %w", filepath.ToSlash(from), ErrSpecial)
}

func (c copier) folder(ctx context.Context, from, to string, mode fs.FileMode) error {
	folder, err := c.root.Open(from)
	if err != nil {
		return err
	}
	names, err := folder.Readdirnames(-1)
	folder.Close()
	if err != nil {
		return err
	}
	if err := c.root.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, name := range names {
		err := c.tree(ctx, filepath.Join(from, name), filepath.Join(to, name))
		if err == nil {
			continue
		}
		if _, gone := c.root.Lstat(filepath.Join(from, name)); !errors.Is(gone, fs.ErrNotExist) {
			return err
		}
		// The source has gone since it was listed: it is not part of the copy.
		if err := c.root.RemoveAll(filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return c.root.Chmod(to, mode) // last: it may forbid writing
}

func (c copier) file(from, to string, mode fs.FileMode) error {
	in, err := c.root.OpenFile(from, os.O_RDONLY|openNoWait, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := c.root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close() // again harmless after the one below
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Chmod(mode); err != nil {
		return err
	}
	if c.durable {
		if err := out.Sync(); err != nil {
			return err
		}
	}
	return out.Close()
}
