//go:build !(linux && (amd64 || arm64))

package scan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The portable way to the file system, by os.Root: names are looked up in open
// folders and links are not followed.

// folder is an open folder.
type folder struct{ root *os.Root }

// file is an open file.
type file struct{ file *os.File }

func openTop(path string) (folder, stat, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return folder{}, stat{}, err
	}
	info, err := root.Stat(".")
	if err != nil {
		return folder{}, stat{}, errors.Join(err, root.Close())
	}
	return folder{root}, statOf(info), nil
}

func stillThere(path string, was stat) error {
	info, err := os.Stat(path)
	if err != nil {
		return errors.Join(ErrGone, err)
	}
	if now := statOf(info); now.device != was.device || now.inode != was.inode {
		return ErrGone
	}
	return nil
}

func (f folder) close()              { _ = f.root.Close() } // only read from
func (f folder) descriptor() uintptr { return 0 }

// folder opens a folder inside: what was opened must be what stood there.
func (f folder) folder(name string) (folder, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return folder{}, err
	}
	if !info.IsDir() {
		return folder{}, errSwapped
	}
	inner, err := f.root.OpenRoot(name)
	if err != nil {
		return folder{}, err
	}
	if opened, err := inner.Stat("."); err != nil || !os.SameFile(info, opened) {
		return folder{}, errors.Join(errSwapped, err, inner.Close())
	}
	return folder{inner}, nil
}

func (f folder) open(name string) (file, stat, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return file{}, stat{}, err
	}
	if !info.Mode().IsRegular() {
		return file{}, stat{}, errSwapped
	}
	opened, err := f.root.OpenFile(name, openFlags, 0)
	if err != nil {
		return file{}, stat{}, err
	}
	now, err := opened.Stat()
	if err != nil || !os.SameFile(info, now) {
		return file{}, stat{}, errors.Join(errSwapped, err, opened.Close())
	}
	return file{opened}, statOf(now), nil
}

func (f folder) stat(name string, s *stat) error {
	info, err := f.root.Lstat(name)
	if err != nil {
		return err
	}
	*s = statOf(info)
	return nil
}

func (f folder) readLink(name string) (string, error) { return f.root.Readlink(name) }

// small reads a file that should be small.
func (f folder) small(name string, limit int64) ([]byte, error) {
	at, s, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer at.close()
	if s.kind != kindFile || s.size > limit {
		return nil, errUnstable
	}
	content := make([]byte, s.size)
	n, err := at.readFull(content)
	return content[:n], err
}

func (f file) close() { _ = f.file.Close() } // only read from

func (f file) stat(s *stat) error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	*s = statOf(info)
	return nil
}

// readFull reads until the buffer is full or the file ends.
func (f file) readFull(buffer []byte) (int, error) {
	n, err := io.ReadFull(f.file, buffer)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

func statOf(info fs.FileInfo) stat {
	s := stat{size: info.Size(), modified: info.ModTime().UnixNano(), mode: bits(info.Mode())}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		s.kind = kindFile
	case mode.IsDir():
		s.kind = kindFolder
	case mode&fs.ModeSymlink != 0:
		s.kind = kindLink
	case mode&fs.ModeSocket != 0:
		s.kind = kindSocket
	case mode&fs.ModeNamedPipe != 0:
		s.kind = kindPipe
	case mode&fs.ModeDevice != 0:
		s.kind = kindDevice
	}
	identify(info, &s)
	return s
}

// bits are the twelve permission bits as Unix counts them.
func bits(mode fs.FileMode) uint16 {
	out := uint16(mode.Perm())
	for flag, bit := range map[fs.FileMode]uint16{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			out |= bit
		}
	}
	return out
}

// buffer holds what a listing needs.
type buffer struct{}

// list calls visit for each name in a folder, with what stands there. Name and
// stat are only lent. A name that vanishes meanwhile is left out.
func (b *buffer) list(at folder, visit func(name []byte, s *stat)) error {
	opened, err := at.root.Open(".")
	if err != nil {
		return fmt.Errorf("listing: %w", err)
	}
	defer opened.Close()
	listed, err := opened.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range listed {
		info, err := at.root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		s := stat{kind: kindOther}
		if err == nil {
			s = statOf(info)
		}
		visit([]byte(name), &s)
	}
	return nil
}
