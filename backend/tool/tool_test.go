package tool_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/tool"
	"github.com/keel-ide/keel/backend/workspace"
)

// bench is the real tools over a real folder.
type bench struct {
	t      *testing.T
	folder string
	set    *tool.Set
	view   *tool.View
}

func newBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	return newBenchWith(t, files, tool.Options{})
}

// newBenchWith is newBench with some of the options.
func newBenchWith(t *testing.T, files map[string]string, o tool.Options) *bench {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, folder: folder, view: &tool.View{}}
	for name, content := range files {
		b.write(name, content)
	}
	w, err := workspace.Open(t.Context(), folder, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, w)
	runner := command.New(command.Options{})
	closeLater(t, runner)
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatal(err)
	}
	o.Workspace, o.Search, o.Command = w, search.New(ripgrep), runner
	b.set = tool.New(o)
	return b
}

func (b *bench) write(name, content string) {
	b.t.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read(name string) string {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(b.folder, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

func (b *bench) missing(name string) bool {
	_, err := os.Lstat(filepath.Join(b.folder, name))
	return errors.Is(err, os.ErrNotExist)
}

// arguments writes JSON from pairs of name and value.
func arguments(t *testing.T, pairs ...any) json.RawMessage {
	t.Helper()
	object := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		object[pairs[i].(string)] = pairs[i+1]
	}
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// prepare must succeed.
func (b *bench) prepare(name string, pairs ...any) tool.Prepared {
	b.t.Helper()
	p, err := b.set.Prepare(b.t.Context(), b.view, name, arguments(b.t, pairs...))
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	if p.Hash == "" || p.Title == "" {
		b.t.Errorf("%s: prepared without hash or title: %+v", name, p)
	}
	return p
}

// run prepares and runs a call that must succeed, and returns its text.
func (b *bench) run(name string, pairs ...any) string {
	b.t.Helper()
	result := b.set.Run(b.t.Context(), b.view, b.prepare(name, pairs...), nil)
	if result.IsError {
		b.t.Fatalf("%s: %s", name, result.Text)
	}
	return result.Text
}

// refused returns the text with which a call must be refused.
func (b *bench) refused(name string, pairs ...any) string {
	b.t.Helper()
	_, err := b.set.Prepare(b.t.Context(), b.view, name, arguments(b.t, pairs...))
	refusal, ok := errors.AsType[*tool.Refusal](err)
	if !ok {
		b.t.Fatalf("%s: got %v, want a refusal", name, err)
	}
	return refusal.Text
}

func (b *bench) wantRefused(want, name string, pairs ...any) {
	b.t.Helper()
	if got := b.refused(name, pairs...); !strings.Contains(got, want) {
		b.t.Errorf("%s: refused with %q, want %q in it", name, got, want)
	}
}

func TestSpecs(t *testing.T) {
	b := newBench(t, nil)
	var names, needed []string
	for _, spec := range b.set.Specs() {
		names = append(names, spec.Name)
		if !spec.Spare {
			needed = append(needed, spec.Name)
		}
		if len(spec.Description) < 40 {
			t.Errorf("%s: no description: %q", spec.Name, spec.Description)
		}
		checkSchema(t, spec.Name, spec.Schema)
	}
	want := []string{
		"read_file", "list_dir", "find_files", "search_text", "edit_file", "write_file", "delete_file", "move_file", "run_command",
		"command_output", "stop_command", "fetch_url", "diagnostics", "todo", "ask_user", "sub_agent",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("tools (-want +got):\n%s", diff)
	}
	want = []string{"read_file", "list_dir", "search_text", "edit_file", "write_file", "run_command", "command_output", "stop_command"}
	if diff := cmp.Diff(want, needed); diff != "" {
		t.Errorf("tools where there is little room (-want +got):\n%s", diff)
	}
	edit := string(b.set.Specs()[4].Schema)
	if strings.Index(edit, `"path"`) > strings.Index(edit, `"old_string"`) || strings.Index(edit, `"old_string"`) > strings.Index(edit, `"new_string"`) {
		t.Errorf("the arguments are not in the order declared: %s", edit)
	}
}

// checkSchema holds a schema, and those of the objects in its lists, to being
// closed, with a type and a description for everything.
func checkSchema(t *testing.T, name string, raw json.RawMessage) {
	t.Helper()
	var schema struct {
		Type       string
		Properties map[string]struct {
			Type, Description string
			Items             json.RawMessage
		}
		Required             []string
		AdditionalProperties *bool
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if schema.Type != "object" || schema.AdditionalProperties == nil || *schema.AdditionalProperties {
		t.Errorf("%s: the schema is not a closed object: %s", name, raw)
	}
	for argument, property := range schema.Properties {
		if property.Type == "" || property.Description == "" {
			t.Errorf("%s: argument %s has no type or description", name, argument)
		}
		if (property.Type == "array") != (property.Items != nil) {
			t.Errorf("%s: argument %s: %s", name, argument, raw)
		}
		if strings.Contains(string(property.Items), `"object"`) {
			checkSchema(t, name+" "+argument, property.Items)
		}
	}
}

func TestArgumentsAreStrict(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "a\n"})
	const usage = " It takes: path (string), offset (integer, optional), limit (integer, optional)."
	const todo = " It takes: items (list of objects with text (string), status (pending|in_progress|done))."
	const ask = " It takes: question (string), choices (list of strings, optional), free (boolean, optional)."
	tests := []struct{ name, raw, want string }{
		{"read_file", `{}`, `read_file: the argument "path" is missing.` + usage},
		{"read_file", ``, `read_file: the argument "path" is missing.` + usage},
		{"read_file", `{"path":null}`, `read_file: the argument "path" is missing.` + usage},
		{"read_file", `{"path":1}`, `read_file: the argument "path" must be a string.` + usage},
		{"read_file", `{"path":"a.txt","line":3}`, `read_file: there is no argument "line".` + usage},
		{"read_file", `{"Path":"a.txt"}`, `read_file: the argument "path" is missing.` + usage},
		{"read_file", `{"path":"a.txt","offset":"3"}`, `read_file: the argument "offset" must be a whole number from 1 to 1073741824.` + usage},
		{"read_file", `{"path":"a.txt","offset":0}`, `read_file: the argument "offset" must be a whole number from 1 to 1073741824.` + usage},
		{"read_file", `{"path":"a.txt","limit":1.5}`, `read_file: the argument "limit" must be a whole number from 1 to 2000.` + usage},
		{"read_file", `["a.txt"]`, `read_file: the arguments are not a JSON object (json: cannot unmarshal array into Go value of type map[string]json.RawMessage).` + usage},
		{"run_command", `{"command":"ls","background":"yes"}`, `run_command: the argument "background" must be true or false. It takes: command (string), cwd (string, optional), timeout_s (integer, optional), background (boolean, optional).`},
		{"todo", `{"items":{}}`, `todo: the argument "items" must be a list of 0 to 50 objects.` + todo},
		{"todo", `{"items":[{"text":"a","status":"done"},{"text":"b"}]}`, `todo: the argument "items" must be a list of objects; in item 2 the argument "status" is missing.` + todo},
		{"todo", `{"items":[{"text":"a","status":"finished"}]}`, `todo: the argument "items" must be a list of objects; in item 1 the argument "status" must be one of "pending","in_progress","done".` + todo},
		{"todo", `{"items":[{"text":"a","status":"done","id":1}]}`, `todo: the argument "items" must be a list of objects; in item 1 there is no argument "id".` + todo},
		{"todo", `{"items":["a"]}`, `todo: the argument "items" must be a list of objects; in item 1 it is not a JSON object (json: cannot unmarshal string into Go value of type map[string]json.RawMessage).` + todo},
		{"todo", `{"items":[null]}`, `todo: the argument "items" must be a list of objects; in item 1 the argument "text" is missing.` + todo},
		{"ask_user", `{"question":"q","choices":["a"]}`, `ask_user: the argument "choices" must be a list of 2 to 6 strings.` + ask},
		{"ask_user", `{"question":"q","choices":["a",2]}`, `ask_user: the argument "choices" must be a list of strings; item 2 is none.` + ask},
		{"ask_user", `{"question":"q","choices":["a",null]}`, `ask_user: the argument "choices" must be a list of strings; item 2 is none.` + ask},
		{"ask_user", `{"question":"q","choices":"a"}`, `ask_user: the argument "choices" must be a list of 2 to 6 strings.` + ask},
		{"edit_file", `{"path":"a","old_string":"b","new_string":"c","replace_all":"yes"}`, `edit_file: the argument "replace_all" must be true or false. It takes: path (string), old_string (string), new_string (string), replace_all (boolean, optional).`},
		{"bash", `{}`, `There is no tool "bash". The tools are: read_file, list_dir, find_files, search_text, edit_file, write_file, delete_file, move_file, run_command, command_output, stop_command, fetch_url, diagnostics, todo, ask_user, sub_agent.`},
	}
	for _, tt := range tests {
		_, err := b.set.Prepare(t.Context(), b.view, tt.name, json.RawMessage(tt.raw))
		refusal, ok := errors.AsType[*tool.Refusal](err)
		if !ok {
			t.Errorf("%s %s: got %v, want a refusal", tt.name, tt.raw, err)
			continue
		}
		if diff := cmp.Diff(tt.want, refusal.Text); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.name, tt.raw, diff)
		}
	}
	if _, err := b.set.Prepare(t.Context(), b.view, "read_file", json.RawMessage(`{"path":"a.txt","offset":null,"limit":5.0}`)); err != nil {
		t.Errorf("null for an optional argument: %v", err)
	}
}

func TestPathsStayInside(t *testing.T) {
	b := newBench(t, map[string]string{"src/a.txt": "a\n", "with \\ back.txt": "b\n"})
	if err := os.Symlink("..", filepath.Join(b.folder, "up")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"..", "../x", "/etc/passwd", "src/../../x", b.folder + "x/y", "up/x", b.folder + "/../x"} {
		for _, name := range []string{"read_file", "list_dir", "delete_file"} {
			b.wantRefused("outside the workspace", name, "path", path)
		}
		b.wantRefused("outside the workspace", "write_file", "path", path, "content", "x")
		b.wantRefused("outside the workspace", "edit_file", "path", path, "old_string", "x", "new_string", "y")
		b.wantRefused("outside the workspace", "move_file", "from", "src/a.txt", "to", path)
		b.wantRefused("outside the workspace", "move_file", "from", path, "to", "b.txt")
		b.wantRefused("outside the workspace", "search_text", "pattern", "x", "path", path)
		b.wantRefused("outside the workspace", "run_command", "command", "ls", "cwd", path+map[bool]string{true: "/.", false: ""}[path == "up"])
	}
	b.wantRefused("null character", "read_file", "path", "a\x00b")
	b.wantRefused("path is empty", "read_file", "path", " ")
	for _, path := range []string{"src/a.txt", "./src//a.txt", "src/../src/a.txt", b.folder + "/src/a.txt"} {
		p := b.prepare("read_file", "path", path)
		if diff := cmp.Diff([]string{"src/a.txt"}, p.Paths); diff != "" {
			t.Errorf("read_file %q: paths (-want +got):\n%s", path, diff)
		}
	}
	if got := b.run("read_file", "path", "with \\ back.txt"); got != "     1\tb\n" {
		t.Errorf("got %q", got)
	}
}

// Preparing must change nothing, whatever the tool.
func TestPrepareChangesNothing(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "one\ntwo\n"})
	b.run("read_file", "path", "a.txt")
	b.prepare("edit_file", "path", "a.txt", "old_string", "one", "new_string", "1")
	b.prepare("write_file", "path", "a.txt", "content", "new\n")
	b.prepare("write_file", "path", "new/b.txt", "content", "new\n")
	b.prepare("delete_file", "path", "a.txt")
	b.prepare("move_file", "from", "a.txt", "to", "deep/c.txt")
	b.prepare("run_command", "command", "touch made")
	b.prepare("run_command", "command", "touch made", "background", true)
	b.prepare("todo", "items", []any{})
	b.prepare("ask_user", "question", "q")
	b.prepare("sub_agent", "task", "t", "write", true)
	b.prepare("diagnostics")
	if b.read("a.txt") != "one\ntwo\n" || !b.missing("new") || !b.missing("deep") || !b.missing("made") {
		t.Error("preparing changed the workspace")
	}
}

// What was prepared is done, or nothing is.
func TestRunRefusesWhatChanged(t *testing.T) {
	change := func(b *bench) { b.write("a.txt", "one\ntwo\nthree\n") }
	tests := []struct {
		name   string
		call   []any
		change func(b *bench)
	}{
		{"edit_file", []any{"path", "a.txt", "old_string", "one", "new_string", "1"}, change},
		{"write_file", []any{"path", "a.txt", "content", "new\n"}, change},
		{"write_file", []any{"path", "b.txt", "content", "new\n"}, func(b *bench) { b.write("b.txt", "was here first\n") }},
		{"delete_file", []any{"path", "a.txt"}, change},
		{"move_file", []any{"from", "a.txt", "to", "c.txt"}, change},
		{"move_file", []any{"from", "a.txt", "to", "c.txt"}, func(b *bench) { b.write("c.txt", "in the way\n") }},
	}
	for _, tt := range tests {
		b := newBench(t, map[string]string{"a.txt": "one\ntwo\n"})
		b.run("read_file", "path", "a.txt")
		p := b.prepare(tt.name, tt.call...)
		tt.change(b)
		want := b.tree()
		// Even when the model has read the new state meanwhile.
		b.run("read_file", "path", "a.txt")
		result := b.set.Run(t.Context(), b.view, p, nil)
		if !result.IsError {
			t.Errorf("%s %v: ran: %s", tt.name, tt.call, result.Text)
		}
		if diff := cmp.Diff(want, b.tree()); diff != "" {
			t.Errorf("%s %v: the workspace changed (-want +got):\n%s", tt.name, tt.call, diff)
		}
	}
}

// Where a path leads is part of what was approved: a folder that became a link,
// or a link that leads elsewhere, makes it another call.
func TestRunRefusesWhatLeadsElsewhere(t *testing.T) {
	tests := []struct {
		name string
		call []any
		swap string // a folder or link that comes to lead to the folder "other"
	}{
		{"write_file", []any{"path", "src/new.txt", "content", "x\n"}, "src"},
		{"write_file", []any{"path", "src/deep/new.txt", "content", "x\n"}, "src"},
		{"write_file", []any{"path", "link/new.txt", "content", "x\n"}, "link"},
		{"move_file", []any{"from", "a.txt", "to", "src/b.txt"}, "src"},
		{"move_file", []any{"from", "a.txt", "to", "link/b.txt"}, "link"},
		{"run_command", []any{"command", "touch made", "cwd", "src"}, "src"},
		{"run_command", []any{"command", "touch made", "cwd", "link"}, "link"},
		{"read_file", []any{"path", "link/same.txt"}, "link"},
		{"list_dir", []any{"path", "link"}, "link"},
		{"search_text", []any{"pattern", "x", "path", "link"}, "link"},
	}
	for _, tt := range tests {
		b := newBench(t, map[string]string{"a.txt": "a\n", "other/same.txt": "other\n", "linked/same.txt": "x\n"})
		for _, made := range []error{
			os.Mkdir(filepath.Join(b.folder, "src"), 0o755),
			os.Symlink("linked", filepath.Join(b.folder, "link")),
		} {
			if made != nil {
				t.Fatal(made)
			}
		}
		p := b.prepare(tt.name, tt.call...)
		if err := os.Remove(filepath.Join(b.folder, tt.swap)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("other", filepath.Join(b.folder, tt.swap)); err != nil {
			t.Fatal(err)
		}
		want := b.tree()
		if result := b.set.Run(t.Context(), b.view, p, nil); !result.Changed {
			t.Errorf("%s %v: %+v", tt.name, tt.call, result)
		}
		if diff := cmp.Diff(want, b.tree()); diff != "" {
			t.Errorf("%s %v: the workspace changed (-want +got):\n%s", tt.name, tt.call, diff)
		}
	}
}

// tree is every file's content.
func (b *bench) tree() map[string]string {
	b.t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(b.folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, _ := filepath.Rel(b.folder, path)
			tree[filepath.ToSlash(name)] = b.read(name)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return tree
}

func TestHashBindsWhatHappens(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "one\ntwo\n", "sub/x": ""})
	b.run("read_file", "path", "a.txt")
	calls := [][]any{
		{"run_command", "command", "ls"},
		{"run_command", "command", "ls "},
		{"run_command", "command", "ls", "cwd", "sub"},
		{"edit_file", "path", "a.txt", "old_string", "one", "new_string", "1"},
		{"edit_file", "path", "a.txt", "old_string", "two", "new_string", "1"},
		{"write_file", "path", "a.txt", "content", "1"},
		{"write_file", "path", "b.txt", "content", "1"},
		{"delete_file", "path", "a.txt"},
		{"move_file", "from", "a.txt", "to", "b.txt"},
		{"move_file", "from", "a.txt", "to", "c.txt"},
	}
	var hashes []string
	for _, call := range calls {
		first := b.prepare(call[0].(string), call[1:]...)
		if again := b.prepare(call[0].(string), call[1:]...); again.Hash != first.Hash {
			t.Errorf("%v: two hashes for the same call", call)
		}
		if slices.Contains(hashes, first.Hash) {
			t.Errorf("%v: same hash as another call", call)
		}
		hashes = append(hashes, first.Hash)
	}
}

func TestCancelled(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "one\n"})
	ctx, cancel := context.WithCancel(t.Context())
	p := b.prepare("delete_file", "path", "a.txt")
	cancel()
	if _, err := b.set.Prepare(ctx, b.view, "read_file", arguments(t, "path", "a.txt")); !errors.Is(err, context.Canceled) {
		t.Errorf("prepare: got %v, want cancelled", err)
	}
	if result := b.set.Run(ctx, b.view, p, nil); !result.IsError || b.missing("a.txt") {
		t.Errorf("run: got %+v; file gone: %v", result, b.missing("a.txt"))
	}
}

// closeLater closes c when the test is over.
func closeLater(t *testing.T, c io.Closer) {
	t.Helper()
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
}
