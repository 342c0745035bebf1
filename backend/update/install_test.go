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
	if err := os.Chmod(filepath.Join(folder, "lib", "keel", "keel"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
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
		{"half", func(f string) { _ = os.Remove(filepath.Join(f, "lib/keel/keel")) }, update.Unknown},
		{"with a program that does not run", func(f string) { _ = os.Chmod(filepath.Join(f, "lib/keel/keel"), 0o600) }, update.Unknown},
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
			u := update.New(update.Options{Folder: t.TempDir()})
			if _, err := u.Stage(t.Context(), archive, artifact, "1.3.0", installed(folder)); !errors.Is(err, test.want) {
				t.Errorf("staged: %v, want %v", err, test.want)
			}
			if _, ok, err := u.Pending(installed(folder)); ok || err != nil {
				t.Errorf("it waits: %v, %v", ok, err)
			}
			left, err := os.ReadDir(filepath.Dir(folder))
			if err != nil || len(left) != 1 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}
