package review_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/review"
)

func TestHunks(t *testing.T) {
	for name, test := range map[string]struct {
		before, after string
		want          []review.Hunk
	}{
		"nothing":         {"a\n", "a\n", nil},
		"replaced":        {"a\nb\nc\n", "a\nB\nc\n", []review.Hunk{{OldStart: 2, OldLines: 1, NewStart: 2, NewLines: 1}}},
		"added at top":    {"a\n", "x\na\n", []review.Hunk{{OldStart: 0, NewStart: 1, NewLines: 1}}},
		"added at end":    {"a\n", "a\nx\n", []review.Hunk{{OldStart: 1, NewStart: 2, NewLines: 1}}},
		"removed":         {"a\nb\nc\n", "a\nc\n", []review.Hunk{{OldStart: 2, OldLines: 1, NewStart: 1}}},
		"new in an empty": {"", "a\nb", []review.Hunk{{NewStart: 1, NewLines: 2}}},
		"emptied":         {"a\nb", "", []review.Hunk{{OldStart: 1, OldLines: 2}}},
		"final newline":   {"a\nb", "a\nb\n", []review.Hunk{{OldStart: 2, OldLines: 1, NewStart: 2, NewLines: 1}}},
		"line endings":    {"a\r\nb\r\n", "a\nb\r\n", []review.Hunk{{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1}}},
		"one line between": {"a\nb\nc\n", "A\nb\nC\n", []review.Hunk{
			{OldStart: 1, OldLines: 1, NewStart: 1, NewLines: 1},
			{OldStart: 3, OldLines: 1, NewStart: 3, NewLines: 1},
		}},
		"none between": {"a\nb\nc\n", "x\ny\nc\n", []review.Hunk{{OldStart: 1, OldLines: 2, NewStart: 1, NewLines: 2}}},
	} {
		got, err := review.Hunks([]byte(test.before), []byte(test.after))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(review.Hunk{}, "ID"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is kept in journals must mean the same later.
func TestIDsStayTheSame(t *testing.T) {
	got := idsOf(t, []byte("a\nb\nc\nd\n"), []byte("a\nB\nc\nd\ne\n"))
	if diff := cmp.Diff([]string{"2.2.e7250c208cc82220", "4.5.74f0327ef4716280"}, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestWhole(t *testing.T) {
	text := []byte("a\n")
	for name, other := range map[string][]byte{
		"nil":           nil,
		"binary":        []byte("a\x00b\n"),
		"too large":     bytes.Repeat([]byte("x"), diff.MaxBytes+1),
		"too long":      bytes.Repeat([]byte("\n"), diff.MaxLines+1),
		"UTF-16":        utf16le("a\n"),
		"UTF-32":        []byte("\xff\xfe\x00\x00a\x00\x00\x00"),
		"UTF-16 binary": append(utf16le("a\n"), 0, 0),
	} {
		for _, sides := range [][2][]byte{{text, other}, {other, text}} {
			if _, err := review.Hunks(sides[0], sides[1]); !errors.Is(err, review.ErrWhole) {
				t.Errorf("%s: hunks: %v", name, err)
			}
			if _, err := review.Keep(sides[0], sides[1], func(string) bool { return true }); !errors.Is(err, review.ErrWhole) {
				t.Errorf("%s: keep: %v", name, err)
			}
			if _, err := review.Locate(sides[0], sides[1], text); !errors.Is(err, review.ErrWhole) {
				t.Errorf("%s: locate: %v", name, err)
			}
			if _, stale, err := review.TakeBack(sides[0], sides[1], text, []string{"x"}); !errors.Is(err, review.ErrWhole) || len(stale) != 1 {
				t.Errorf("%s: take back: %v, %v", name, stale, err)
			}
		}
	}
}

func TestHunksAreOfWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		hunks, err := review.Hunks(before, after)
		if err != nil {
			t.Fatal(err)
		}
		again, err := review.Hunks(bytes.Clone(before), bytes.Clone(after))
		if diff := cmp.Diff(hunks, again); diff != "" || err != nil {
			t.Errorf("a second time (-first +second):\n%s %v", diff, err)
		}
		old, now := split(before), split(after)
		ids := map[string]bool{}
		x, y := 0, 0
		for i, hunk := range hunks {
			fromOld, fromNew := first(hunk.OldStart, hunk.OldLines), first(hunk.NewStart, hunk.NewLines)
			if !slices.Equal(old[x:fromOld], now[y:fromNew]) || i > 0 && fromOld == x {
				t.Errorf("before hunk %d: %q and %q", i, old[x:fromOld], now[y:fromNew])
			}
			x, y = fromOld+hunk.OldLines, fromNew+hunk.NewLines
			if ids[hunk.ID] {
				t.Errorf("the id %q is there twice", hunk.ID)
			}
			ids[hunk.ID] = true
		}
		if !slices.Equal(old[x:], now[y:]) {
			t.Errorf("behind all hunks: %q and %q", old[x:], now[y:])
		}
	})
}

// first is a hunk's first line counted from 0.
func first(start, lines int) int {
	if lines == 0 {
		return start
	}
	return start - 1
}

func TestKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		all := idsOf(t, before, after)
		if got := keep(t, before, after, all); !bytes.Equal(got, after) {
			t.Errorf("keeping all: %q, want %q", got, after)
		}
		if got := keep(t, before, after, nil); !bytes.Equal(got, before) {
			t.Errorf("keeping none: %q, want %q", got, before)
		}
	})
}

// Each decision touches its own lines only: what a version holds is, line for
// line, what the decisions say.
func TestKeepSplices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		hunks, err := review.Hunks(before, after)
		if err != nil {
			t.Fatal(err)
		}
		kept := some(t, idsOf(t, before, after), "kept")
		old, now := split(before), split(after)
		var want []string
		next := 0
		for _, hunk := range hunks {
			from := first(hunk.OldStart, hunk.OldLines)
			want = append(want, old[next:from]...)
			next = from + hunk.OldLines
			if slices.Contains(kept, hunk.ID) {
				from := first(hunk.NewStart, hunk.NewLines)
				want = append(want, now[from:from+hunk.NewLines]...)
			} else {
				want = append(want, old[from:next]...)
			}
		}
		if got := string(keep(t, before, after, kept)); got != strings.Join(append(want, old[next:]...), "") {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
