package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Move renames a file, folder or link, making missing folders above the
// destination. With overwrite, what is at the destination goes, once the move
// is certain; without, it is [ErrExists]. A rename that changes only the case
// of letters works on every file system.
func (w *Workspace) Move(ctx context.Context, from, to string, overwrite bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	source, target, err := w.pair(from, to)
	if err != nil {
		return fail("moving", from, err)
	}
	if source == target {
		return nil
	}
	if err := w.makeParents(target); err != nil {
		return fail("moving", from, err)
	}
	err = w.rename(source, target, overwrite)
	if errors.Is(err, syscall.EXDEV) {
		err = w.moveAcross(ctx, source, target, overwrite)
	}
	if errors.Is(err, fs.ErrExist) && !overwrite {
		err = ErrExists
	}
	return fail("moving", from, err)
}

// pair checks a source and a destination and resolves the links above them.
func (w *Workspace) pair(from, to string) (source, target string, err error) {
	for _, side := range []struct {
		name string
		out  *string
	}{{from, &source}, {to, &target}} {
		cleaned, err := clean(side.name)
		if err != nil {
			return "", "", err
		}
		if *side.out, err = w.resolve(cleaned, false); err != nil {
			return "", "", err
		}
		if *side.out == "." {
			return "", "", ErrTop
		}
	}
	if _, err := w.lstat(source); err != nil {
		return "", "", err
	}
	if source != target && within(target, source) {
		return "", "", ErrIntoItself
	}
	if within(source, target) && source != target {
		return "", "", ErrExists // the destination holds the source
	}
	return source, target, nil
}

// makeParents makes the folders above a path.
func (w *Workspace) makeParents(target string) error {
	err := w.root.MkdirAll(filepath.FromSlash(path.Dir(target)), 0o777)
	if errors.Is(err, fs.ErrExist) {
		return ErrNotFolder // a file stands where a folder is needed
	}
	return err
}

// rename moves source to target, both resolved.
func (w *Workspace) rename(source, target string, overwrite bool) error {
	old, err := w.lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.renameNew(source, target)
	case err != nil:
		return err
	}
	s, err := w.lstat(source)
	if err != nil {
		return err
	}
	if s.file == old.file && strings.EqualFold(source, target) {
		// One file under two spellings: the file system folds case.
		return w.root.Rename(filepath.FromSlash(source), filepath.FromSlash(target))
	}
	if !overwrite {
		return ErrExists
	}
	if s.kind() != Folder && old.kind() != Folder {
		return w.root.Rename(filepath.FromSlash(source), filepath.FromSlash(target))
	}
	return w.renameAside(source, target)
}

// renameAside replaces target where a plain rename cannot, because one of the
// two is a folder. What was there is put back if the move does not happen.
func (w *Workspace) renameAside(source, target string) error {
	aside := filepath.FromSlash(path.Join(path.Dir(target), atomicfile.TemporaryName()))
	system := filepath.FromSlash(target)
	if err := w.root.Rename(system, aside); err != nil {
		return err
	}
	if err := w.renameNew(source, target); err != nil {
		return errors.Join(err, w.root.Rename(aside, system))
	}
	return w.root.RemoveAll(aside)
}

// moveAcross moves between two file systems mounted in one workspace.
func (w *Workspace) moveAcross(ctx context.Context, source, target string, overwrite bool) error {
	if err := w.copy(ctx, source, target, overwrite, true); err != nil {
		return err
	}
	return w.root.RemoveAll(filepath.FromSlash(source))
}

// renameLook is renameNew where the system has no call for it.
func (w *Workspace) renameLook(source, target string) error {
	if _, err := w.root.Lstat(filepath.FromSlash(target)); err == nil {
		return os.ErrExist
	}
	return w.root.Rename(filepath.FromSlash(source), filepath.FromSlash(target))
}
