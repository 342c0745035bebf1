package tool_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// What the model was shown whole it may change, as long as it is still that.
func TestShown(t *testing.T) {
	shown := func(b *bench, name, text string) {
		hash := sha256.Sum256([]byte(text))
		b.set.Shown(t.Context(), b.view, name, hex.EncodeToString(hash[:]))
	}
	const unread, changed = "has not been read", "has changed since you read it"
	b := newBench(t, map[string]string{"a": "one\n", "b": "one\n", "c": "one\r\n", "d": "one\n"})
	edit := func(name string) []any { return []any{"path", name, "old_string", "one", "new_string", "two"} }
	b.wantRefused(unread, "edit_file", edit("a")...)

	shown(b, "./a", "one\n")
	b.run("edit_file", edit("a")...)
	if got := b.read("a"); got != "two\n" {
		t.Errorf("a is %q", got)
	}
	// An older text of it that is shown again makes nothing of what is known.
	shown(b, "a", "one\n")
	b.run("edit_file", "path", "a", "old_string", "two", "new_string", "three")

	shown(b, "b", "something else\n") // it was changed in between
	b.wantRefused(unread, "edit_file", edit("b")...)

	shown(b, "c", "one\r\n")
	b.write("c", "one\r\nmore\r\n")
	b.wantRefused(changed, "edit_file", edit("c")...)

	for _, name := range []string{"../d", "/etc/passwd", "no", ".", ""} {
		shown(b, name, "one\n")
	}
	b.wantRefused(unread, "edit_file", edit("d")...)
}
