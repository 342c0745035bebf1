package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// stagedFile says, among what was downloaded, which version takes the program's
// place at the next start.
const stagedFile = "staged.json"

// ErrInTheWay says that something that is not Keel's has the name of the folder
// that the old version goes to.
var ErrInTheWay = errors.New("something else has this name")

// Staged is a new version that lies beside the program, unpacked and checked.
type Staged struct {
	Version string `json:"version"`
	Folder  string `json:"folder"` // of the program
	New     string `json:"new"`
	Old     string `json:"old"` // where the folder of the program goes
}

// Keep remembers a version for the next start. The user has agreed to it.
func (u *Updates) Keep(s Staged) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the new version: %w", err)
	}
	if err := os.MkdirAll(u.o.Folder, 0o700); err != nil {
		return fmt.Errorf("making %q: %w", u.o.Folder, err)
	}
	return atomicfile.Write(filepath.Join(u.o.Folder, stagedFile), text, 0o600)
}

// Discard forgets a version that was kept, and removes what was unpacked of it.
func (u *Updates) Discard() error {
	s, ok, err := Pending(u.o.Folder)
	if err != nil || !ok {
		return err
	}
	return errors.Join(os.Remove(filepath.Join(u.o.Folder, stagedFile)), os.RemoveAll(s.New))
}

// Pending returns the version that waits in a folder of updates.
func Pending(folder string) (s Staged, ok bool, err error) {
	name := filepath.Join(folder, stagedFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Staged{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return Staged{}, false, fmt.Errorf("reading %q: %w", name, err)
	}
	return s, true, nil
}

// Swap puts a version that waits in the place of the program whose installation
// this is, and keeps the program beside it; nobody may be at work with it. It is
// tried once: afterwards nothing waits any more. Where it fails the program is
// where it was.
func Swap(folder string, s Staged, now Installation) error {
	if err := os.Remove(filepath.Join(folder, stagedFile)); err != nil {
		return fmt.Errorf("taking the new version: %w", err)
	}
	if now.Kind != Unpacked || s != stagedFor(s.Version, now.Folder) || !unpacked(s.New) {
		return fmt.Errorf("putting %q in the place of %q: it is not for this program: %w", s.New, now.Folder, ErrArchive)
	}
	if _, err := os.Lstat(s.Old); err == nil && !unpacked(s.Old) {
		return fmt.Errorf("keeping the old version as %q: %w", s.Old, ErrInTheWay)
	}
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
