package jsonc_test

import (
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/jsonc"
)

func TestTooDeep(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"", -1}, {"[[]]", -1}, {"[[[", 2}, {`{"a": [[`, 7}, {"[] [] []", -1},
		{`["[[[", "\"[[["]`, -1}, {"[ // [[[\n[]]", -1}, {"[ /* [[[ */ []]", -1},
		{`["[[[`, -1}, {"[ /* [[[", -1}, {"[ // [[[", -1}, {`"\`, -1}, {"/*", -1},
		{strings.Repeat("[", 1<<20), 2},
	}
	for _, tt := range tests {
		if got := jsonc.TooDeep([]byte(tt.text), 2); got != tt.want {
			t.Errorf("TooDeep(%.20q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func FuzzTooDeep(f *testing.F) {
	for _, text := range []string{`{"a": "\"", /* [ */ "b": [1] // ]` + "\n}", `"\`, "/*/", "//"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if at := jsonc.TooDeep(text, 1); at >= len(text) || at >= 0 && text[at] != '[' && text[at] != '{' {
			t.Errorf("%q: %d is no bracket", text, at)
		}
	})
}
