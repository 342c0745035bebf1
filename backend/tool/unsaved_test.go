package tool_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/tool"
)

// A file of which an editor holds unsaved text is left alone, under whatever
// name it is reached, until it is saved.
func TestUnsavedTextIsNotOverwritten(t *testing.T) {
	var unsaved []string
	b := newBenchWith(t, map[string]string{"a.txt": "one\n", "b.txt": "two\n"}, tool.Options{Unsaved: func() []string { return unsaved }})
	if err := os.Symlink("a.txt", filepath.Join(b.folder, "link")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a.txt", "link", "b.txt"} {
		b.run("read_file", "path", path)
	}
	approved := b.prepare("edit_file", "path", "a.txt", "old_string", "one", "new_string", "1")
	unsaved = []string{"gone.txt", "a.txt", "new.txt"}
	const want = "The user has unsaved changes in "
	b.wantRefused(want+"a.txt. Ask them to save", "edit_file", "path", "a.txt", "old_string", "one", "new_string", "1")
	b.wantRefused(want+"link", "edit_file", "path", "link", "old_string", "one", "new_string", "1")
	b.wantRefused(want, "write_file", "path", "a.txt", "content", "x")
	b.wantRefused(want, "write_file", "path", "new.txt", "content", "x")
	b.wantRefused(want, "delete_file", "path", "a.txt")
	b.wantRefused(want, "move_file", "from", "a.txt", "to", "c.txt")
	unsaved = append(unsaved, "deep/c.txt")
	b.write("deep/c.txt", "three\n")
	b.wantRefused(want+"deep/c.txt", "move_file", "from", "deep", "to", "deeper")
	// Nor does what was approved before the user began to type.
	if got := b.set.Run(t.Context(), b.view, approved, nil); !got.IsError || !strings.Contains(got.Text, want) {
		t.Errorf("ran: %+v", got)
	}
	if d := cmp.Diff(map[string]string{"a.txt": "one\n", "b.txt": "two\n", "deep/c.txt": "three\n"}, b.tree()); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if got := b.run("read_file", "path", "a.txt"); !strings.HasSuffix(got, "[the user has unsaved changes in this file, which are not shown here]") {
		t.Errorf("read: %q", got)
	}
	b.run("edit_file", "path", "b.txt", "old_string", "two", "new_string", "2") // the others are free
	// The user saves.
	b.write("a.txt", "one and mine\n")
	unsaved = nil
	b.wantRefused("has changed since you read it", "edit_file", "path", "a.txt", "old_string", "one", "new_string", "1")
	b.run("read_file", "path", "a.txt")
	b.run("edit_file", "path", "a.txt", "old_string", "one", "new_string", "1")
	if got := b.read("a.txt"); got != "1 and mine\n" {
		t.Errorf("got %q", got)
	}
}
