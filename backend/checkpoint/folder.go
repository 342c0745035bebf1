package checkpoint

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

var (
	errUnsupported = errors.New("not supported by this file system")
	errSwapped     = errors.New("it was replaced while it was opened")
	errNotFolder   = errors.New("not a folder")
	errUnstable    = errors.New("it changed while it was read")
)

// identity tells files apart and shows changes that leave size and time alone.
// Where the system has none it is zero.
type identity struct {
	device, inode uint64
	changed       int64 // status change, Unix nanoseconds
}

// stamp is everything that must be equal for a file to have been left alone
// while it was read.
type stamp struct {
	identity
	size     int64
	mode     uint32
	modified int64 // Unix nanoseconds
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{identity: identify(info), size: info.Size(), mode: bits(info.Mode()), modified: info.ModTime().UnixNano()}
}

// bits are the twelve permission bits as Unix counts them.
func bits(mode fs.FileMode) uint32 {
	out := uint32(mode.Perm())
	if mode&fs.ModeSetuid != 0 {
		out |= 0o4000
	}
	if mode&fs.ModeSetgid != 0 {
		out |= 0o2000
	}
	if mode&fs.ModeSticky != 0 {
		out |= 0o1000
	}
	return out
}

func fileMode(bits uint32) fs.FileMode {
	mode := fs.FileMode(bits & 0o777)
	if bits&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if bits&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if bits&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// openFolder opens a folder by its name in another one. A link is not followed:
// what was opened must be what stood there.
func openFolder(parent *os.Root, name string) (*os.Root, error) {
	info, err := parent.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening %q: %w", name, errNotFolder)
	}
	folder, err := parent.OpenRoot(name)
	if err != nil {
		return nil, orSwapped(err, parent, name, info)
	}
	opened, err := folder.Stat(".")
	if err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(errSwapped, err, folder.Close())
	}
	return folder, nil
}

// openParent opens the folder that holds p, step by step, and returns it with
// p's last name.
func openParent(root *os.Root, p string) (*os.Root, string, error) {
	at, err := root.OpenRoot(".")
	if err != nil {
		return nil, "", err
	}
	steps := strings.Split(p, "/")
	for _, step := range steps[:len(steps)-1] {
		next, err := openFolder(at, step)
		_ = at.Close() // only read from
		if err != nil {
			return nil, "", fmt.Errorf("opening folder of %q: %w", p, err)
		}
		at = next
	}
	return at, path.Base(p), nil
}

// orSwapped is the error of an open, or errSwapped if something else stands
// there by now.
func orSwapped(err error, parent *os.Root, name string, info fs.FileInfo) error {
	now, lookErr := parent.Lstat(name)
	// The number of a deleted file may be given to the next one at once.
	if lookErr != nil || !os.SameFile(info, now) || info.Mode().Type() != now.Mode().Type() {
		return errSwapped
	}
	return err
}

// chmodFolder sets a folder's permissions; a link is not followed.
func chmodFolder(parent *os.Root, name string, to uint32) error {
	folder, err := openFolder(parent, name)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Chmod(".", fileMode(to))
}

// chmodFile sets a file's permissions; a link is not followed.
func chmodFile(parent *os.Root, name string, to uint32) error {
	info, err := parent.Lstat(name)
	if err != nil {
		return err
	}
	file, err := parent.OpenFile(name, readFlags, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if opened, err := file.Stat(); err != nil || !os.SameFile(info, opened) {
		return errors.Join(errSwapped, err)
	}
	return file.Chmod(fileMode(to))
}

// names lists a folder, sorted.
func names(folder *os.Root) ([]string, error) {
	file, err := folder.Open(".")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	listed, err := file.Readdirnames(-1)
	slices.Sort(listed)
	return listed, err
}

// readStable copies a regular file that nobody writes to meanwhile. info is its
// Lstat. The error is errUnstable or errSwapped when trying again may help.
func readStable(parent *os.Root, name string, info fs.FileInfo, to io.Writer) (stamp, error) {
	file, err := parent.OpenFile(name, readFlags, 0)
	if err != nil {
		return stamp{}, orSwapped(err, parent, name, info)
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return stamp{}, err
	}
	if !before.Mode().IsRegular() || !os.SameFile(info, before) {
		return stamp{}, errSwapped
	}
	copied, err := io.Copy(to, io.LimitReader(file, before.Size()+1))
	if err != nil {
		return stamp{}, err
	}
	after, err := file.Stat()
	if err != nil {
		return stamp{}, err
	}
	if copied != before.Size() || stampOf(before) != stampOf(after) {
		return stamp{}, errUnstable
	}
	return stampOf(after), nil
}

// describe reads what stands at a name, links not followed; nil is nothing. The
// entry has no path. A file larger than limit is uncaptured.
func describe(parent *os.Root, name string, limit int64) (*entry, error) {
	const tries = 3
	var err error
	for range tries {
		var e *entry
		if e, err = describeOnce(parent, name, limit); !retry(err) {
			return e, err
		}
	}
	return nil, err
}

func retry(err error) bool { return errors.Is(err, errUnstable) || errors.Is(err, errSwapped) }

func describeOnce(parent *os.Root, name string, limit int64) (*entry, error) {
	info, err := parent.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return &entry{kind: KindFolder, mode: bits(info.Mode())}, nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := parent.Readlink(name)
		if err != nil {
			return nil, err
		}
		return &entry{kind: KindSymlink, size: int64(len(target)), target: target}, nil
	case !info.Mode().IsRegular():
		return &entry{kind: KindSpecial, cause: node.NotFile}, nil
	case info.Size() > limit:
		return &entry{kind: KindUncaptured, size: info.Size(), cause: node.TooLarge}, nil
	}
	sum := sha256.New()
	at, err := readStable(parent, name, info, sum)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errUnstable
	}
	if err != nil {
		return nil, err
	}
	return &entry{kind: KindFile, mode: at.mode, size: at.size, hash: node.ID(sum.Sum(nil))}, nil
}

// placeOf tells which folder a path leads to.
func placeOf(folder string) (scan.Place, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return scan.Place{}, err
	}
	id := identify(info)
	return scan.Place{Device: id.device, Inode: id.inode}, nil
}

// isGit tells whether a name is that of git's own data, which is not touched.
func isGit(name string) bool {
	return name == ".git" || foldsNames && strings.EqualFold(name, ".git")
}

// reasonOf says in words why a path could not be read or written, without its
// name.
func reasonOf(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err.Error()
	}
	return err.Error()
}
