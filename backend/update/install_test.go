package update_test

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
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/update"
)

// entry is one of an archive: a link where it has a target, else a file or, with a
// slash at its end, a folder.
type entry struct{ name, text, link string }

func release(text string) []entry {
	return []entry{
		{name: "keel-1.3.0/"},
		{name: "keel-1.3.0/bin/"},
		{name: "keel-1.3.0/bin/keel", link: "../lib/keel/keel"},
		{name: "keel-1.3.0/lib/keel/keel", text: text},
		{name: "keel-1.3.0/lib/keel/rg", text: "rg"},
		{name: "keel-1.3.0/share/doc/keel/copyright", text: "MIT"},
	}
}

// pack writes an archive and says what a feed would say of it.
func pack(t *testing.T, entries []entry) (string, update.File) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.text)), Typeflag: tar.TypeReg}
		switch {
		case e.link != "":
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		case e.name[len(e.name)-1] == '/':
			header.Typeflag = tar.TypeDir
		case e.text == "pipe":
			header.Typeflag, header.Size = tar.TypeFifo, 0
		}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if header.Size > 0 {
			if _, err := archive.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "keel.tar.gz")
	if err := os.WriteFile(name, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(packed.Bytes())
	return name, update.File{URL: "https://example.com/keel.tar.gz", Size: int64(packed.Len()), SHA256: hex.EncodeToString(sum[:])}
}

// unpacked is a folder with Keel in it, as its archive makes it.
func unpacked(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "keel-1.2.0")
	write(t, filepath.Join(folder, "lib", "keel", "keel"), "the old program")
	write(t, filepath.Join(folder, "share", "doc", "keel", "copyright"), "MIT")
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../lib/keel/keel", filepath.Join(folder, "bin", "keel")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func reads(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", name, got, err, want)
	}
}

func installed(folder string) update.Installation {
	return update.Installed(filepath.Join(folder, "lib", "keel"))
}

func TestHowAProgramCameToWhereItIs(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(folder string)
		want   update.Kind
	}{
		{"unpacked", func(string) {}, update.Unpacked},
		{"by a package manager", func(f string) { write(t, filepath.Join(f, "lib/keel/managed-by"), "apt\nsudo apt upgrade\n") }, update.Managed},
		{"into a folder with other programs", func(f string) { write(t, filepath.Join(f, "bin", "other"), "") }, update.Unknown},
		{"into a folder with other things", func(f string) { write(t, filepath.Join(f, "src", "other"), "") }, update.Unknown},
		{"beside other libraries", func(f string) { write(t, filepath.Join(f, "lib", "other"), "") }, update.Unknown},
		{"built", func(f string) { _ = os.RemoveAll(filepath.Join(f, "bin")) }, update.Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := unpacked(t)
			test.change(folder)
			got := installed(folder)
			if got.Kind != test.want || (got.Folder == folder) != (test.want == update.Unpacked) {
				t.Errorf("got %+v", got)
			}
			if test.want == update.Managed && (got.Manager != "apt" || got.Command != "sudo apt upgrade") {
				t.Errorf("managed by %+v", got)
			}
		})
	}
}

func TestTheNewVersionTakesThePlaceAndTheOldOneIsKept(t *testing.T) {
	folder, updates := unpacked(t), t.TempDir()
	u := update.New(update.Options{Folder: updates})
	if err := os.Rename(unpacked(t), folder+".old"); err != nil { // the one before
		t.Fatal(err)
	}
	archive, artifact := pack(t, release("the new program"))
	staged, err := update.Stage(t.Context(), archive, artifact, "1.3.0", folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Keep(staged); err != nil {
		t.Fatal(err)
	}
	reads(t, filepath.Join(folder, "lib/keel/keel"), "the old program") // until the next start
	pending, ok, err := update.Pending(updates)
	if d := cmp.Diff(staged, pending); d != "" || !ok || err != nil {
		t.Fatalf("pending %v, %v\n%s", ok, err, d)
	}
	if err := update.Swap(updates, pending, installed(folder)); err != nil {
		t.Fatal(err)
	}
	reads(t, filepath.Join(folder, "bin/keel"), "the new program")
	reads(t, filepath.Join(folder+".old", "bin/keel"), "the old program")
	if info, err := os.Stat(filepath.Join(folder, "lib/keel/keel")); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("it cannot be run: %v, %v", info, err)
	}
	if _, ok, err := update.Pending(updates); ok || err != nil {
		t.Errorf("it still waits: %v, %v", ok, err)
	}
}

func TestWhatIsDiscardedIsNotInstalled(t *testing.T) {
	folder, updates := unpacked(t), t.TempDir()
	u := update.New(update.Options{Folder: updates})
	archive, artifact := pack(t, release("the new program"))
	staged, err := update.Stage(t.Context(), archive, artifact, "1.3.0", folder)
	if err == nil {
		err = u.Keep(staged)
	}
	if err == nil {
		err = u.Discard()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := update.Pending(updates); ok || err != nil {
		t.Errorf("it waits: %v, %v", ok, err)
	}
	if _, err := os.Lstat(staged.New); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was unpacked: %v", err)
	}
}

func TestAnArchiveThatIsNoneOfKeelsIsNotStaged(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []entry
		change  func(*update.File)
		want    error
	}{
		{"another one", release("x"), func(a *update.File) { a.SHA256 = hex.EncodeToString(make([]byte, 32)) }, update.ErrMismatch},
		{"a longer one", release("x"), func(a *update.File) { a.Size-- }, update.ErrMismatch},
		{"out of the folder", append(release("x"), entry{name: "keel-1.3.0/../../evil", text: "x"}), nil, update.ErrArchive},
		{"an absolute name", append(release("x"), entry{name: "//etc/evil", text: "x"}), nil, update.ErrArchive},
		{"a link out", append(release("x"), entry{name: "keel-1.3.0/share/a", link: "../../.."}), nil, update.ErrArchive},
		{"an absolute link", append(release("x"), entry{name: "keel-1.3.0/share/a", link: "/etc"}), nil, update.ErrArchive},
		{"a file twice", append(release("x"), entry{name: "keel-1.3.0/lib/keel/keel", text: "y"}), nil, fs.ErrExist},
		{"a pipe", append(release("x"), entry{name: "keel-1.3.0/share/a", text: "pipe"}), nil, update.ErrArchive},
		{"without the program", release("x")[:2], nil, update.ErrArchive},
		{"with more beside it", append(release("x"), entry{name: "keel-1.3.0/etc/a", text: "x"}), nil, update.ErrArchive},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := unpacked(t)
			archive, artifact := pack(t, test.entries)
			if test.change != nil {
				test.change(&artifact)
			}
			if _, err := update.Stage(t.Context(), archive, artifact, "1.3.0", folder); !errors.Is(err, test.want) {
				t.Errorf("staged: %v, want %v", err, test.want)
			}
			left, err := os.ReadDir(filepath.Dir(folder))
			if err != nil || len(left) != 1 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}

// A folder of the user's that happens to have the name is not Keel's to remove.
func TestWhatIsNotKeelsIsNotRemovedForTheOldVersion(t *testing.T) {
	folder, updates := unpacked(t), t.TempDir()
	mine := filepath.Join(folder+".old", "mine")
	write(t, mine, "mine")
	archive, artifact := pack(t, release("the new program"))
	staged, err := update.Stage(t.Context(), archive, artifact, "1.3.0", folder)
	if err == nil {
		err = update.New(update.Options{Folder: updates}).Keep(staged)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := update.Swap(updates, staged, installed(folder)); !errors.Is(err, update.ErrInTheWay) {
		t.Errorf("swapped: %v", err)
	}
	reads(t, mine, "mine")
	reads(t, filepath.Join(folder, "lib/keel/keel"), "the old program")
}

// The record lies in a folder of the user's: what it names is not taken on trust.
func TestOnlyTheProgramsOwnFolderIsSwapped(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(s *update.Staged, now *update.Installation)
	}{
		{"another folder", func(s *update.Staged, _ *update.Installation) { s.Folder = filepath.Dir(s.Folder) }},
		{"another new one", func(s *update.Staged, _ *update.Installation) { s.New = filepath.Dir(s.New) }},
		{"another old one", func(s *update.Staged, _ *update.Installation) { s.Old = filepath.Dir(s.Old) }},
		{"a managed program", func(_ *update.Staged, now *update.Installation) { now.Kind = update.Managed }},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder, updates := unpacked(t), t.TempDir()
			archive, artifact := pack(t, release("the new program"))
			staged, err := update.Stage(t.Context(), archive, artifact, "1.3.0", folder)
			if err != nil {
				t.Fatal(err)
			}
			now := installed(folder)
			test.change(&staged, &now)
			if err := update.New(update.Options{Folder: updates}).Keep(staged); err != nil {
				t.Fatal(err)
			}
			if err := update.Swap(updates, staged, now); !errors.Is(err, update.ErrArchive) {
				t.Errorf("swapped: %v", err)
			}
			reads(t, filepath.Join(folder, "lib/keel/keel"), "the old program")
			if _, ok, err := update.Pending(updates); ok || err != nil {
				t.Errorf("it still waits: %v, %v", ok, err)
			}
		})
	}
}
