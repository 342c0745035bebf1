package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var bytesAsTheyAre = map[string]string{
	"empty":         "",
	"text":          "one\ntwo\n",
	"no line end":   "one",
	"CRLF":          "one\r\ntwo\r\n",
	"mixed ends":    "one\r\ntwo\nthree\r",
	"UTF-8 mark":    "\ufeffone\n",
	"UTF-16":        "\xff\xfeo\x00\n\x00",
	"invalid UTF-8": "caf\xe9 \xff\xc0\x80\n",
	"binary":        "\x7fELF\x00\x01\x02\xff",
}

func TestBytesPassAsTheyAre(t *testing.T) {
	top := t.TempDir()
	w := open(t, top)
	for name, content := range bytesAsTheyAre {
		write(t, filepath.Join(top, name), content)
		data, entry, err := w.ReadFile(t.Context(), name, 0)
		if err != nil || string(data) != content || entry.Size != int64(len(content)) {
			t.Errorf("%s: read %q (%d), %v", name, data, entry.Size, err)
		}
		if _, err := w.WriteFile(t.Context(), name+" copy", data, WriteOptions{Create: true}); err != nil {
			t.Fatal(err)
		}
		if got := read(t, filepath.Join(top, name+" copy")); got != content {
			t.Errorf("%s: wrote %q, want %q", name, got, content)
		}
	}
}

func TestOddNames(t *testing.T) {
	top := t.TempDir()
	w := open(t, top)
	for _, name := range []string{"new\nline", "-rf", " leading and trailing ", "back\\slash", "caf\xe9", "*?[", "日本😀", "..."} {
		if _, err := w.WriteFile(t.Context(), name, []byte(name), WriteOptions{Create: true}); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		entry, err := w.Stat(t.Context(), name)
		if err != nil || entry.Path != name {
			t.Errorf("%q: %q, %v", name, entry.Path, err)
		}
		if got := read(t, filepath.Join(top, name)); got != name {
			t.Errorf("%q holds %q", name, got)
		}
	}
}

func TestReadFileLimit(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "ten"), "0123456789")
	w := open(t, top)
	for limit, want := range map[int64]error{9: ErrTooLarge, 10: nil, 11: nil, 0: nil} {
		if _, _, err := w.ReadFile(t.Context(), "ten", limit); !errors.Is(err, want) {
			t.Errorf("limit %d: %v, want %v", limit, err, want)
		}
	}
}

func TestReadFileOfAGigabyteReadsNothing(t *testing.T) {
	top := t.TempDir()
	large := filepath.Join(top, "large")
	write(t, large, "")
	const size = 1 << 30
	if err := os.Truncate(large, size); err != nil { // sparse
		t.Fatal(err)
	}
	w := open(t, top)
	if _, _, err := w.ReadFile(t.Context(), "large", 0); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
	file, entry, err := w.OpenFile(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	end := make([]byte, 16)
	if n, err := file.ReadAt(end, size-8); n != 8 || !errors.Is(err, io.EOF) || entry.Size != size {
		t.Errorf("reading its end: %d bytes, %v, of %d", n, err, entry.Size)
	}
}

func TestOpenFileKeepsItsBytes(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "file"), "old")
	w := open(t, top)
	file, entry, err := w.OpenFile(t.Context(), "file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := w.WriteFile(t.Context(), "file", []byte("new"), WriteOptions{IfVersion: entry.Version}); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(file)
	if err != nil || string(data) != "old" {
		t.Errorf("read %q, %v", data, err)
	}
}

func TestReadErrors(t *testing.T) {
	top := reachableFolder(t)
	makeFolders(t, top+"/folder", top+"/locked")
	write(t, top+"/secret", "x")
	write(t, top+"/file", "x")
	makePipe(t, top+"/pipe")
	symlink(t, "loop", top+"/loop")
	symlink(t, "nowhere", top+"/dangling")
	chmod(t, top+"/secret", 0o000)
	chmod(t, top+"/locked", 0o000)
	w := open(t, top)
	readFile := func(name string) error { _, _, err := w.ReadFile(t.Context(), name, 0); return err }
	list := func(name string) error { _, err := w.List(t.Context(), name); return err }
	stat := func(name string) error { _, err := w.Stat(t.Context(), name); return err }
	tests := []struct {
		do   func(string) error
		name string
		want error
		text string
	}{
		{readFile, "missing", fs.ErrNotExist, `opening "missing": no such file or directory`},
		{readFile, "file/below", ErrNotFolder, `opening "file/below": it is not a folder (not a directory)`},
		{readFile, "folder", ErrIsFolder, `opening "folder": it is a folder`},
		{readFile, "pipe", ErrSpecial, `opening "pipe": it is a device, pipe or socket`},
		{readFile, "secret", fs.ErrPermission, `opening "secret": permission denied`},
		{readFile, "dangling", fs.ErrNotExist, `opening "dangling": no such file or directory`},
		{readFile, "a\x00b", fs.ErrInvalid, `opening "a\x00b": invalid argument`},
		{readFile, "loop", nil, `opening "loop": too many levels of symbolic links`},
		{list, "missing", fs.ErrNotExist, `listing "missing": no such file or directory`},
		{list, "file", ErrNotFolder, `listing "file": it is not a folder`},
		{list, "pipe", ErrNotFolder, `listing "pipe": it is not a folder`},
		{list, "locked", fs.ErrPermission, `listing "locked": permission denied`},
		{stat, "missing/deep", fs.ErrNotExist, `looking at "missing/deep": no such file or directory`},
		{stat, "locked/deep", fs.ErrPermission, `looking at "locked/deep": permission denied`},
	}
	for _, test := range tests {
		asOrdinaryUser(t, func() {
			err := test.do(test.name)
			if err == nil || err.Error() != test.text || (test.want != nil && !errors.Is(err, test.want)) {
				t.Errorf("%v\nwant %s (%v)", err, test.text, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.List(ctx, "."); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLinksInsideWork(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/real/deep", top+"/links")
	write(t, top+"/real/file", "text")
	symlink(t, "../real", top+"/links/folder")
	symlink(t, top+"/real/file", top+"/links/absolute")
	symlink(t, "absolute", top+"/links/chain")
	symlink(t, top+"/links/folder", top+"/links/absolute-folder")
	symlink(t, "deep/../file", top+"/real/up")
	w := open(t, top)
	for _, name := range []string{"links/folder/file", "links/absolute", "links/chain", "links/absolute-folder/file", "links/folder/deep/../file", "real/up", "links/absolute-folder/up"} {
		data, _, err := w.ReadFile(t.Context(), name, 0)
		if err != nil || string(data) != "text" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	entries, err := w.List(t.Context(), "links/absolute-folder")
	if err != nil || len(entries) != 3 || entries[0].Path != "links/absolute-folder/deep" {
		t.Errorf("listing through an absolute link: %v, %v", entries, err)
	}
}

func TestEntryTellsModesAndTimes(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/file", "x")
	chmod(t, top+"/file", 0o640|fs.ModeSetgid)
	modified := time.Date(2001, 2, 3, 4, 5, 6, 7_000_000, time.UTC)
	if err := os.Chtimes(top+"/file", modified, modified); err != nil {
		t.Fatal(err)
	}
	entry, err := open(t, top).Stat(t.Context(), "file")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UnixMilli()
	if entry.Mode != 0o2640 || entry.ModifiedAt != modified.UnixMilli() || entry.CreatedAt > now || (entry.CreatedAt != 0 && entry.CreatedAt < now-60_000) {
		t.Errorf("%+v", entry)
	}
}

func TestMayWrite(t *testing.T) {
	me := user{id: 1000, groups: map[uint32]bool{100: true}}
	tests := []struct {
		user user
		s    status
		want bool
	}{
		{me, status{uid: 1000, mode: 0o200}, true},
		{me, status{uid: 1000, gid: 100, mode: 0o577}, false}, // the owner's bits count alone
		{me, status{uid: 0, gid: 100, mode: 0o020}, true},
		{me, status{uid: 0, gid: 100, mode: 0o757}, false},
		{me, status{uid: 0, gid: 0, mode: 0o002}, true},
		{me, status{uid: 0, gid: 0, mode: 0o775}, false},
		{user{all: true}, status{uid: 1000, mode: 0o000}, true},
	}
	for _, test := range tests {
		if got := test.user.mayWrite(test.s); got != test.want {
			t.Errorf("%+v: %v", test.s, got)
		}
	}
}

// TestVersionsTellSameSizeRewrites rewrites a file in place, with the same size
// and as fast as it can, right after it has been read.
func TestVersionsTellSameSizeRewrites(t *testing.T) {
	top := t.TempDir()
	file := filepath.Join(top, "file")
	write(t, file, "00000")
	w := open(t, top)
	for i := range 30 {
		_, before, err := w.ReadFile(t.Context(), "file", 0)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, fmt.Sprintf("%05d", i+1))
		_, err = w.WriteFile(t.Context(), "file", []byte("mine"), WriteOptions{IfVersion: before.Version})
		if !errors.Is(err, ErrChanged) {
			t.Fatalf("rewrite %d went unnoticed: %v", i, err)
		}
	}
}

func TestReadFileIsOfOneVersion(t *testing.T) {
	top := t.TempDir()
	file := filepath.Join(top, "file")
	a, b := bytes.Repeat([]byte("a"), 1<<20), bytes.Repeat([]byte("b"), 1<<20)
	write(t, file, string(a))
	w := open(t, top)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 20 {
			data := a
			if i%2 == 0 {
				data = b
			}
			if _, err := w.WriteFile(context.Background(), "file", data, WriteOptions{Overwrite: true}); err != nil {
				t.Error(err)
			}
		}
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		data, _, err := w.ReadFile(t.Context(), "file", 0)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, a) && !bytes.Equal(data, b) {
			t.Fatal("a mixture of two versions")
		}
	}
}

func TestListLeavesNothingOut(t *testing.T) {
	top := t.TempDir()
	var want []string
	for i := range 3000 {
		name := fmt.Sprintf("file%04d", i)
		write(t, filepath.Join(top, name), "")
		want = append(want, name)
	}
	entries, err := open(t, top).List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
