package checkpoint

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLabelsAreShortLines keeps labels from being anything but a line to show.
func TestLabelsAreShortLines(t *testing.T) {
	root := t.TempDir()
	store, err := Open(t.Context(), t.TempDir(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for name, test := range map[string]struct{ given, want string }{
		"as it is":           {"before the rename", "before the rename"},
		"many lines":         {"\tone\r\ntwo\u2028three\x1b[31m\n", "one  two three [31m"},
		"not UTF-8":          {"a\xff\xfeb", "a\ufffdb"},
		"just short enough":  {strings.Repeat("é", 200), strings.Repeat("é", 200)},
		"one character more": {strings.Repeat("é", 201), strings.Repeat("é", 199) + "…"},
		"a whole book":       {strings.Repeat("日本", 1<<16), strings.Repeat("日本", 99) + "日…"},
	} {
		made, err := store.Create(t.Context(), CreateRequest{Label: test.given})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := store.Get(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if made.Label != test.want || kept.Label != test.want || !utf8.ValidString(kept.Label) {
			t.Errorf("%s: made %q, kept %q; want %q", name, made.Label, kept.Label, test.want)
		}
	}
}
