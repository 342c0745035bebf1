package command

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExcerptShortOutputIsHeadAlone(t *testing.T) {
	for _, size := range []int{0, 1, excerptHalf, 2 * excerptHalf} {
		text := strings.Repeat("x", size)
		var e excerpt
		e.write([]byte(text))
		head, tail, omitted := e.parts()
		if head != text || tail != "" || omitted != 0 {
			t.Errorf("of %d bytes: head %d, tail %d, omitted %d", size, len(head), len(tail), omitted)
		}
	}
}

func TestExcerpt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e excerpt
		var all strings.Builder
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 20_000), 0, 12).Draw(t, "sizes") {
			unit := rapid.SampledFrom([]string{"a", "ü", "日", "🎉", "x\n"}).Draw(t, "unit")
			piece := strings.Repeat(unit, n/len(unit))
			all.WriteString(piece)
			e.write([]byte(piece))
		}
		head, tail, omitted := e.parts()
		text := all.String()
		if !strings.HasPrefix(text, head) || !strings.HasSuffix(text, tail) {
			t.Fatal("not the text's own ends")
		}
		if !utf8.ValidString(head) || !utf8.ValidString(tail) {
			t.Fatal("a character was cut")
		}
		if d := cmp.Diff(int64(len(text)), int64(len(head)+len(tail))+omitted); d != "" {
			t.Fatal(d)
		}
		if len(head)+len(tail) > 2*excerptHalf || len(text) <= 2*excerptHalf-8 && omitted > 0 {
			t.Fatalf("head %d, tail %d, omitted %d of %d", len(head), len(tail), omitted, len(text))
		}
	})
}
