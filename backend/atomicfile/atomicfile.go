// Package atomicfile replaces files whole.
//
// # Promises
//
// A reader sees the old bytes or the new bytes, never a mixture and never an
// empty file. When [Write], [WriteIn] or [Staged.Commit] return nil the new
// bytes are on the disk, also after a power cut. When they return an error the
// old file is as it was and no temporary file stays behind; a full disk is
// [ErrDiskFull]. The one exception is an error that says "syncing folder": the
// new file is in its place, but may be gone after a power cut. Only a process
// killed in mid-write leaves a temporary file, whose name [IsTemporary] knows.
//
// # Limits
//
// A file is replaced by another one of the same name, so its permission bits
// and, where the system lets us, its owner are kept, but extended attributes
// are not, and another hard link to it goes on naming the old bytes. The folder
// must allow new files.
package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path, or makes it. A mode of 0 keeps an existing
// file's mode and gives a new file 0666 less the process's umask; any other
// mode is set exactly. Where path is a symbolic link, the file it leads to is
// written and the link stays. What is no file, such as a device, is not replaced:
// the error is [ErrNotFile].
func Write(path string, data []byte, mode fs.FileMode) error {
	target, err := follow(path)
	if err != nil {
		return err
	}
	if info, err := os.Lstat(target); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("writing %q, which leads to %q: %w", path, target, ErrNotFile)
	}
	root, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	defer root.Close()
	return WriteIn(root, filepath.Base(target), data, mode)
}

// WriteIn is [Write] for a name inside root, whose folder must exist. A
// symbolic link at name itself is replaced, not followed; links on the way to
// it are followed as long as they stay inside root.
func WriteIn(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	staged, err := Stage(root, name, mode)
	if err != nil {
		return err
	}
	defer staged.Discard()
	if _, err := staged.Write(data); err != nil {
		return err
	}
	return staged.Commit()
}

// follow returns the path a chain of symbolic links at path ends in, which
// need not exist. A ".." counts from where the links before it lead, so
// nothing is joined by text.
func follow(path string) (string, error) {
	const most = 40 // as many as Linux follows
	target := path
	for range most {
		info, err := os.Lstat(target)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return target, nil //nolint:nilerr // what is wrong with it shows when it is written
		}
		link, err := os.Readlink(target)
		if err != nil {
			return "", fmt.Errorf("writing %q: %w", path, err)
		}
		if !filepath.IsAbs(link) {
			folder, _ := filepath.Split(target)
			link = folder + link
		}
		folder, name := filepath.Split(link)
		if folder, err = filepath.EvalSymlinks(folder); err != nil {
			return "", fmt.Errorf("writing %q: %w", path, err)
		}
		target = filepath.Join(folder, name)
	}
	return "", fmt.Errorf("writing %q: too many symbolic links", path)
}
