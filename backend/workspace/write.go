package workspace

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// WriteOptions say what [Workspace.WriteFile] may do. The zero value allows
// nothing.
type WriteOptions struct {
	Create    bool   // the file may be new; missing folders above it are made
	Overwrite bool   // the file may exist
	IfVersion string // allows overwriting only this version of an existing file
	Mode      uint32 // permission bits to set; 0 keeps the file's, or is the usual for a new one
}

// WriteFile replaces a file's bytes or makes a file, whole or not at all.
//
// Without Create a missing file is fs.ErrNotExist; without Overwrite or
// IfVersion an existing one is [ErrExists]. With IfVersion a file that has
// another version, or is gone, is [ErrChanged]. A file whose permission bits
// keep this user from writing is fs.ErrPermission, although replacing it would
// work. A full disk is [ErrDiskFull].
func (w *Workspace) WriteFile(ctx context.Context, name string, data []byte, o WriteOptions) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	cleaned, err := clean(name)
	if err != nil {
		return Entry{}, fail("writing", name, err)
	}
	// The link stays and what it leads to is replaced; that may be a new file.
	target, err := w.resolve(cleaned, true)
	if err != nil {
		return Entry{}, fail("writing", name, err)
	}
	if err := w.replace(ctx, target, data, o); err != nil {
		return Entry{}, fail("writing", name, err)
	}
	return w.Stat(ctx, cleaned)
}

func (w *Workspace) replace(ctx context.Context, target string, data []byte, o WriteOptions) error {
	exists, err := w.mayReplace(target, o)
	if err != nil {
		return err
	}
	if !exists {
		if err := w.makeParents(target); err != nil {
			return err
		}
	}
	staged, err := atomicfile.Stage(w.root, filepath.FromSlash(target), fileMode(o.Mode))
	if err != nil {
		return stagedError(err)
	}
	defer staged.Discard()
	if _, err := staged.Write(data); err != nil {
		return stagedError(err)
	}
	if err := staged.Sync(); err != nil {
		return stagedError(err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Writing took its time: look once more, as late as possible.
	if _, err := w.mayReplace(target, o); err != nil {
		return err
	}
	if exists || o.Overwrite {
		return stagedError(staged.Commit())
	}
	return stagedError(staged.CommitNew())
}

// mayReplace reports whether there is a file at target, and refuses what o does
// not allow.
func (w *Workspace) mayReplace(target string, o WriteOptions) (exists bool, err error) {
	s, err := w.lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		switch {
		case o.IfVersion != "":
			return false, ErrChanged
		case !o.Create:
			return false, err
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := wantFile(s.kind()); err != nil {
		return true, err
	}
	switch {
	case o.IfVersion != "" && s.version() != o.IfVersion:
		return true, ErrChanged
	case o.IfVersion == "" && !o.Overwrite:
		return true, ErrExists
	case !w.user.mayWrite(s):
		return true, syscall.EACCES
	}
	return true, nil
}

// stagedError drops the "writing …" of package atomicfile, which would be said
// twice.
func stagedError(err error) error {
	if errors.Is(err, ErrDiskFull) {
		return ErrDiskFull
	}
	if wrapped := errors.Unwrap(err); wrapped != nil {
		return wrapped
	}
	return err
}

// MakeFolder makes a folder and those above it. A folder that exists is fine;
// anything else in the way is [ErrExists].
func (w *Workspace) MakeFolder(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cleaned, err := clean(name)
	if err != nil {
		return fail("making folder", name, err)
	}
	err = w.at(cleaned, true, func(name string) error {
		return w.root.MkdirAll(filepath.FromSlash(name), 0o777)
	})
	if err != nil && isNotFolder(cause(err)) {
		if s, statErr := w.lstat(cleaned); statErr == nil && s.kind() != Folder {
			err = ErrExists
		}
	}
	return fail("making folder", name, err)
}

// Delete removes a file, a link (not what it leads to) or an empty folder; with
// recursive also a folder and everything in it.
func (w *Workspace) Delete(ctx context.Context, name string, recursive bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cleaned, err := clean(name)
	if err == nil && cleaned == "." {
		err = ErrTop
	}
	if err != nil {
		return fail("deleting", name, err)
	}
	err = w.at(cleaned, false, func(name string) error {
		system := filepath.FromSlash(name)
		if !recursive {
			return w.root.Remove(system)
		}
		if _, err := w.root.Lstat(system); err != nil {
			return err // RemoveAll is content with nothing
		}
		return w.root.RemoveAll(system)
	})
	return fail("deleting", name, err)
}
