package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrDiskFull says that the new bytes found no room and that the file which was
// to be replaced is unchanged.
var ErrDiskFull = errors.New("the disk is full; the file on the disk is unchanged")

// ErrNotFile says that what stands at the path is a device, a pipe, a folder or the
// like, and was left alone.
var ErrNotFile = errors.New("it is not a file, and was left alone")

const (
	temporaryPrefix = ".keel-"
	temporarySuffix = ".tmp"
)

// leastRandom is how many characters [rand.Text] has at least, and alphabet
// which ones: base 32 of RFC 4648.
const (
	leastRandom = 26
	alphabet    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// IsTemporary reports whether name is a temporary file's name, as [Stage] and
// [TemporaryName] make them: .keel-, at least 26 random characters out of A-Z
// and 2-7, .tmp. Watchers and scanners leave such files out; whatever else
// begins and ends like this is the user's.
func IsTemporary(name string) bool {
	random, begins := strings.CutPrefix(name, temporaryPrefix)
	random, ends := strings.CutSuffix(random, temporarySuffix)
	return begins && ends && len(random) >= leastRandom && strings.Trim(random, alphabet) == ""
}

// TemporaryName returns a new name that [IsTemporary] knows.
func TemporaryName() string {
	return temporaryPrefix + rand.Text() + temporarySuffix
}

// Staged is a new file's bytes, written beside the place they are meant for.
// It must be ended with Discard, which does nothing after a commit.
type Staged struct {
	root      *os.Root
	name      string // the place meant
	mode      fs.FileMode
	temporary string // empty once committed or discarded
	file      *os.File
	out       io.Writer // file, but for tests of a full disk
}

// IsFull tells whether an error of the system says that a disk has no space
// left, or its user no right to more of it.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota) }

// Stage starts a replacement of name inside root, whose folder must exist. The
// mode is as for [Write].
func Stage(root *os.Root, name string, mode fs.FileMode) (*Staged, error) {
	old, err := root.Lstat(name)
	replaces := err == nil && old.Mode().IsRegular()
	if mode == 0 && replaces {
		mode = old.Mode()
	}
	perm := fs.FileMode(0o666) // less the umask
	if mode != 0 {
		perm = mode & 0o600 // nobody else opens it before its mode is set
	}
	s := &Staged{root: root, name: name, mode: mode, temporary: filepath.Join(filepath.Dir(name), TemporaryName())}
	s.file, err = root.OpenFile(s.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, s.fail(err)
	}
	s.out = s.file
	if replaces {
		s.keepOwner(old) // before the mode: a change of owner takes set-id bits away
	}
	if mode != 0 {
		if err := s.setMode(mode); err != nil {
			s.Discard()
			return nil, err
		}
	}
	return s, nil
}

// Write adds to the new bytes.
func (s *Staged) Write(data []byte) (int, error) {
	n, err := s.out.Write(data)
	if err != nil {
		return n, s.fail(err)
	}
	return n, nil
}

// setMode sets the permission bits, and the set-id and sticky bits, exactly.
func (s *Staged) setMode(mode fs.FileMode) error {
	const bits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
	if err := s.file.Chmod(mode & bits); err != nil {
		return s.fail(err)
	}
	return nil
}

// Sync puts the new bytes on the disk. Commit does so too; calling Sync first
// lets a caller look at the old file after the slow part and just before the
// exchange.
func (s *Staged) Sync() error {
	if s.mode&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
		// Writing has taken these away, unless root wrote.
		if err := s.setMode(s.mode); err != nil {
			return err
		}
	}
	if err := s.file.Sync(); err != nil {
		return s.fail(err)
	}
	return nil
}

// Commit puts the new file in the place of the old one, if there is one.
func (s *Staged) Commit() error {
	return s.commit(func() error { return s.root.Rename(s.temporary, s.name) })
}

// CommitNew is Commit for a place that must be free: an error for which
// errors.Is(err, fs.ErrExist) holds says that it is not.
func (s *Staged) CommitNew() error {
	return s.commit(func() error {
		err := s.root.Link(s.temporary, s.name)
		if err == nil {
			return s.root.Remove(s.temporary)
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		// A file system without hard links: look, then rename.
		if _, err := s.root.Lstat(s.name); err == nil {
			return fs.ErrExist
		}
		return s.root.Rename(s.temporary, s.name)
	})
}

func (s *Staged) commit(place func() error) error {
	if err := s.Sync(); err != nil {
		return err
	}
	if err := s.file.Close(); err != nil {
		return s.fail(err)
	}
	if err := place(); err != nil {
		return s.fail(err)
	}
	s.temporary = ""
	return syncFolder(s.root, filepath.Dir(s.name))
}

// Discard removes what was staged.
func (s *Staged) Discard() {
	if s.temporary == "" {
		return
	}
	s.file.Close() // closed already when a commit came as far as its rename
	_ = s.root.Remove(s.temporary)
	s.temporary = ""
}

// fail names the operation, and a full disk as such.
func (s *Staged) fail(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err // its path is the temporary file's
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkErr.Err
	}
	if IsFull(err) {
		return fmt.Errorf("writing %q: %w (%w)", s.name, ErrDiskFull, err)
	}
	return fmt.Errorf("writing %q: %w", s.name, err)
}
