//go:build !linux

package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// currentUser takes the owner's bits for everyone's: Windows has no others.
func currentUser() user { return user{} }

func statAt(folder *os.File, name string) (status, error) {
	info, err := os.Lstat(filepath.Join(folder.Name(), name))
	if err != nil {
		return status{}, err
	}
	return statusOf(info), nil
}

func statEach(folder *os.File, names []string, do func(i int, s status, err error) bool) error {
	for i, name := range names {
		if s, err := statAt(folder, name); !do(i, s, err) {
			break
		}
	}
	return nil
}

func statFile(file *os.File) (status, error) {
	info, err := file.Stat()
	if err != nil {
		return status{}, err
	}
	return statusOf(info), nil
}

// statusOf knows no change time, so versions rest on the file's number, its size
// and its modification time.
func statusOf(info fs.FileInfo) status {
	s := status{file: fileNumber(info), size: info.Size(), mode: uint32(info.Mode().Perm()), modified: info.ModTime().UnixNano()}
	s.changed = s.modified
	if runtime.GOOS == "windows" && s.mode&0o200 != 0 {
		s.mode |= 0o600
	}
	switch {
	case info.Mode().IsRegular():
		s.mode |= typeFile
	case info.IsDir():
		s.mode |= typeFolder
	case info.Mode()&fs.ModeSymlink != 0:
		s.mode |= typeLink
	}
	return s
}
