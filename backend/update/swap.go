package update

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stagedFile says, among what was downloaded, which version takes the program's
// place at the next start.
const stagedFile = "staged.json"

// ErrChanged says that what was unpacked is not what the user has agreed to.
var ErrChanged = errors.New("it was changed after it was unpacked")

// InTheWayError says that something that is not Keel's has the name of the folder
// that the old version goes to, or lies in it.
type InTheWayError struct {
	Path  string
	Holds string // what in the folder is not Keel's; empty where the folder is none of Keel's
}

func (e *InTheWayError) Error() string {
	if e.Holds != "" {
		return fmt.Sprintf("keeping the old version as %q: %q in it is not Keel's", e.Path, e.Holds)
	}
	return fmt.Sprintf("keeping the old version as %q: something else has this name", e.Path)
}

// Staged is a new version that lies beside the program, unpacked and checked.
type Staged struct {
	Version string `json:"version"`
	Folder  string `json:"folder"` // of the program
	New     string `json:"new"`
	Old     string `json:"old"`    // where the folder of the program goes
	SHA256  string `json:"sha256"` // of all that lies in New, as the archive brought it
}

// stagedFor names the folders next to a program's own, on the same disk. The old
// version is to be found by its user.
func stagedFor(version, folder string) Staged {
	return Staged{
		Version: version, Folder: folder,
		New: filepath.Join(filepath.Dir(folder), "."+filepath.Base(folder)+".keel-update"), Old: folder + ".old",
	}
}

// Pending returns the version that waits for the next start of this installation.
// What waits for another one, or names something else than [Updates.Stage] does,
// is none.
func (u *Updates) Pending(now Installation) (s Staged, ok bool, err error) {
	s, err = u.record()
	if err != nil {
		return Staged{}, false, err
	}
	expected := stagedFor(s.Version, now.Folder)
	expected.SHA256 = s.SHA256
	if now.Kind != Unpacked || s != expected || s.SHA256 == "" {
		return Staged{}, false, nil
	}
	return s, true, nil
}

// record reads what was kept; what cannot be understood names nothing.
func (u *Updates) record() (Staged, error) {
	name := filepath.Join(u.o.Folder, stagedFile)
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Staged{}, fmt.Errorf("reading %q: %w", name, err)
	}
	var s Staged
	if json.Unmarshal(text, &s) != nil {
		return Staged{}, nil //nolint:nilerr // see above
	}
	return s, nil
}

// Swap puts the version that waits in the place of the program, and keeps the
// program beside it; nobody may be at work with it. It is tried once: afterwards
// nothing waits any more. Where it fails, or nothing newer waits, the program is
// where it was. At every moment a whole program is in the place, but for one where
// the file system cannot exchange two names.
func (c *Claim) Swap(ctx context.Context) (swapped bool, err error) {
	s, ok, err := c.u.Pending(c.now)
	if err != nil || !ok {
		return false, err
	}
	if err := os.Remove(filepath.Join(c.u.o.Folder, stagedFile)); err != nil {
		return false, fmt.Errorf("taking the new version: %w", err)
	}
	forward, err := c.u.forward(s.Version)
	if err == nil && forward {
		err = c.put(ctx, s)
	}
	if err != nil || !forward {
		return false, errors.Join(err, os.RemoveAll(s.New))
	}
	c.done = s
	c.u.tidy()
	return true, nil
}

func (c *Claim) put(ctx context.Context, s Staged) error {
	found, err := readTree(ctx, s.New)
	if err == nil && (found.sum() != s.SHA256 || !unpacked(s.New)) {
		err = fmt.Errorf("checking %q: %w", s.New, ErrChanged)
	}
	if err != nil {
		return err
	}
	if err := inTheWay(s); err != nil {
		return err
	}
	err = c.u.o.Exchange(s.New, s.Folder)
	if errors.Is(err, errors.ErrUnsupported) {
		return replace(s)
	}
	if err != nil {
		return fmt.Errorf("putting the new version in place: %w", err)
	}
	if err := cmp.Or(os.RemoveAll(s.Old), os.Rename(s.New, s.Old)); err != nil {
		return errors.Join(fmt.Errorf("setting the old version aside: %w", err), c.u.o.Exchange(s.New, s.Folder))
	}
	return nil
}

// replace is for file systems that cannot exchange two names.
func replace(s Staged) error {
	if err := os.RemoveAll(s.Old); err != nil {
		return fmt.Errorf("removing the version before the last: %w", err)
	}
	if err := os.Rename(s.Folder, s.Old); err != nil {
		return fmt.Errorf("setting the old version aside: %w", err)
	}
	if err := os.Rename(s.New, s.Folder); err != nil {
		return errors.Join(fmt.Errorf("putting the new version in place: %w", err), os.Rename(s.Old, s.Folder))
	}
	return nil
}

// Back undoes a Swap: the old version is in its place again, and the new one gone.
func (c *Claim) Back() error {
	s := c.done
	err := c.u.o.Exchange(s.Old, s.Folder)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		err = cmp.Or(os.Rename(s.Folder, s.New), os.Rename(s.Old, s.Folder))
	case err == nil:
		err = os.Rename(s.Old, s.New)
	}
	if err != nil {
		return fmt.Errorf("putting the old version back: %w", err)
	}
	return os.RemoveAll(s.New)
}

// inTheWay returns an [InTheWayError] where the folder that the old version goes
// to holds what neither this version nor the new one has brought.
func inTheWay(s Staged) error {
	if _, err := os.Lstat(s.Old); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if !unpacked(s.Old) {
		return &InTheWayError{Path: s.Old}
	}
	old, err := names(s.Old)
	if err != nil {
		return fmt.Errorf("looking at the version before the last: %w", err)
	}
	running, err := names(s.Folder)
	if err != nil {
		return fmt.Errorf("looking at the program: %w", err)
	}
	next, err := names(s.New)
	if err != nil {
		return fmt.Errorf("looking at the new version: %w", err)
	}
	for name := range old {
		if !running[name] && !next[name] {
			return &InTheWayError{Path: s.Old, Holds: filepath.FromSlash(name)}
		}
	}
	return nil
}

// tidy removes what was downloaded, once it is in place: nobody is at work with it.
// What cannot be removed does no harm.
func (u *Updates) tidy() {
	entries, err := os.ReadDir(u.o.Folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && entry.Name() != lockFile && entry.Name() != offerFile {
			_ = os.Remove(filepath.Join(u.o.Folder, entry.Name()))
		}
	}
}
