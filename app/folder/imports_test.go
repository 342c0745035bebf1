package folder_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// newcomer is Keel on a machine with another editor.
type newcomer struct {
	*folder.Folder
	t      *testing.T
	config string // Keel's
	theirs string // the folder User of VS Code
}

func openNewcomer(t *testing.T) newcomer {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	n := newcomer{t: t, config: filepath.Join(home, ".config", "keel"), theirs: filepath.Join(home, ".config", "Code", "User")}
	paths := folder.Paths{Config: n.config, Data: filepath.Join(home, "data")}
	if err := paths.Make(); err != nil {
		t.Fatal(err)
	}
	opened, err := folder.Open(t.Context(), "", folder.Options{Paths: paths, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	n.Folder = opened
	return n
}

func (n newcomer) write(path, text string) {
	n.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

// texts are all files of Keel's configuration, by their names.
func (n newcomer) texts() map[string]string {
	n.t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.json", "snippets/*"} {
		names, err := filepath.Glob(filepath.Join(n.config, pattern))
		if err != nil {
			n.t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				n.t.Fatal(err)
			}
			relative, err := filepath.Rel(n.config, name)
			if err != nil {
				n.t.Fatal(err)
			}
			all[filepath.ToSlash(relative)] = string(text)
		}
	}
	return all
}

func (n newcomer) only() wire.ImportEditor {
	n.t.Helper()
	found, err := n.FindImports(n.t.Context())
	if err != nil || len(found) != 1 {
		n.t.Fatalf("found %+v, %v", found, err)
	}
	return found[0]
}

const (
	mySettings = "{\n  // mine\n  \"editor.fontSize\": 12,\n  \"a\": 1 // same\n}\n"
	myBindings = "[\n  { \"key\": \"ctrl+1\", \"command\": \"mine\" }\n]\n"
	mySnippet  = `{"mine": {"body": "x"}}`
)

// furnished is a newcomer with files of both editors.
func furnished(t *testing.T) newcomer {
	t.Helper()
	n := openNewcomer(t)
	n.write(filepath.Join(n.config, "settings.json"), mySettings)
	n.write(filepath.Join(n.config, "keybindings.json"), myBindings)
	n.write(filepath.Join(n.config, "snippets", "go.json"), mySnippet)
	n.write(filepath.Join(n.theirs, "settings.json"), `{"editor.fontSize": 15, "a": 1, "b": "two", "http.proxy": "http://me:word@proxy:1"}`)
	n.write(filepath.Join(n.theirs, "keybindings.json"), `[{"key":"ctrl+1","command":"theirs"},{"key":"ctrl+1","command":"mine"},{"key":"ctrl+2","command":"more"}]`)
	n.write(filepath.Join(n.theirs, "snippets", "go.json"), `{"log": {"body": "log"}}`)
	n.write(filepath.Join(n.theirs, "snippets", "rust.json"), `{"log": {"body": "log"}}`)
	return n
}

func allOf(e wire.ImportEditor) wire.ImportRequest {
	return wire.ImportRequest{
		Editor: e.ID, Preview: e.Preview, Settings: []string{"editor.fontSize", "a", "b", "http.proxy", "not offered"},
		Bindings: []int{0, 1, 2, 3, -1}, Snippets: []string{"go.json", "rust.json", "../settings.json"},
	}
}

func TestImportAndUndo(t *testing.T) {
	n := furnished(t)
	before := n.texts()
	offered := n.only()
	want := wire.ImportEditor{
		ID: "code", Name: "VS Code", Folder: n.theirs,
		Settings: []wire.ImportSetting{
			{Key: "editor.fontSize", Value: "15", Mine: "12", State: wire.ImportDiffer},
			{Key: "a", Value: "1", Mine: "1", State: wire.ImportSame},
			{Key: "b", Value: `"two"`, State: wire.ImportNew},
		},
		Bindings: []wire.ImportBinding{
			{Key: "ctrl+1", Command: "theirs", State: wire.ImportDiffer},
			{Key: "ctrl+1", Command: "mine", State: wire.ImportSame},
			{Key: "ctrl+2", Command: "more", State: wire.ImportNew},
		},
		Snippets: []wire.ImportSnippet{
			{Name: "go.json", As: "go-code.code-snippets", State: wire.ImportDiffer},
			{Name: "rust.json", As: "rust.json", State: wire.ImportNew},
		},
		LeftOut: []wire.ImportLeftOut{{Name: "http.proxy", Reason: "How Keel reaches the network is set in Keel: “Keel Agent › Network: Proxy”."}},
	}
	if d := cmp.Diff(want, offered, cmpopts.IgnoreFields(wire.ImportEditor{}, "Preview")); d != "" {
		t.Errorf("offered (-want +got):\n%s", d)
	}
	done, err := n.Import(t.Context(), allOf(offered))
	if err != nil {
		t.Fatal(err)
	}
	wantDone := wire.ImportDone{Editor: "VS Code", Settings: 3, Bindings: 2, Snippets: []string{"go-code.code-snippets", "rust.json"}}
	if d := cmp.Diff(wantDone, done, cmpopts.IgnoreFields(wire.ImportDone{}, "At")); d != "" {
		t.Errorf("done (-want +got):\n%s", d)
	}
	wantTexts := map[string]string{
		"settings.json": "{\n  // mine\n  \"editor.fontSize\": 15,\n  \"a\": 1, // same\n  \"b\": \"two\"\n}\n",
		"keybindings.json": "[\n  { \"key\": \"ctrl+1\", \"command\": \"mine\" },\n" +
			"  {\n    \"key\": \"ctrl+1\",\n    \"command\": \"theirs\"\n  },\n  {\n    \"key\": \"ctrl+2\",\n    \"command\": \"more\"\n  }\n]\n",
		"snippets/go.json":               mySnippet,
		"snippets/go-code.code-snippets": `{"log": {"scope": "go","body": "log"}}`,
		"snippets/rust.json":             `{"log": {"body": "log"}}`,
	}
	if d := cmp.Diff(wantTexts, n.texts()); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	for _, each := range n.only().Settings {
		if each.State != wire.ImportSame {
			t.Errorf("%s is offered again: %s", each.Key, each.State)
		}
	}
	undone, err := n.UndoImport(t.Context())
	if err != nil || len(undone.Kept) > 0 {
		t.Errorf("undone %+v, %v", undone, err)
	}
	if d := cmp.Diff(before, n.texts()); d != "" {
		t.Errorf("files after undo (-want +got):\n%s", d)
	}
	if _, err := n.UndoImport(t.Context()); !errors.Is(err, folder.ErrNoImport) {
		t.Errorf("a second undo: %v", err)
	}
}

func TestNothingIsImportedThatWasNotShown(t *testing.T) {
	changes := map[string]func(n newcomer){
		"their settings": func(n newcomer) { n.write(filepath.Join(n.theirs, "settings.json"), `{"b": "three"}`) },
		"their arguments": func(n newcomer) {
			n.write(filepath.Join(n.theirs, "keybindings.json"), `[{"key":"ctrl+1","command":"theirs","args":1},{"key":"ctrl+1","command":"mine"},{"key":"ctrl+2","command":"more"}]`)
		},
		"their snippets": func(n newcomer) {
			n.write(filepath.Join(n.theirs, "snippets", "rust.json"), `{"log": {"body": "lag"}}`)
		},
		"my settings": func(n newcomer) { n.write(filepath.Join(n.config, "settings.json"), `{"b": "mine now"}`) },
		"my snippets": func(n newcomer) { n.write(filepath.Join(n.config, "snippets", "rust.json"), `{"x": {"body": "y"}}`) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			n := furnished(t)
			request := allOf(n.only())
			change(n)
			before := n.texts()
			if _, err := n.Import(t.Context(), request); !errors.Is(err, folder.ErrImportChanged) {
				t.Errorf("import: %v", err)
			}
			if d := cmp.Diff(before, n.texts()); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
			if last, err := n.LastImport(t.Context()); err != nil || last.At != 0 {
				t.Errorf("last %+v, %v", last, err)
			}
		})
	}
}

// What a person changed after the import is theirs: the undo leaves it.
func TestUndoLeavesWhatWasChangedSince(t *testing.T) {
	n := furnished(t)
	if _, err := n.Import(t.Context(), allOf(n.only())); err != nil {
		t.Fatal(err)
	}
	n.write(filepath.Join(n.config, "settings.json"), `{"editor.fontSize": 20, "a": 1, "b": "two", "later": true}`)
	n.write(filepath.Join(n.config, "keybindings.json"), "[]")
	n.write(filepath.Join(n.config, "snippets", "rust.json"), `{"changed": {"body": "x"}}`)
	undone, err := n.UndoImport(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantKept := []string{
		"editor.fontSize was changed since, so it stays.",
		"keybindings.json was changed since, so it stays as it is.",
		"rust.json was changed since, so it stays.",
	}
	if d := cmp.Diff(wantKept, undone.Kept); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	want := map[string]string{
		"settings.json": `{"editor.fontSize": 20, "a": 1, "later": true}`, "keybindings.json": "[]",
		"snippets/go.json": mySnippet, "snippets/rust.json": `{"changed": {"body": "x"}}`,
	}
	if d := cmp.Diff(want, n.texts()); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

// What did nothing is no import, and takes the place of none.
func TestAnImportOfNothingLeavesTheOneBefore(t *testing.T) {
	n := furnished(t)
	before := n.texts()
	first, err := n.Import(t.Context(), allOf(n.only()))
	if err != nil {
		t.Fatal(err)
	}
	offered := n.only()
	nothing := wire.ImportRequest{Editor: offered.ID, Preview: offered.Preview, Snippets: []string{"rust.json"}} // it is here already
	if done, err := n.Import(t.Context(), nothing); err != nil || len(done.Snippets) > 0 {
		t.Fatalf("done %+v, %v", done, err)
	}
	last, err := n.LastImport(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, last); d != "" {
		t.Errorf("last (-want +got):\n%s", d)
	}
	if undone, err := n.UndoImport(t.Context()); err != nil || len(undone.Kept) > 0 {
		t.Errorf("undone %+v, %v", undone, err)
	}
	if d := cmp.Diff(before, n.texts()); d != "" {
		t.Errorf("files after undo (-want +got):\n%s", d)
	}
}

func TestBrokenSettingsAreNotImportedInto(t *testing.T) {
	n := furnished(t)
	n.write(filepath.Join(n.config, "settings.json"), `{"a": `)
	_, err := n.FindImports(t.Context())
	explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
	if !ok || explained.Code != wire.CodeBroken {
		t.Errorf("error %v", err)
	}
}
