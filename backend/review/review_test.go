package review_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/review"
)

// file draws a text of few different lines, so that they repeat, in all the
// shapes that files have.
func file(t *rapid.T, label string) []byte {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n", "}\n", "a\r\n", "lone\rreturn\n", "\xfa\xff\n", "\ufeffmark\n"}), 0, 14).Draw(t, label)
	end := rapid.SampledFrom([]string{"", "", "a", "end"}).Draw(t, label+" end")
	return []byte(strings.Join(lines, "") + end)
}

func ids(t *rapid.T, before, after []byte) []string {
	hunks, err := review.Hunks(before, after)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(hunks))
	for i, h := range hunks {
		out[i] = h.ID
	}
	return out
}

func keep(t *rapid.T, before, after []byte, kept []string) []byte {
	out, err := review.Keep(before, after, func(id string) bool { return slices.Contains(kept, id) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func some(t *rapid.T, ids []string, label string) []string {
	var out []string
	for _, id := range ids {
		if rapid.Bool().Draw(t, label) {
			out = append(out, id)
		}
	}
	return out
}

func TestKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := file(t, "before"), file(t, "after")
		all := ids(t, before, after)
		if got := keep(t, before, after, all); !bytes.Equal(got, after) {
			t.Errorf("keeping all: %q, want %q", got, after)
		}
		if got := keep(t, before, after, nil); !bytes.Equal(got, before) {
			t.Errorf("keeping none: %q, want %q", got, before)
		}
	})
}

func TestLocateAgreesWithKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := file(t, "before"), file(t, "after")
		kept := some(t, ids(t, before, after), "kept")
		now := keep(t, before, after, kept)
		standings, err := review.Locate(before, after, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range standings {
			want := review.Gone
			if slices.Contains(kept, s.ID) {
				want = review.There
			}
			if s.State != want {
				t.Errorf("%s is %s, want %s, in %q", s.ID, s.State, want, now)
			}
		}
	})
}

func TestTakeBackInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := file(t, "before"), file(t, "after")
		all := ids(t, before, after)
		taken := rapid.Permutation(all).Draw(t, "order")
		taken = taken[:rapid.IntRange(0, len(taken)).Draw(t, "how many")]
		var left []string
		for _, id := range all {
			if !slices.Contains(taken, id) {
				left = append(left, id)
			}
		}
		want := keep(t, before, after, left)
		got, stale, err := review.TakeBack(before, after, after, taken)
		if err != nil || len(stale) > 0 || !bytes.Equal(got, want) {
			t.Errorf("at once: %q, %v, %v; want %q", got, stale, err, want)
		}
		now := after
		for _, id := range taken {
			now, stale, err = review.TakeBack(before, after, now, []string{id})
			if err != nil || len(stale) > 0 {
				t.Errorf("taking back %s: %v, %v", id, stale, err)
			}
		}
		if !bytes.Equal(now, want) {
			t.Errorf("one by one: %q, want %q", now, want)
		}
	})
}
