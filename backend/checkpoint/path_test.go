package checkpoint

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestEncodePath(t *testing.T) {
	tests := map[string]string{
		"plain/path":   "plain/path",
		"caf\u00e9":    "caf\u00e9",
		"a\xff":        "a\x00ff",
		"\xc3":         "\x00c3",
		"\ufffd":       "\ufffd",
		"\xed\xa0\x80": "\x00ed\x00a0\x0080",
	}
	for raw, text := range tests {
		if got := EncodePath(raw); got != text {
			t.Errorf("EncodePath(%q) = %q, want %q", raw, got, text)
		}
	}
}

func TestEncodePathLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.ReplaceAll(string(rapid.SliceOf(rapid.Byte()).Draw(t, "raw")), "\x00", "")
		text := EncodePath(raw)
		if !utf8.ValidString(text) {
			t.Fatalf("EncodePath(%q) = %q, which is not UTF-8", raw, text)
		}
		line, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatal(err)
		}
		if got := DecodePath(back); got != raw {
			t.Fatalf("%q came back through JSON as %q", raw, got)
		}
		if got := DecodePath(raw); got != raw {
			t.Fatalf("DecodePath(%q) = %q of a raw path", raw, got)
		}
	})
}

func TestDecodePathTakesAnything(t *testing.T) {
	for text, want := range map[string]string{"a\x00": "a", "\x00f": "f", "\x00zz": "zz", "\x00\x00ff": "\xff"} {
		if got := DecodePath(text); got != want {
			t.Errorf("DecodePath(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestComparePathsKeepsFoldersTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "a.b", "a ", "b", "a\x01", "\xff"})
		path := rapid.Map(rapid.SliceOfN(name, 1, 3), func(s []string) string { return strings.Join(s, "/") })
		paths := rapid.SliceOfDistinct(path, func(p string) string { return p }).Draw(t, "paths")
		slices.SortFunc(paths, comparePaths)
		for i, folder := range paths {
			inside := true
			for _, p := range paths[i+1:] {
				if below(p, folder) && !inside {
					t.Fatalf("%q is not next to its folder %q in %q", p, folder, paths)
				}
				inside = inside && below(p, folder)
			}
			for _, p := range paths[:i] {
				if below(p, folder) {
					t.Fatalf("%q stands before its folder %q", p, folder)
				}
			}
		}
	})
}
