package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/update"
)

// newStart is a start of an unpacked Keel for which a newer version waits.
func newStart(t *testing.T) nextStart {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	register, err := instance.Open(paths.Data, instance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(home, "keel")
	for _, name := range []string{"lib/keel", "bin", "share"} {
		if err := os.MkdirAll(filepath.Join(program, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	err = errors.Join(
		os.WriteFile(update.Program(program), []byte("old"), 0o700), //nolint:gosec // a program
		os.Symlink("../lib/keel/keel", filepath.Join(program, "bin/keel")),
	)
	if err != nil {
		t.Fatal(err)
	}
	s := nextStart{
		updates: update.New(updateOptions(paths, "1.2.0")), now: update.Installed(filepath.Join(program, "lib/keel")), data: paths.Data, register: register,
		run: func(string) error { t.Error("started again"); return nil },
	}
	archive, file := newerVersion(t)
	if _, err := s.updates.Stage(t.Context(), archive, file, "1.3.0", s.now); err != nil {
		t.Fatal(err)
	}
	return s
}

func newerVersion(t *testing.T) (string, update.File) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	err := errors.Join(
		archive.WriteHeader(&tar.Header{Name: "keel/bin/keel", Typeflag: tar.TypeSymlink, Linkname: "../lib/keel/keel"}),
		archive.WriteHeader(&tar.Header{Name: "keel/lib/keel/keel", Typeflag: tar.TypeReg, Mode: 0o755, Size: 3}),
	)
	if err == nil {
		_, err = archive.Write([]byte("new"))
	}
	name := filepath.Join(t.TempDir(), "keel.tar.gz")
	if err := errors.Join(err, archive.Close(), zipped.Close(), os.WriteFile(name, packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(packed.Bytes())
	return name, update.File{Size: int64(packed.Len()), SHA256: hex.EncodeToString(sum[:])}
}

func (s nextStart) inPlace(t *testing.T, want string) {
	t.Helper()
	if got, err := os.ReadFile(update.Program(s.now.Folder)); err != nil || string(got) != want {
		t.Errorf("in place is %q, %v; want %q", got, err, want)
	}
}

// A window or a command that is at work finds its program in its place to the end.
func TestTheNewVersionWaitsUntilNobodyIsAtWork(t *testing.T) {
	s := newStart(t)
	waits := func(when string) {
		t.Helper()
		if err := s.newVersion(t.Context()); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if _, ok, err := s.updates.Pending(s.now); !ok || err != nil {
			t.Errorf("%s: it waits no more, %v", when, err)
		}
		s.inPlace(t, "old")
	}
	claim, err := s.register.Join(t.Context(), "", newRequests(instance.Folder{}).receive)
	if err != nil {
		t.Fatal(err)
	}
	waits("while a window is open")
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	release, err := data.Use(t.Context(), s.data)
	if err != nil {
		t.Fatal(err)
	}
	waits("while a command is at work")
	if err := release(); err != nil {
		t.Fatal(err)
	}
	own := s.now
	for _, other := range []update.Installation{{Kind: update.Managed}, {}} {
		s.now = other // with the same data folder: neither disturbed nor disturbing
		if err := s.newVersion(t.Context()); err != nil {
			t.Errorf("as another installation: %v", err)
		}
	}
	s.now = own
	if _, ok, err := s.updates.Pending(s.now); !ok || err != nil {
		t.Errorf("after another installation: it waits no more, %v", err)
	}
}

func TestOfTwoStartsAtOnceNoneGoesOnAsTheOldVersion(t *testing.T) {
	s := newStart(t)
	ended := errors.New("a process that becomes another program never comes back")
	var started []string
	s.run = func(program string) error {
		text, err := os.ReadFile(program)
		started = append(started, string(text))
		return errors.Join(err, ended)
	}
	// Both have seen that one waits, and the second one comes later to it.
	first, err := s.updates.Claim(t.Context(), s.now)
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan struct{})
	s.waiting = func() { close(arrived) }
	var second sync.WaitGroup
	second.Go(func() {
		if err := s.newVersion(t.Context()); !errors.Is(err, ended) {
			t.Errorf("the second start went on: %v", err)
		}
	})
	<-arrived
	if swapped, err := first.Swap(t.Context()); !swapped || err != nil {
		t.Fatal(swapped, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second.Wait()
	s.inPlace(t, "new")
	if len(started) != 1 || started[0] != "new" {
		t.Errorf("the second start became %q", started)
	}
}

// What waits and cannot be read is no sign that another start has put it in place.
func TestAStartGoesOnWhereWhatWaitsCannotBeRead(t *testing.T) {
	s := newStart(t)
	s.run = func(program string) error {
		t.Errorf("it starts %q", program)
		return nil
	}
	record := filepath.Join(s.data, "updates", "staged.json")
	s.waiting = func() {
		if err := errors.Join(os.Remove(record), os.Mkdir(record, 0o700)); err != nil {
			t.Error(err)
		}
	}
	if err := s.newVersion(t.Context()); err == nil {
		t.Error("nothing is said of it")
	}
	s.inPlace(t, "old")
}

func TestWhatDoesNotStartIsTakenBackAndSaid(t *testing.T) {
	s := newStart(t)
	s.run = func(program string) error {
		s.inPlace(t, "new")
		return &fs.PathError{Op: "starting", Path: program, Err: fs.ErrInvalid}
	}
	err := s.newVersion(t.Context())
	s.inPlace(t, "old")
	if !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if said := notUpdated(err); !strings.Contains(said.Message, "this is still the version before") || said.Hint == "" {
		t.Errorf("said %+v", said)
	}
	if err := s.newVersion(t.Context()); err != nil {
		t.Errorf("nothing waits: %v", err)
	}
	// Where it cannot be taken back that is said instead.
	said := notUpdated(&notBackError{err})
	if strings.Contains(said.Message, "still the version before,") || !strings.Contains(said.Message, "is in place") {
		t.Errorf("said %+v", said)
	}
}

func TestWhatIsInTheWayIsNamed(t *testing.T) {
	s := newStart(t)
	old := s.now.Folder + ".old"
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	said := notUpdated(s.newVersion(t.Context()))
	if !strings.Contains(said.Message, old) || !strings.Contains(said.Hint, "Move it") {
		t.Errorf("said %+v", said)
	}
	s.inPlace(t, "old")
}
