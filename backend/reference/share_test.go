package reference

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/session"
)

// Whatever is shared out: never over the budget, always valid text, the same each
// time, and what was cut is said.
func TestSharing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		budget := rapid.IntRange(0, 40_000).Draw(t, "budget")
		pieces := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			line := rapid.StringN(0, 30, -1).Draw(t, "line")
			return strings.Repeat(line, rapid.IntRange(0, 3000).Draw(t, "times"))
		}), 0, 8).Draw(t, "pieces")
		var all []found
		refs := make([]session.Reference, len(pieces))
		for i, piece := range pieces {
			var b body = headOf(piece, "")
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 1:
				b = tail{piece}
			case 2:
				b = folderBody{list: strings.SplitAfter(piece, "\n"), sections: []string{piece}}
			}
			all = append(all, found{body: b})
			refs[i].ID = string(rune('a' + i))
		}
		request := Request{References: refs, Budget: budget}
		out, again := fit(request, append([]found{}, all...)), fit(request, all)
		limit, total := defaultBudget, 0
		if budget > 0 {
			limit = bytesOf(budget)
		}
		for i, ref := range out {
			c := ref.Content
			total += len(c.Text)
			whole := all[i].body.size()
			switch {
			case ref.ID != refs[i].ID || *c != *again[i].Content:
				t.Fatal("the order has changed, or the result")
			case !utf8.ValidString(c.Text) || len(c.Text) > mostBytes:
				t.Fatalf("%d bytes, or invalid text", len(c.Text))
			case len(c.Text) < whole && c.Cut == "" && c.Problem == "":
				t.Fatal("what was cut is not said")
			case len(c.Text) == whole && c.Cut != "":
				t.Fatalf("nothing was cut, but it says %q", c.Cut)
			case whole <= min(limit/max(1, len(all)), mostBytes) && len(c.Text) != whole:
				t.Fatalf("a small one was cut: %d of %d bytes", len(c.Text), whole)
			}
		}
		if total > limit {
			t.Fatalf("%d bytes of %d", total, limit)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"a\r\nb", "\xff\xfea\x00", "\xfe\xff\xd8\x00", "\xef\xbb\xbf\xc3", "a\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if text, ok := decode(raw); ok && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
			t.Errorf("%q became %q", raw, text)
		}
	})
}
