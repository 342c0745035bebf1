package settings

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func equateEmpty() cmp.Option { return cmpopts.EquateEmpty() }

func TestSetKey(t *testing.T) {
	tests := []struct {
		name, text, key, value, want string
	}{
		{"empty file", "", "k", `"v"`, "{\n    \"k\": \"v\"\n}\n"},
		{"comments only", "// mine\n", "k", `1`, "// mine\n{\n    \"k\": 1\n}\n"},
		{"comment without a newline", "// mine", "k", `1`, "// mine\n{\n    \"k\": 1\n}\n"},
		{"empty object", "{}", "k", `["a"]`, "{\n    \"k\": [\n        \"a\"\n    ]\n}"},
		{"empty object with blanks", "{\n}\n", "k", `1`, "{\n    \"k\": 1\n}\n"},
		{"object with a comment", "{\n  // nothing\n}\n", "k", `1`, "{\n  // nothing\n    \"k\": 1\n}\n"},
		{"replace", "{\n  \"k\" : /* was */ 1 , // note\n  \"b\": 2\n}", "k", `true`, "{\n  \"k\" : /* was */ true , // note\n  \"b\": 2\n}"},
		{"add, keeping indentation", "{\n\t\"a\": 1\n}\n", "k", `{"x": [1]}`, "{\n\t\"a\": 1,\n\t\"k\": {\n\t\t\"x\": [\n\t\t\t1\n\t\t]\n\t}\n}\n"},
		{"add after a trailing comma", "{\n  \"a\": 1,\n}\n", "k", `2`, "{\n  \"a\": 1,\n  \"k\": 2,\n}\n"},
		{"add after comments", "{\n  \"a\": 1 // one\n  // \"b\": 2\n}\n", "k", `2`, "{\n  \"a\": 1, // one\n  // \"b\": 2\n  \"k\": 2\n}\n"},
		{"add on one line", `{"a": 1}`, "k", `["x"]`, `{"a": 1, "k": ["x"]}`},
		{"add where the bracket is on the last line", "{ \"a\": 1,\n  \"b\": 2 }", "k", `3`, "{ \"a\": 1,\n  \"b\": 2,\n  \"k\": 3\n}"},
		{"add with CRLF", "{\r\n  \"a\": 1\r\n}\r\n", "k", `["x"]`, "{\r\n  \"a\": 1,\r\n  \"k\": [\r\n    \"x\"\r\n  ]\r\n}\r\n"},
		{"add a key with quotes", "{}", `a"<b`, `"<&>"`, "{\n    \"a\\\"<b\": \"<&>\"\n}"},
		{"of two the last is replaced", "{\"k\": 1, \"k\": 2}", "k", `3`, "{\"k\": 1, \"k\": 3}"},
		{"remove", "{\n  // one\n  \"a\": 1,\n  \"k\": 2,\n  \"b\": 3\n}", "k", "null", "{\n  // one\n  \"a\": 1,\n  \"b\": 3\n}"},
		{"remove the last", "{\n  \"a\": 1, // one\n  \"k\": [\n    2\n  ]\n}", "k", "null", "{\n  \"a\": 1 // one\n}"},
		{"remove the last before a trailing comma", "{\n  \"a\": 1,\n  \"k\": 2,\n}", "k", "null", "{\n  \"a\": 1,\n}"},
		{"remove the only one", "{\n  \"k\": 2\n}\n", "k", "null", "{\n}\n"},
		{"remove keeps the comment", "{\n  \"k\": 2, // why\n  \"b\": 3\n}", "k", "null", "{\n  // why\n  \"b\": 3\n}"},
		{"remove on one line", `{"a": 1, "k": 2, "b": 3}`, "k", "null", `{"a": 1, "b": 3}`},
		{"remove the last on one line", `{"a": 1, "k": 2}`, "k", "null", `{"a": 1}`},
		{"remove both of two", "{\"k\": 1, \"k\": 2}", "k", "null", "{}"},
		{"remove what is not there", "{\"a\": 1}", "k", "null", "{\"a\": 1}"},
		{"remove from nothing", "// x\n", "k", "null", "// x\n"},
		{
			"list: add at the end, comments kept",
			"{\n  \"k\": [\n    // safe\n    \"a\", // first\n    \"b\" // second\n  ],\n  \"z\": 1\n}",
			"k", `["a", "b", "c"]`,
			"{\n  \"k\": [\n    // safe\n    \"a\", // first\n    \"b\", // second\n    \"c\"\n  ],\n  \"z\": 1\n}",
		},
		{
			"list: take one out",
			"{\n  \"k\": [\n    \"a\",\n    // about b\n    \"b\",\n    \"c\",\n  ]\n}",
			"k", `["a", "c"]`,
			"{\n  \"k\": [\n    \"a\",\n    // about b\n    \"c\",\n  ]\n}",
		},
		{"list: on one line", `{"k": ["a", "b"], "z": 1}`, "k", `["b", "c"]`, `{"k": ["b", "c"], "z": 1}`},
		{"list: all new", "{\n  \"k\": [\"a\"]\n}", "k", `["x", "y"]`, "{\n  \"k\": [\n    \"x\",\n    \"y\"\n  ]\n}"},
		{"list: emptied", "{\n  \"k\": [\n    \"a\"\n  ]\n}", "k", `[]`, "{\n  \"k\": [\n  ]\n}"},
		{"list: filled", "{\n  \"k\": []\n}", "k", `["a"]`, "{\n  \"k\": [\n    \"a\"\n  ]\n}"},
		{"list: emptied and filled around a comment", "{\n  \"k\": [\n    // why\n    \"a\"\n  ]\n}", "k", `["b"]`, "{\n  \"k\": [\n    // why\n    \"b\"\n  ]\n}"},
		{"list: in place of a string", "{\n  \"k\": \"a\"\n}", "k", `["a"]`, "{\n  \"k\": [\n    \"a\"\n  ]\n}"},
		{"list: wrong items go", `{"k": ["a", 1, {"x": 2}, "b"]}`, "k", `["a", "b"]`, `{"k": ["a", "b"]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, broken := parse([]byte(test.text))
			if broken != nil {
				t.Fatal(broken.message)
			}
			got, err := setKey(d, test.key, json.RawMessage(test.value))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestSetKeepsTheRest sets and removes keys in drawn files: the value is what
// was set, all other members and every comment are as before.
func TestSetKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, comments := drawFile(t)
		before, broken := parse([]byte(text))
		if broken != nil {
			t.Fatalf("drew a broken file %q: %s", text, broken.message)
		}
		key := rapid.SampledFrom([]string{"a", "b", "new"}).Draw(t, "key")
		raw := rapid.SampledFrom([]string{"null", `"s"`, `["x"]`, `["x","y"]`, `[]`, `["y"]`, `{"o":1}`}).Draw(t, "value")
		got, err := setKey(before, key, json.RawMessage(raw))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		after, broken := parse(got)
		if broken != nil {
			t.Fatalf("%q became broken %q", text, got)
		}
		for _, other := range []string{"a", "b", "c"} {
			if other == key {
				continue
			}
			_, was, had := before.member(other)
			_, is, has := after.member(other)
			if had != has || had && string(minimal(was)) != string(minimal(is)) {
				t.Errorf("%q: %s changed in %q", text, other, got)
			}
		}
		for _, comment := range comments {
			if !slices.Contains(commentsOf(string(got)), comment) {
				t.Errorf("%q lost %s: %q", text, comment, got)
			}
		}
		again, err := setKey(after, key, json.RawMessage(raw))
		if err != nil || string(again) != string(got) {
			t.Errorf("setting again changed %q to %q, %v", got, again, err)
		}
	})
}
