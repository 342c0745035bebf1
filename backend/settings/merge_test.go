package settings

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetAllKeepsTheRest(t *testing.T) {
	p := newPlace(t)
	put(t, p.User, "\ufeff{\n  // how I like it\n  \"editor.fontSize\": 12, // points\n  \"a.list\": [1, /* two */ 2],\n}\n")
	store := p.open(t)
	err := store.SetAll(t.Context(), []KeyValue{
		{Key: "editor.fontSize", Value: json.RawMessage("14")},
		{Key: "[go]", Value: json.RawMessage(`{"editor.tabSize":8}`)},
		{Key: "b", Value: json.RawMessage(`"<x>"`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(p.User)
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeff{\n  // how I like it\n  \"editor.fontSize\": 14, // points\n  \"a.list\": [1, /* two */ 2],\n  \"[go]\": {\n    \"editor.tabSize\": 8\n  },\n  \"b\": \"<x>\",\n}\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	keys, err := store.UserKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantKeys := map[string]json.RawMessage{
		"editor.fontSize": json.RawMessage("14"), "a.list": json.RawMessage("[1,2]"),
		"[go]": json.RawMessage(`{"editor.tabSize":8}`), "b": json.RawMessage(`"<x>"`),
	}
	if diff := cmp.Diff(wantKeys, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// Of many values one that is refused keeps all from being written.
func TestSetAllIsAllOrNone(t *testing.T) {
	p := newPlace(t)
	const before = `{"a": 1}`
	put(t, p.User, before)
	store := p.open(t)
	for _, bad := range []KeyValue{
		{Key: "keelAgent.mode", Value: json.RawMessage(`"none"`)},
		{Key: "keelAgent.unknown", Value: json.RawMessage("1")},
		{Key: "c", Value: json.RawMessage("{")},
	} {
		err := store.SetAll(t.Context(), []KeyValue{{Key: "b", Value: json.RawMessage("2")}, bad})
		if err == nil {
			t.Errorf("%s: taken", bad.Key)
		}
		if got, err := os.ReadFile(p.User); err != nil || string(got) != before {
			t.Errorf("%s: %q, %v", bad.Key, got, err)
		}
	}
	put(t, p.User, `{"a": `)
	if err := store.SetAll(t.Context(), []KeyValue{{Key: "b", Value: json.RawMessage("2")}}); !errors.Is(err, ErrBroken) {
		t.Errorf("broken settings: %v", err)
	}
}

func TestAppendKeybindings(t *testing.T) {
	entry := json.RawMessage(`{"key":"ctrl+1","command":"x"}`)
	tests := []struct{ before, want string }{
		{"", "[\n    {\n        \"key\": \"ctrl+1\",\n        \"command\": \"x\"\n    }\n]\n"},
		{"// mine\n", "// mine\n[\n    {\n        \"key\": \"ctrl+1\",\n        \"command\": \"x\"\n    }\n]\n"},
		{"[\n  // kept\n  { \"key\": \"a\", \"command\": \"b\" }, // too\n]\n",
			"[\n  // kept\n  { \"key\": \"a\", \"command\": \"b\" }, // too\n  {\n    \"key\": \"ctrl+1\",\n    \"command\": \"x\"\n  },\n]\n"},
	}
	for _, tt := range tests {
		p := newPlace(t)
		put(t, p.Keybindings, tt.before)
		store := p.open(t)
		if err := store.AppendKeybindings(t.Context(), []json.RawMessage{entry}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(p.Keybindings)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.before, diff)
		}
		entries, err := store.Keybindings(t.Context())
		if err != nil || string(entries[len(entries)-1]) != string(entry) {
			t.Errorf("%q: entries %s, %v", tt.before, entries, err)
		}
	}
	p := newPlace(t)
	put(t, p.Keybindings, `{"no": "list"}`)
	if err := p.open(t).AppendKeybindings(t.Context(), []json.RawMessage{entry}); !errors.Is(err, ErrBroken) {
		t.Errorf("no list: %v", err)
	}
}
