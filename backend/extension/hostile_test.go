package extension_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

// with is a package with one more entry.
func with(t *testing.T, add func(*zip.Writer)) []byte {
	t.Helper()
	return extensiontest.Zip(t, func(w *zip.Writer) {
		extensiontest.Put(t, w, "extension/package.json", extensiontest.Manifest("a", "b", "1.0.0", nil))
		add(w)
	})
}

func named(t *testing.T, names ...string) []byte {
	t.Helper()
	return with(t, func(w *zip.Writer) {
		for _, name := range names {
			extensiontest.Put(t, w, name, "x")
		}
	})
}

// special adds an entry of another kind than a file.
func special(t *testing.T, name string, mode fs.FileMode, text string) []byte {
	t.Helper()
	return with(t, func(w *zip.Writer) {
		header := &zip.FileHeader{Name: name}
		header.SetMode(mode)
		to, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, text); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheGuardRefuses(t *testing.T) {
	tests := []struct {
		name string
		vsix []byte
		want string // a part of why
	}{
		{"zip slip", named(t, "extension/../../../evil"), "leads out of the package"},
		{"zip slip outside", named(t, "../evil"), "leads out of the package"},
		{"a dot", named(t, "extension/./evil"), "leads out of the package"},
		{"absolute", named(t, "/tmp/evil"), "begins at the top of the disk"},
		{"a drive", named(t, "C:/evil"), "drive letter"},
		{"a stream", named(t, "extension/a.js:evil"), "drive letter"},
		{"backslashes", named(t, `extension\..\evil`), "backslash"},
		{"an empty part", named(t, "extension//evil"), "leads out of the package"},
		{"a null", named(t, "extension/a\x00b"), "characters that are not seen"},
		{"turned text", named(t, "extension/\u202egpj.exe"), "characters that are not seen"},
		{"not UTF-8", named(t, "extension/\xff"), "cannot be read"},
		{"a long name", named(t, "extension/"+strings.Repeat("a", 300)), "too long"},
		{"a long path", named(t, "extension/"+strings.Repeat("a/", 600)+"a"), "too long"},
		{"a deep path", named(t, "extension/"+strings.Repeat("a/", 60)+"a"), "too many folders"},
		{"a device of Windows", named(t, "extension/lib/NUL"), "Windows keeps for devices"},
		{"a device with an ending", named(t, "extension/aux.tar.gz"), "Windows keeps for devices"},
		{"a device as a folder", named(t, "extension/com1/a"), "Windows keeps for devices"},
		{"a trailing dot", named(t, "extension/console."), "ends in a dot"},
		{"a link", special(t, "extension/link", fs.ModeSymlink|0o777, "../../target"), "neither a file nor a folder"},
		{"a device", special(t, "extension/null", fs.ModeDevice|fs.ModeCharDevice|0o666, ""), "neither a file nor a folder"},
		{"a pipe", special(t, "extension/pipe", fs.ModeNamedPipe|0o666, ""), "neither a file nor a folder"},
		{"twice", named(t, "extension/a", "extension/a"), "two files that would be one"},
		{"case", named(t, "extension/Read", "extension/READ"), "two files that would be one"},
		{"case of a folder", named(t, "extension/lib", "extension/LIB/a"), "two files that would be one"},
		{"unicode forms", named(t, "extension/caf\u00e9", "extension/cafe\u0301"), "two files that would be one"},
		{"manifest twice", named(t, "extension/Package.json"), "two files that would be one"},
		{"a file as a folder", named(t, "extension/a", "extension/a/b"), "two files that would be one"},
		{"no manifest", extensiontest.Zip(t, func(w *zip.Writer) { extensiontest.Put(t, w, "package.json", "{}") }), "no extension/package.json"},
		{"no archive", []byte("#!/bin/sh\necho hello\n"), "cannot be read as an archive"},
		{"nothing", nil, "cannot be read as an archive"},
		{"truncated", named(t, "extension/a")[:200], "cannot be read as an archive"},
		{"something after it", append(named(t, "extension/a"), "tail"...), "cannot be read as an archive"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
			err := installFile(t, e, test.vsix)
			if err == nil || !errors.Is(err, extension.ErrRefused) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that says %q", err, test.want)
			}
			if got := installed(t, e); len(got) != 0 {
				t.Errorf("installed: %v", got)
			}
			inside := filepath.Dir(folders[e])
			if entries, err := os.ReadDir(inside); err != nil || len(entries) > 2 {
				t.Errorf("beside the folder: %v, %v", entries, err)
			}
		})
	}
}

// zeroes is an archive in which one file is as long as it says, of zeroes. It is
// made without ever being unpacked.
func zeroes(t *testing.T, length, says uint64) []byte {
	t.Helper()
	// 1 MiB of zeroes as deflate blocks that do not end the stream, again and again.
	const piece = 1 << 20
	var block bytes.Buffer
	w, err := flate.NewWriter(&block, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, piece)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	stream := bytes.Repeat(block.Bytes(), int(length/piece))
	stream = append(stream, 1, 0, 0, 0xff, 0xff) // an empty last block
	return with(t, func(archive *zip.Writer) {
		to, err := archive.CreateRaw(&zip.FileHeader{
			Name: "extension/zeroes", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil),
			CompressedSize64: uint64(len(stream)), UncompressedSize64: says,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(stream); err != nil {
			t.Fatal(err)
		}
	})
}

// many is a package with so many empty files.
func many(t *testing.T, count int) []byte {
	t.Helper()
	return with(t, func(w *zip.Writer) {
		for i := range count {
			if _, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("extension/%d", i), Method: zip.Store}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// inFolders is a package with so many files, each in 35 folders of its own.
func inFolders(t *testing.T, count int) []byte {
	t.Helper()
	return with(t, func(w *zip.Writer) {
		for i := range count {
			name := fmt.Sprintf("extension/%d/%sa", i, strings.Repeat("a/", 34))
			if _, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestNamesThatAreNoDevices(t *testing.T) {
	e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
	vsix := named(t, "extension/console.js", "extension/com/a.js", "extension/com10.js", "extension/nullable/lptx", "extension/auxiliary.md")
	if err := installFile(t, e, vsix); err != nil {
		t.Error(err)
	}
}

func TestBombs(t *testing.T) {
	tests := []struct {
		name string
		vsix []byte
		want string
	}{
		{"10 GB that says so", zeroes(t, 10<<30, 3<<30), "more than 512 MiB"},
		{"10 GB that says it is small", zeroes(t, 10<<30, 1000), "cannot be read as an archive"},
		{"a ratio", zeroes(t, 64<<20, 64<<20), "more than a hundred times"},
		{"too many files", many(t, 30_000), "more than 20,000 files"},
		{"far more folders than files", inFolders(t, 1500), "more than 20,000 files"},
		{"100,000 files", many(t, 100_000), "more than 4 GiB or 65,535 files"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
			if err := installFile(t, e, test.vsix); !errors.Is(err, extension.ErrRefused) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that says %q", err, test.want)
			}
			if got := installed(t, e); len(got) != 0 {
				t.Errorf("installed: %v", got)
			}
		})
	}
}

func TestManifests(t *testing.T) {
	manifest := func(members map[string]any) string { return extensiontest.Manifest("a", "b", "1.0.0", members) }
	tests := []struct {
		name, text, want string
	}{
		{"not JSON", "{", "cannot be read as JSON"},
		{"a list", "[]", "cannot be read as JSON"},
		{"null", "null", "cannot be read as JSON"},
		{"5 MiB", `{"x":"` + strings.Repeat("x", 5<<20) + `"}`, "larger than 1 MiB"},
		{"deep", strings.Repeat("[", 100_000), "cannot be read as JSON"},
		{"a number for a name", manifest(map[string]any{"name": 5}), `"name" has the wrong type`},
		{"an object for main", manifest(map[string]any{"main": map[string]any{}}), `"main" has the wrong type`},
		{"a list for engines", manifest(map[string]any{"engines": []string{"vscode"}}), `"engines" has the wrong type`},
		{"text for contributes", manifest(map[string]any{"contributes": "all"}), `"contributes" has the wrong type`},
		{"a number in the pack", manifest(map[string]any{"extensionPack": []any{1}}), `"extensionPack" has the wrong type`},
		{"no name", manifest(map[string]any{"name": nil}), `"name" is missing`},
		{"a path for a name", manifest(map[string]any{"name": "../b"}), `"name" is missing`},
		{"a dot in the publisher", manifest(map[string]any{"publisher": "a.b"}), `"publisher" is missing`},
		{"control characters", manifest(map[string]any{"name": "b\x1b[2J"}), `"name" is missing`},
		{"turned text", manifest(map[string]any{"publisher": "a\u202e"}), `"publisher" is missing`},
		{"a script as a name", manifest(map[string]any{"name": "<script>alert(1)</script>"}), `"name" is missing`},
		{"a long name", manifest(map[string]any{"name": strings.Repeat("b", 101)}), `"name" is missing`},
		{"a long display name", manifest(map[string]any{"displayName": strings.Repeat("b", 1000)}), `"displayName" is missing`},
		{"a huge version", manifest(map[string]any{"version": strings.Repeat("9", 40) + ".0.0"}), `"version" is missing`},
		{"a path for a version", manifest(map[string]any{"version": "1.0.0/../../x"}), `"version" is missing`},
		{"no engines", manifest(map[string]any{"engines": nil}), `"engines.vscode" is missing`},
		{"an entry outside", manifest(map[string]any{"browser": "../../x.js"}), "leads out of the extension"},
		{"an absolute entry", manifest(map[string]any{"browser": "/etc/x.js"}), "leads out of the extension"},
		{"an entry with a scheme", manifest(map[string]any{"browser": "https://example.com/x.js"}), "leads out of the extension"},
		{"an id that cannot be", manifest(map[string]any{"extensionDependencies": []string{"../x"}}), "cannot exist"},
		{"many dependencies", manifest(map[string]any{"extensionDependencies": strings.Split(strings.Repeat("a.b ", 300)+"a.b", " ")}), `"extensionDependencies" is missing`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := extension.ReadManifest([]byte(test.text))
			if !errors.Is(err, extension.ErrRefused) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that says %q", err, test.want)
			}
		})
	}
	m, err := extension.ReadManifest([]byte(`{"name":"b","publisher":"a","version":"1.0.0","engines":{"vscode":"*"},"main":"./m","MAIN":"","Browser":"./b"}`))
	if err != nil || m.Kind() != extension.Node {
		t.Errorf("keys in another case: %v, %v", m.Kind(), err)
	}
	m, err = extension.ReadManifest([]byte(manifest(map[string]any{
		"contributes": map[string]any{"walkthroughs": []any{map[string]any{"id": "first", "title": "First"}}},
	})))
	if err != nil || m.Kind() != extension.Declarative || m.Refusal("") != "" {
		t.Errorf("nothing but a walkthrough: %v, %q, %v", m.Kind(), m.Refusal(""), err)
	}
}

func TestWhatAStrangerSaysStaysText(t *testing.T) {
	registry := extensiontest.New(t)
	e := open(t, registry)
	name := "Nice\u202e</script><img src=x onerror=alert(1)>\u0007"
	readme := "# Hi <script>fetch('/keel/file/config?path=settings.json')</script>"
	vsix := extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", map[string]any{
		"displayName": name,
		"contributes": map[string]any{"keybindings": []any{map[string]string{"key": "a", "args": "\u001b[A"}}},
	}), extensiontest.Files{"README.md": readme, "page.html": readme})
	if err := installFile(t, e, vsix); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := "Nice\uFFFD</script><img src=x onerror=alert(1)>\uFFFD"; list[0].DisplayName != want {
		t.Errorf("shown as %q", list[0].DisplayName)
	}
	if text := list[0].Manifest; strings.Contains(text, "\u202e") || strings.Contains(text, `\u0007`) || !strings.Contains(text, `\u001b[A`) {
		t.Errorf("the page's manifest: %q", text)
	}
	for path, kind := range map[string]string{"README.md": "text/plain; charset=utf-8", "page.html": "text/plain; charset=utf-8"} {
		served, err := e.OpenFile(t.Context(), list[0].Folder, path)
		if err != nil {
			t.Fatal(err)
		}
		served.File.Close()
		if served.Type != kind {
			t.Errorf("%s is served as %s", path, served.Type)
		}
	}
}
