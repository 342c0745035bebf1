package update_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/update"
)

// desk is a program in a folder, a newer version of it, and what replaces the one
// by the other.
type desk struct {
	*testing.T
	o       update.Options
	folder  string
	archive string
	file    update.File
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	folder := t.TempDir()
	d := &desk{T: t, folder: unpacked(t), o: update.Options{
		Version: "1.2.0", Folder: filepath.Join(folder, "updates"), Seen: filepath.Join(folder, "newest"),
	}}
	d.archive, d.file = pack(t, release("the new program"))
	return d
}

func (d *desk) updates() *update.Updates { return update.New(d.o) }

func (d *desk) program() string { return filepath.Join(d.folder, "lib/keel/keel") }

func (d *desk) stage() update.Staged {
	d.Helper()
	staged, err := d.updates().Stage(d.Context(), d.archive, d.file, "1.3.0", installed(d.folder))
	if err != nil {
		d.Fatal(err)
	}
	return staged
}

// swap is what a start does.
func (d *desk) swap() (bool, error) {
	d.Helper()
	claim, err := d.updates().Claim(d.Context(), installed(d.folder))
	if err != nil {
		d.Fatal(err)
	}
	defer claim.Close()
	return claim.Swap(d.Context())
}

// left looks that nothing waits, and that nothing was unpacked or everything is gone.
func (d *desk) left(staged update.Staged) {
	d.Helper()
	if _, ok, err := d.updates().Pending(installed(d.folder)); ok || err != nil {
		d.Errorf("it still waits: %v, %v", ok, err)
	}
	if _, err := os.Lstat(staged.New); !errors.Is(err, fs.ErrNotExist) {
		d.Errorf("what was unpacked is left: %v", err)
	}
}

func TestTheNewVersionTakesThePlaceAndTheOldOneIsKept(t *testing.T) {
	d := newDesk(t)
	if err := os.Rename(unpacked(t), d.folder+".old"); err != nil { // the one before
		t.Fatal(err)
	}
	staged := d.stage()
	reads(t, d.program(), "the old program") // until the next start
	pending, ok, err := d.updates().Pending(installed(d.folder))
	if diff := cmp.Diff(staged, pending); diff != "" || !ok || err != nil {
		t.Fatalf("pending %v, %v\n%s", ok, err, diff)
	}
	write(t, filepath.Join(d.o.Folder, "keel.tar.gz"), "the archive")
	if swapped, err := d.swap(); !swapped || err != nil {
		t.Fatal(swapped, err)
	}
	reads(t, filepath.Join(d.folder, "bin/keel"), "the new program")
	reads(t, filepath.Join(d.folder+".old", "bin/keel"), "the old program")
	if info, err := os.Stat(d.program()); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("it cannot be run: %v, %v", info, err)
	}
	if _, err := os.Lstat(filepath.Join(d.o.Folder, "keel.tar.gz")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the archive is left: %v", err)
	}
	d.left(staged)
}

// What the user has agreed to is what runs: whoever can write beside the program
// gets nothing into its place.
func TestWhatWasChangedAfterwardsIsNotPutInPlace(t *testing.T) {
	for name, change := range map[string]func(folder string) error{
		"another program": func(f string) error {
			return os.WriteFile(filepath.Join(f, "lib/keel/keel"), []byte("the bad program"), 0o755) //nolint:gosec // a program
		},
		"a file more": func(f string) error { return os.WriteFile(filepath.Join(f, "lib/keel/libc.so"), nil, 0o600) },
		"a file less": func(f string) error { return os.Remove(filepath.Join(f, "lib/keel/rg")) },
		"another mode": func(f string) error {
			return os.Chmod(filepath.Join(f, "lib/keel/rg"), 0o777) //nolint:gosec // that is what is looked for
		},
		"another owner may write": func(f string) error {
			return os.Chmod(filepath.Join(f, "lib/keel"), 0o777) //nolint:gosec // that is what is looked for
		},
		"a link for a file": func(f string) error {
			name := filepath.Join(f, "lib/keel/rg")
			return errors.Join(os.Remove(name), os.Symlink("keel", name))
		},
		"half of it": func(f string) error { return os.RemoveAll(filepath.Join(f, "lib")) },
		"nothing":    os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			staged := d.stage()
			if err := change(staged.New); err != nil {
				t.Fatal(err)
			}
			if swapped, err := d.swap(); swapped || err == nil {
				t.Errorf("swapped: %v, %v", swapped, err)
			}
			reads(t, d.program(), "the old program")
			d.left(staged)
		})
	}
}

// A newer one may have been unpacked by hand meanwhile, or offered.
func TestNoOlderVersionIsPutInPlace(t *testing.T) {
	for name, change := range map[string]func(d *desk){
		"the running one is newer": func(d *desk) { d.o.Version = "1.4.0" },
		"the running one is it":    func(d *desk) { d.o.Version = "1.3.0" },
		"a newer one was offered":  func(d *desk) { write(d.T, d.o.Seen, "1.4.0\n") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			staged := d.stage()
			change(d)
			if swapped, err := d.swap(); swapped || err != nil {
				t.Errorf("swapped: %v, %v", swapped, err)
			}
			reads(t, d.program(), "the old program")
			d.left(staged)
		})
	}
}

// Ended at the worst moment, there is a program all the same.
func TestAtEveryMomentThereIsAProgram(t *testing.T) {
	d := newDesk(t)
	exchanged := false
	d.o.Exchange = func(_, _ string) error { exchanged = true; panic("ended") }
	d.stage()
	func() {
		defer func() { _ = recover() }()
		_, _ = d.swap()
	}()
	if !exchanged {
		t.Error("two names were not exchanged at once")
	}
	reads(t, d.program(), "the old program")

	d.o.Exchange = nil
	staged := d.stage()
	old := filepath.Join(t.TempDir(), "aside")
	d.o.Exchange = func(a, b string) error { // the system's, and then the end
		if err := errors.Join(os.Rename(b, old), os.Rename(a, b), os.Rename(old, a)); err != nil {
			t.Error(err)
		}
		panic("ended")
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = d.swap()
	}()
	reads(t, d.program(), "the new program")
	if err := d.updates().Sweep(t.Context(), installed(d.folder)); err != nil {
		t.Fatal(err)
	}
	d.left(staged)
	reads(t, d.program(), "the new program")
}

func TestWhatDoesNotStartIsTakenBack(t *testing.T) {
	for name, exchange := range map[string]func(a, b string) error{
		"at once":    nil,
		"one by one": func(_, _ string) error { return errors.ErrUnsupported },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.o.Exchange = exchange
			staged := d.stage()
			claim, err := d.updates().Claim(t.Context(), installed(d.folder))
			if err != nil {
				t.Fatal(err)
			}
			defer claim.Close()
			if swapped, err := claim.Swap(t.Context()); !swapped || err != nil {
				t.Fatal(swapped, err)
			}
			reads(t, d.program(), "the new program")
			if err := claim.Back(); err != nil {
				t.Fatal(err)
			}
			reads(t, d.program(), "the old program")
			d.left(staged)
			if _, err := os.Lstat(staged.Old); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the old one is there twice: %v", err)
			}
		})
	}
}

func TestWhatIsDiscardedIsNotInstalled(t *testing.T) {
	d := newDesk(t)
	staged := d.stage()
	if err := d.updates().Discard(t.Context(), installed(d.folder)); err != nil {
		t.Fatal(err)
	}
	d.left(staged)
}

// Only one process at a time is at it: neither does a start put in place what a
// window is just unpacking, nor do two windows unpack into one folder.
func TestOneAtATime(t *testing.T) {
	d := newDesk(t)
	d.stage()
	claim, err := d.updates().Claim(t.Context(), installed(d.folder))
	if err != nil {
		t.Fatal(err)
	}
	d.o.Patience = time.Millisecond
	if _, err := d.updates().Claim(t.Context(), installed(d.folder)); !errors.Is(err, update.ErrBusy) {
		t.Errorf("claimed twice: %v", err)
	}
	if _, err := d.updates().Stage(t.Context(), d.archive, d.file, "1.3.0", installed(d.folder)); !errors.Is(err, update.ErrBusy) {
		t.Errorf("staged meanwhile: %v", err)
	}
	if err := d.updates().Discard(t.Context(), installed(d.folder)); !errors.Is(err, update.ErrBusy) {
		t.Errorf("discarded meanwhile: %v", err)
	}
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	d.o.Patience = 0
	// While one is unpacked nothing waits, so that no half of it is put in place.
	other, file := pack(t, append(release("x"), entry{name: "keel-1.3.0/etc/a", text: "x"}))
	if _, err := d.updates().Stage(t.Context(), other, file, "1.4.0", installed(d.folder)); err == nil {
		t.Error("staged what is not Keel's")
	}
	if swapped, err := d.swap(); swapped || err != nil {
		t.Errorf("swapped: %v, %v", swapped, err)
	}
}

// A folder or a file of the user's is not Keel's to remove; that is said before the
// program is closed.
func TestWhatIsTheUsersIsNotRemoved(t *testing.T) {
	for name, mine := range map[string]string{"a folder": "mine", "a file in the old version": "share/mine"} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			staged := d.stage()
			if name != "a folder" {
				if err := os.Rename(unpacked(t), d.folder+".old"); err != nil {
					t.Fatal(err)
				}
			}
			mine = filepath.Join(d.folder+".old", mine)
			write(t, mine, "mine")
			if _, err := d.swap(); !inTheWay(err) {
				t.Errorf("swapped: %v", err)
			}
			d.left(staged)
			if _, err := d.updates().Stage(t.Context(), d.archive, d.file, "1.3.0", installed(d.folder)); !inTheWay(err) {
				t.Errorf("staged: %v", err)
			}
			d.left(staged)
			reads(t, mine, "mine")
			reads(t, d.program(), "the old program")
		})
	}
}

func inTheWay(err error) bool {
	_, is := errors.AsType[*update.InTheWayError](err)
	return is
}

// The record lies in a folder of the user's: what it names is not taken on trust,
// neither to put it in place nor to remove it nor to show it.
func TestOnlyWhatKeelItselfNamesIsTouched(t *testing.T) {
	for name, record := range map[string]func(d *desk, mine string) string{
		"another new one": func(d *desk, mine string) string {
			return `{"version":"1.3.0","folder":"` + d.folder + `","new":"` + mine + `","old":"` + d.folder + `.old","sha256":"x"}`
		},
		"another old one": func(d *desk, mine string) string {
			return `{"version":"1.3.0","folder":"` + d.folder + `","new":"x","old":"` + mine + `","sha256":"x"}`
		},
		"another folder": func(_ *desk, mine string) string {
			return `{"version":"1.3.0","folder":"` + mine + `","new":"` + mine + `","old":"` + mine + `.old","sha256":"x"}`
		},
		"nothing":       func(*desk, string) string { return `{}` },
		"not a record":  func(*desk, string) string { return `[` },
		"other records": func(*desk, string) string { return `{"version": 1}` },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			mine := filepath.Join(t.TempDir(), "mine")
			write(t, filepath.Join(mine, "a"), "mine")
			write(t, filepath.Join(d.o.Folder, "staged.json"), record(d, mine))
			if s, ok, err := d.updates().Pending(installed(d.folder)); ok || err != nil {
				t.Errorf("pending %+v, %v", s, err)
			}
			if swapped, err := d.swap(); swapped || err != nil {
				t.Errorf("swapped: %v, %v", swapped, err)
			}
			if err := d.updates().Discard(t.Context(), installed(d.folder)); err != nil {
				t.Error(err)
			}
			reads(t, filepath.Join(mine, "a"), "mine")
			reads(t, d.program(), "the old program")
		})
	}
}

// A .deb, or a build from source, with the same data folder.
func TestWhatWaitsForAnotherInstallationIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	staged := d.stage()
	mine := d.folder
	for _, now := range []update.Installation{{}, {Kind: update.Managed}, installed(unpacked(t))} {
		d.folder = now.Folder
		if err := d.updates().Discard(t.Context(), now); err != nil {
			t.Error(err)
		}
		if err := d.updates().Sweep(t.Context(), now); err != nil {
			t.Error(err)
		}
		claim, err := d.updates().Claim(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if swapped, err := claim.Swap(t.Context()); swapped || err != nil {
			t.Errorf("swapped: %v, %v", swapped, err)
		}
		if err := claim.Close(); err != nil {
			t.Error(err)
		}
	}
	d.folder = mine
	if pending, ok, err := d.updates().Pending(installed(d.folder)); !ok || err != nil || pending != staged {
		t.Errorf("it waits no more: %v, %v", ok, err)
	}
	if swapped, err := d.swap(); !swapped || err != nil {
		t.Error(swapped, err)
	}
}
