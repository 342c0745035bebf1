package editors_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/backend/editors"
	"github.com/keel-ide/keel/backend/redact"
)

// machine is a home folder with editors in it.
type machine struct {
	t      *testing.T
	places editors.Places
}

func newMachine(t *testing.T) machine {
	t.Helper()
	home := t.TempDir()
	return machine{t, editors.Places{Config: filepath.Join(home, ".config"), Home: home}}
}

// has writes a file of VS Code: below its User folder, or below its extensions.
func (m machine) has(path, text string) string {
	m.t.Helper()
	folder := filepath.Join(m.places.Config, "Code", "User")
	if rest, ok := strings.CutPrefix(path, "extensions/"); ok {
		folder, path = filepath.Join(m.places.Home, ".vscode", "extensions"), rest
	}
	whole := filepath.Join(folder, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(whole), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(whole, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return whole
}

func (m machine) read() editors.Contents {
	m.t.Helper()
	redactor := redact.New(redact.Options{})
	contents, err := editors.Read(m.t.Context(), m.places, "code", func(text string) bool { return redactor.Text(text) != text })
	if err != nil {
		m.t.Fatal(err)
	}
	return contents
}

func TestRead(t *testing.T) {
	m := newMachine(t)
	m.has("settings.json", "\ufeff"+`{
		// the look
		"editor.fontSize": 15, /* points */
		"workbench.colorTheme": "Solarized Light",
		"editor.fontSize": 16,
		"[go]": {"editor.tabSize": 8, "go.alternateTools": {"go": "/x"},},
		"go.toolsEnvVars": {"GOFLAGS": "-x"},
	} // end`)
	m.has("keybindings.json", `// Place your key bindings in this file
	[
		{"key": "ctrl+1", "command": "a.b", "when": "c", "args": {"x": 1}}, // kept
		{"key": "ctrl+2", "command": "-a.b"},
		{"key": "ctrl+3"},
	]`)
	m.has("snippets/go.json", `{"log": {"prefix": "l", "body": ["log"]}}`)
	m.has("snippets/mine.code-snippets", "// nothing yet\n{}")
	m.has("snippets/notes.txt", "not looked at")
	m.has("extensions/extensions.json", `[
		{"identifier": {"id": "Golang.Go"}, "version": "0.50.0"},
		{"identifier": {"id": "golang.go"}, "version": "0.49.0"},
		{"identifier": {"id": "a.b"}, "version": "newest"},
		{"identifier": {"id": "../../x"}, "version": "1.0.0"}
	]`)
	want := editors.Contents{
		Folder: filepath.Join(m.places.Config, "Code", "User"),
		Settings: []editors.Setting{
			{Key: "editor.fontSize", Value: json.RawMessage("16")},
			{Key: "workbench.colorTheme", Value: json.RawMessage(`"Solarized Light"`)},
			{Key: "[go]", Value: json.RawMessage(`{"editor.tabSize":8}`)},
		},
		Bindings: []editors.Binding{
			{Key: "ctrl+1", Command: "a.b", When: "c", JSON: json.RawMessage(`{"key":"ctrl+1","command":"a.b","when":"c","args":{"x":1}}`)},
			{Key: "ctrl+2", Command: "-a.b", JSON: json.RawMessage(`{"key":"ctrl+2","command":"-a.b"}`)},
		},
		Snippets: []editors.Snippet{
			{Name: "go.json", Text: `{"log": {"prefix": "l", "body": ["log"]}}`},
			{Name: "mine.code-snippets", Text: "// nothing yet\n{}"},
		},
		Extensions: []editors.Extension{{ID: "a.b"}, {ID: "golang.go", Version: "0.50.0"}},
		LeftOut: []editors.LeftOut{
			{Name: "[go] go.alternateTools", Reason: "It names a program that would be run, or what it is run with."},
			{Name: "go.toolsEnvVars", Reason: "It names a program that would be run, or what it is run with."},
			{Name: "Key binding 3", Reason: "It is not written as a key binding is."},
		},
	}
	if diff := cmp.Diff(want, m.read(), cmpopts.IgnoreFields(editors.Contents{}, "Editor")); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
}

func TestFindShowsOnlyEditorsThatHaveSomething(t *testing.T) {
	m := newMachine(t)
	m.has("settings.json", `{"a": 1}`)
	if err := os.MkdirAll(filepath.Join(m.places.Config, "Cursor", "User"), 0o700); err != nil {
		t.Fatal(err)
	}
	found, err := editors.Find(t.Context(), m.places, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Editor.Name != "VS Code" {
		t.Errorf("found %+v", found)
	}
	if _, err := editors.Read(t.Context(), m.places, "../code", nil); !errors.Is(err, editors.ErrUnknown) {
		t.Errorf("an unknown editor: %v", err)
	}
}

// What would loosen Keel's rules, run something or carry a secret never comes along.
func TestLeftOut(t *testing.T) {
	out := map[string]string{
		"keelAgent.trustedCommands": `["*"]`, "KeelAgent.Mode": `"autopilot"`, "keelExtensions.gallery": `"https://example.com"`,
		"security.workspace.trust.enabled": `false`, "task.allowAutomaticTasks": `"on"`, "workbench.trustedDomains.promptInTrustedWorkspace": `false`,
		"chat.tools.terminal.autoApprove": `{"rm": true}`, "chat.disableAIFeatures": `false`, "kiroAgent.trustedCommands": `["*"]`,
		"terminal.integrated.profiles.linux": `{"x": {"path": "/tmp/x"}}`, "terminal.integrated.automationProfile.linux": `{"path": "/tmp/x"}`,
		"terminal.integrated.env.linux": `{"LD_PRELOAD": "/tmp/x.so"}`, "terminal.integrated.defaultProfile.linux": `"x"`,
		"terminal.external.linuxExec": `"/tmp/x"`, "launch": `{"configurations": []}`, "tasks": `{}`, "mcp": `{"servers": {}}`,
		"http.proxy": `"http://me:word@proxy:1"`, "http.proxyStrictSSL": `false`, "json.schemas": `[{"url": "https://example.com"}]`,
		"json.schemaDownload.enable": `true`, "telemetry.telemetryLevel": `"all"`, "update.mode": `"default"`,
		"git.path": `"/tmp/git"`, "python.defaultInterpreterPath": `"/tmp/p"`, "x.executablePath": `"/tmp/x"`, "eslint.runtime": `"/tmp/n"`,
		"clangd.arguments": `["--x"]`, "rust-analyzer.server.path": `"/tmp/r"`, "typescript.tsdk": `"/tmp"`, "java.jdt.ls.vmargs": `"-agent"`,
		"emeraldwalk.runonsave": `{"commands": [{"match": ".*", "cmd": "rm -rf /"}]}`, "phpcs.executablesFolder": `"/tmp"`,
		"gitlab.token": `"x"`, "some.apiKey": `"abc"`, "deep": `{"list": [{"password": "hunter2"}]}`, "plain": `"ghp_` + "wX3kP9qLz7RvB2mN5tYc8HdJ4sFgA1eU6oTi" + `"`,
		"address": `"https://me:pa55word@example.com/"`, "extensions.autoUpdate": `true`, "remote.SSH.configFile": `"/tmp/c"`,
		"keelAgent": `{"trustedCommands": ["*"]}`, "terminal": `{"integrated": {"profiles": {"linux": {"x": {"path": "/tmp/x"}}}}}`,
		"terminal.integrated": `{"defaultProfile": {"linux": "x"}}`, "security": `{"workspace": {"trust": {"enabled": false}}}`, "http": `{"proxy": "x"}`,
		"huge": `"` + strings.Repeat("x", 70_000) + `"`, "with\u202ename": `1`, "with\nline": `1`, "": `1`,
	}
	stay := map[string]string{
		"editor.fontSize": `14`, "breadcrumbs.filePath": `"on"`, "editor.tokenColorCustomizations": `{"comments": "#fff"}`,
		"editor.semanticTokenColorCustomizations": `{"enabled": true}`, "terminal.integrated.commandsToSkipShell": `["a"]`,
		"editor.maxTokenizationLineLength": `20000`, "window.commandCenter": `true`, "files.associations": `{"*.x": "json"}`,
		"vim.normalModeKeyBindings": `[{"before": ["j"], "commands": ["cursorDown"]}]`, "workbench.iconTheme": `null`,
		"github.gitAuthentication": `false`, "git.autofetch": `true`, "files.exclude": `{"**/path": true}`, "terminal.integrated.fontSize": `13`,
	}
	m := newMachine(t)
	all := map[string]json.RawMessage{}
	for _, each := range []map[string]string{out, stay} {
		for key, value := range each {
			all[key] = json.RawMessage(value)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	m.has("settings.json", string(text))
	contents := m.read()
	got := map[string]string{}
	for _, each := range contents.Settings {
		got[each.Key] = string(each.Value)
	}
	for key, value := range stay {
		var want, is any
		if json.Unmarshal([]byte(value), &want) != nil || json.Unmarshal([]byte(got[key]), &is) != nil || !cmp.Equal(want, is) {
			t.Errorf("%s: %s, want %s", key, got[key], value)
		}
	}
	for key := range out {
		if value, ok := got[key]; ok {
			t.Errorf("%q comes along: %.60s", key, value)
		}
	}
	if len(contents.LeftOut) != len(out) {
		t.Errorf("%d left out, want %d", len(contents.LeftOut), len(out))
	}
	shown, err := json.Marshal(contents.LeftOut)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"ghp_", "hunter2", "pa55word", "LD_PRELOAD"} {
		if strings.Contains(string(shown), secret) {
			t.Errorf("the list of what is left out shows %q", secret)
		}
	}
}

func TestBindingsLeftOut(t *testing.T) {
	m := newMachine(t)
	bad := []string{
		`{"key": "a", "command": "workbench.action.terminal.sendSequence", "args": {"text": "x\n"}}`,
		`{"key": "a", "command": "runCommands", "args": {"commands": ["a", {"command": " Workbench.Action.Terminal.SendSequence"}]}}`,
		`{"key": "a", "command": "keel.chat.approve"}`,
		`{"key": "a", "command": "workbench.extensions.installExtension", "args": "x.y"}`,
		`{"key": "a", "command": "workbench.action.tasks.runTask"}`,
		`{"key": "a", "command": "x", "args": {"token": "abc"}}`,
		`{"key": "a\u202e", "command": "x"}`,
		`{"key": "a", "command": "workbench.action.terminal.new", "args": {"config": {"executable": "/bin/sh"}}}`,
		`{"key": "a", "command": "runCommands", "args": {"commands": [{"command": "workbench.action.createTerminalEditor", "args": {"config": {}}}]}}`,
		`{"key": "a", "command": "-keel.stop"}`, `{"key": "a", "command": "-Keel.stop"}`,
		`{"key": 1, "command": "x"}`, `"text"`, `null`, `[]`,
		`{"key": "a", "command": "x", "args": "` + strings.Repeat("x", 20_000) + `"}`,
	}
	m.has("keybindings.json", "["+strings.Join(bad, ",")+"]")
	contents := m.read()
	if len(contents.Bindings) != 0 || len(contents.LeftOut) != len(bad) {
		t.Errorf("bindings %+v, %d left out", contents.Bindings, len(contents.LeftOut))
	}
}

// Hostile or broken files are a sentence, and the rest is read all the same.
func TestHostile(t *testing.T) {
	texts := map[string]string{
		"broken":  `{"a": `,
		"deep":    strings.Repeat("[", 5<<20),
		"deeper":  `{"a": ` + strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 201),
		"huge":    `{"a": "` + strings.Repeat("x", 9<<20) + `"}`,
		"binary":  "\x00\x01\x02\xff",
		"invalid": "{\"a\xff\": \"\xc3\x28\"}",
	}
	for name, text := range texts {
		m := newMachine(t)
		m.has("settings.json", text)
		m.has("keybindings.json", text)
		m.has("snippets/x.json", text)
		m.has("extensions/extensions.json", text)
		m.has("snippets/good.json", `{"a": {"body": "b"}}`)
		contents := m.read()
		if len(contents.Problems) == 0 {
			t.Errorf("%s: no problem is said", name)
		}
		if len(contents.Snippets) != 1 || len(contents.Settings)+len(contents.Bindings)+len(contents.Extensions) != 0 {
			t.Errorf("%s: %d settings, %d bindings, %d snippets, %d extensions", name, len(contents.Settings), len(contents.Bindings), len(contents.Snippets), len(contents.Extensions))
		}
	}
}

// What is no file is not read, and never waited for.
func TestNoFiles(t *testing.T) {
	m := newMachine(t)
	user := filepath.Join(m.places.Config, "Code", "User")
	m.has("snippets/.keep", "")
	for _, name := range []string{"settings.json", "snippets/pipe.json"} {
		if err := syscall.Mkfifo(filepath.Join(user, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"keybindings.json", "snippets/folder.json"} {
		if err := os.Mkdir(filepath.Join(user, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	private := filepath.Join(m.places.Home, "key")
	if err := os.WriteFile(private, []byte("private words"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(m.places.Home, "other.json")
	if err := os.WriteFile(other, []byte(`{"auths": {"token": "x"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"snippets/link.json": private, "snippets/other.json": other, "snippets/round.json": "round.json"} {
		if err := os.Symlink(target, filepath.Join(user, name)); err != nil {
			t.Fatal(err)
		}
	}
	contents := m.read()
	if len(contents.Settings)+len(contents.Bindings)+len(contents.Snippets) != 0 || len(contents.Problems) != 7 {
		t.Errorf("contents %+v", contents)
	}
	if said := strings.Join(contents.Problems, "\n"); strings.Contains(said, "private") || strings.Contains(said, "auths") {
		t.Errorf("what a link leads to is shown:\n%s", said)
	}
}

// A link to one's settings elsewhere, as people keep them in a repository, is read.
func TestLinkToSettings(t *testing.T) {
	m := newMachine(t)
	kept := filepath.Join(m.places.Home, "dotfiles.json")
	if err := os.WriteFile(kept, []byte(`{"a": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	path := m.has("settings.json", "")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kept, path); err != nil {
		t.Fatal(err)
	}
	if contents := m.read(); len(contents.Settings) != 1 {
		t.Errorf("contents %+v", contents)
	}
}

func TestExtensionsByTheirFolders(t *testing.T) {
	m := newMachine(t)
	for _, name := range []string{"golang.go-0.50.0", "ms.x-y-1.2.3-linux-x64", "old.one-1.0.0", "no-version", ".cache"} {
		m.has("extensions/"+name+"/package.json", "{}")
	}
	m.has("extensions/.obsolete", `{"old.one-1.0.0": true}`)
	want := []editors.Extension{{ID: "golang.go", Version: "0.50.0"}, {ID: "ms.x-y", Version: "1.2.3"}}
	if diff := cmp.Diff(want, m.read().Extensions); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

func TestForLanguage(t *testing.T) {
	got, err := editors.ForLanguage("go", "{\n  // mine\n  \"log\": {\n    \"prefix\": \"l\", // short\n    \"body\": [\"log\"],\n  },\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  // mine\n  \"log\": {\n    \"scope\": \"go\",\n    \"prefix\": \"l\", // short\n    \"body\": [\"log\"],\n  },\n}\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}
