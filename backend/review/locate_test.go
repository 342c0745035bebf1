package review_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/review"
)

// place is a standing without its hunk.
type place struct {
	State        review.State
	Start, Lines int
}

func TestLocate(t *testing.T) {
	const before, after = "a\nb\nc\nd\ne\nf\n", "a\nB\nc\ne\nf\ng\nh\n" // b replaced, d removed, g and h added
	for name, test := range map[string]struct {
		now  string
		want []place
	}{
		"as made":                    {after, []place{{review.There, 2, 1}, {review.There, 3, 0}, {review.There, 6, 2}}},
		"as before":                  {before, []place{{review.Gone, 2, 1}, {review.Gone, 4, 1}, {review.Gone, 6, 0}}},
		"lines added above":          {"1\n2\n" + after, []place{{review.There, 4, 1}, {review.There, 5, 0}, {review.There, 8, 2}}},
		"one taken back":             {"a\nb\nc\ne\nf\ng\nh\n", []place{{review.Gone, 2, 1}, {review.There, 3, 0}, {review.There, 6, 2}}},
		"removed lines again":        {"a\nB\nc\nd\ne\nf\ng\nh\n", []place{{review.There, 2, 1}, {review.Gone, 4, 1}, {review.There, 7, 2}}},
		"other lines there":          {"a\nB\nc\nD\ne\nf\ng\nh\n", []place{{review.There, 2, 1}, {review.Stale, 4, 1}, {review.There, 7, 2}}},
		"changed again":              {"a\nB!\nc\ne\nf\ng\nh\n", []place{{review.Stale, 2, 1}, {review.There, 3, 0}, {review.There, 6, 2}}},
		"half of it":                 {"a\nB\nc\ne\nf\nh\n", []place{{review.There, 2, 1}, {review.There, 3, 0}, {review.Stale, 6, 1}}},
		"a line within":              {"a\nB\nc\ne\nf\ng\n+\nh\n", []place{{review.There, 2, 1}, {review.There, 3, 0}, {review.Stale, 6, 3}}},
		"a line next to it":          {"a\nB\n+\nc\ne\nf\ng\nh\n", []place{{review.There, 2, 1}, {review.There, 4, 0}, {review.There, 7, 2}}},
		"newline at end gone":        {"a\nB\nc\ne\nf\ng\nh", []place{{review.There, 2, 1}, {review.There, 3, 0}, {review.Stale, 6, 2}}},
		"next to nothing, changed":   {"a\nB\nC\ne\nf\ng\nh\n", []place{{review.There, 2, 1}, {review.There, 3, 0}, {review.There, 6, 2}}},
		"empty":                      {"", []place{{review.Stale, 0, 0}, {review.Stale, 0, 0}, {review.Gone, 0, 0}}},
		"other line endings":         {"a\r\nB\r\nc\r\ne\r\nf\r\ng\r\nh\r\n", []place{{review.Stale, 1, 7}, {review.Stale, 1, 7}, {review.Stale, 1, 7}}},
		"below the taken back, more": {"a\nb\nc\nd\ne\nf\nmine\n", []place{{review.Gone, 2, 1}, {review.Gone, 4, 1}, {review.Stale, 7, 1}}},
	} {
		standings, err := review.Locate([]byte(before), []byte(after), []byte(test.now))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, places(standings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func places(standings []review.Standing) []place {
	var out []place
	for _, s := range standings {
		out = append(out, place{s.State, s.Start, s.Lines})
	}
	return out
}

func TestLocateWhereNothingCanBeLocated(t *testing.T) {
	before, after := []byte("a\n"), []byte("b\n")
	for name, now := range map[string][]byte{
		"gone": nil, "UTF-16": utf16le("b\n"), "binary": []byte("b\x00\n"), "far too large": make([]byte, 9<<20),
	} {
		standings, err := review.Locate(before, after, now)
		if err != nil || len(standings) != 1 || standings[0].State != review.Stale {
			t.Errorf("%s: %v, %v", name, standings, err)
		}
		result, stale, err := review.TakeBack(before, after, now, idsOf(t, before, after))
		if err != nil || len(stale) != 1 || string(result) != string(now) {
			t.Errorf("%s: taken back: %d bytes, %v, %v", name, len(result), stale, err)
		}
	}
}

func TestLocateAgreesWithKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		kept := some(t, idsOf(t, before, after), "kept")
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
		checkLines(t, before, after, now, standings)
	})
}

func TestLocateInEditedVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		now := edited(t, keep(t, before, after, some(t, idsOf(t, before, after), "kept")), "user")
		standings, err := review.Locate(before, after, now)
		if err != nil {
			t.Fatal(err)
		}
		checkLines(t, before, after, now, standings)
	})
}

// checkLines checks that a hunk that is there, or gone, has just those lines at
// its place, and that hunks are in order.
func checkLines(t *rapid.T, before, after, now []byte, standings []review.Standing) {
	old, made, lines := split(before), split(after), split(now)
	end := 0
	for _, s := range standings {
		from := first(s.Start, s.Lines)
		if s.State != review.Stale {
			if from < end {
				t.Errorf("%v begins before line %d", s, end)
			}
			end = from + s.Lines
		}
		want := lines[from : from+s.Lines]
		switch s.State {
		case review.There:
			want = made[first(s.NewStart, s.NewLines):][:s.NewLines]
		case review.Gone:
			want = old[first(s.OldStart, s.OldLines):][:s.OldLines]
		case review.Stale:
		}
		if got := lines[from : from+s.Lines]; !slices.Equal(got, want) {
			t.Errorf("%v: lines are %q, want %q", s, got, want)
		}
	}
}
