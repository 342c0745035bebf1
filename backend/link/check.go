package link

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Check looks whether the target is there and what it says, also where symbolic
// links lead, and returns its path without those. The error is an [*Error].
func (t Target) Check() (real string, err error) {
	real, err = filepath.EvalSymlinks(t.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", refuse("there is no %s at the path it names", t.kind())
	}
	if err != nil {
		return "", refuse("what its path names cannot be looked at")
	}
	if special(slashes(real)) {
		return "", refuse("its path leads to a place of the system that is no place for files")
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return "", refuse("what its path names cannot be looked at")
	case t.File && !info.Mode().IsRegular(), !t.File && !info.IsDir():
		return "", refuse("what its path names is no %s", t.kind())
	}
	return real, nil
}

func (t Target) kind() string {
	if t.File {
		return "file"
	}
	return "folder"
}
