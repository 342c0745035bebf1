package review_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/review"
)

func TestTakeBack(t *testing.T) {
	const before, after = "a\nb\nc\nd\ne\nf\n", "a\nB\nc\ne\nf\ng\nh\n" // b replaced, d removed, g and h added
	for name, test := range map[string]struct {
		now, want string
		stale     int
	}{
		"as made":             {after, before, 0},
		"as before":           {before, before, 0},
		"lines above":         {"1\n2\n" + after, "1\n2\n" + before, 0},
		"changed again":       {"a\nB!\nc\ne\nf\ng\nh\n", "a\nB!\nc\nd\ne\nf\n", 1},
		"a line next to it":   {"a\n+\nB\nc\ne\nf\ng\nh\n", "a\n+\nB\nc\nd\ne\nf\n", 1},
		"a line behind all":   {after + "mine\n", "a\nb\nc\nd\ne\nf\ng\nh\nmine\n", 1},
		"no newline at end":   {strings.TrimSuffix(after, "\n"), "a\nb\nc\nd\ne\nf\ng\nh", 1},
		"a line put there":    {"a\nB\nc\nD\ne\nf\ng\nh\n", "a\nb\nc\nD\ne\nf\n", 1},
		"everything is gone":  {"", "", 2},
		"all lines elsewhere": {"x\ny\nz\n", "x\ny\nz\n", 2},
	} {
		result, stale, err := review.TakeBack([]byte(before), []byte(after), []byte(test.now), idsOf(t, []byte(before), []byte(after)))
		if err != nil || len(stale) != test.stale {
			t.Errorf("%s: stale %v, %v; want %d", name, stale, err, test.stale)
		}
		if diff := cmp.Diff(test.want, string(result)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTakeBackOfWhatIsNotThere(t *testing.T) {
	before, after := []byte("a\nb\n"), []byte("a\nB\n")
	for name, ids := range map[string][]string{"none": nil, "unknown": {"2.2.nothing"}, "another file's": idsOf(t, []byte("a\nb\n"), []byte("a\nC\n"))} {
		result, stale, err := review.TakeBack(before, after, after, ids)
		if err != nil || !slices.Equal(stale, ids) || !bytes.Equal(result, after) {
			t.Errorf("%s: %q, %v, %v", name, result, stale, err)
		}
	}
	twice := append(idsOf(t, before, after), idsOf(t, before, after)...)
	if result, stale, err := review.TakeBack(before, after, after, twice); err != nil || stale != nil || !bytes.Equal(result, before) {
		t.Errorf("the same twice: %q, %v, %v", result, stale, err)
	}
}

func TestTakeBackInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		all := idsOf(t, before, after)
		taken := rapid.Permutation(all).Draw(t, "order")
		taken = taken[:rapid.IntRange(0, len(taken)).Draw(t, "how many")]
		want := keep(t, before, after, without(all, taken))
		result, stale, err := review.TakeBack(before, after, after, taken)
		if err != nil || len(stale) > 0 || !bytes.Equal(result, want) {
			t.Errorf("at once: %q, %v, %v; want %q", result, stale, err, want)
		}
		result, stale = oneByOne(t, review.TakeBack, before, after, after, taken)
		if len(stale) > 0 || !bytes.Equal(result, want) {
			t.Errorf("one by one: %q, %v; want %q", result, stale, want)
		}
		result, stale = oneByOne(t, review.PutBack, before, after, result, rapid.Permutation(taken).Draw(t, "back"))
		if len(stale) > 0 || !bytes.Equal(result, after) {
			t.Errorf("put back: %q, %v; want %q", result, stale, after)
		}
	})
}

type turning func(before, after, now []byte, ids []string) ([]byte, []string, error)

func oneByOne(t *rapid.T, turn turning, before, after, now []byte, ids []string) (result []byte, stale []string) {
	result = now
	for _, id := range ids {
		turned, cannot, err := turn(before, after, result, []string{id})
		if err != nil {
			t.Fatal(err)
		}
		if len(cannot) > 0 && !bytes.Equal(turned, result) {
			t.Errorf("%s is stale, yet %q became %q", id, result, turned)
		}
		result, stale = turned, append(stale, cannot...)
	}
	return result, stale
}

// Where somebody edited the file as well, too: in any order the same, what was
// taken back is gone, what was not taken is as it was, putting it back gives the
// version it was taken from, and every line of the user's is still there.
func TestTakeBackFromEditedVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := version(t, "before"), version(t, "after")
		all := idsOf(t, before, after)
		now := edited(t, keep(t, before, after, some(t, all, "kept")), "user")
		taken := rapid.Permutation(some(t, all, "taken")).Draw(t, "order")
		was, err := review.Locate(before, after, now)
		if err != nil {
			t.Fatal(err)
		}
		result, stale, err := review.TakeBack(before, after, now, taken)
		if err != nil {
			t.Fatal(err)
		}
		is, err := review.Locate(before, after, result)
		if err != nil {
			t.Fatal(err)
		}
		var turned []string
		for i, s := range is {
			want := was[i].State
			if want == review.There && slices.Contains(taken, s.ID) && !slices.Contains(stale, s.ID) {
				want, turned = review.Gone, append(turned, s.ID)
			}
			if s.State != want {
				t.Errorf("%v is %s in %q, want %s", s.Hunk, s.State, result, want)
			}
		}
		again, stale2, err := review.PutBack(before, after, result, turned)
		if err != nil || len(stale2) == 0 && !bytes.Equal(again, now) {
			t.Errorf("put back: %q, %v; want %q", again, err, now)
		}
		one, staleOne := oneByOne(t, review.TakeBack, before, after, now, taken)
		slices.Sort(stale)
		slices.Sort(staleOne)
		if slices.Equal(stale, staleOne) && !bytes.Equal(one, result) {
			t.Errorf("one by one: %q, at once: %q", one, result)
		}
		for _, line := range split(now) {
			if strings.HasPrefix(line, "user") && !bytes.Contains(result, []byte(line)) {
				t.Errorf("%q lost %q", result, line)
			}
		}
	})
}

// Where no line is like another there is one way to read a version: what can be
// taken back does not depend on the order, and what the user wrote, and where,
// is left byte for byte.
func TestTakeBackAmongDistinctLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := distinct(t)
		after := edited(t, before, "agent")
		all := idsOf(t, before, after)
		now := edited(t, after, "user")
		taken := rapid.Permutation(some(t, all, "taken")).Draw(t, "order")
		result, stale, err := review.TakeBack(before, after, now, taken)
		if err != nil {
			t.Fatal(err)
		}
		one, staleOne := oneByOne(t, review.TakeBack, before, after, now, taken)
		slices.Sort(stale)
		slices.Sort(staleOne)
		if !slices.Equal(stale, staleOne) || !bytes.Equal(one, result) {
			t.Errorf("one by one: %q %v, at once: %q %v", one, staleOne, result, stale)
		}
		if diff := cmp.Diff(linesOf(now, "user"), linesOf(result, "user")); diff != "" {
			t.Errorf("the user's lines (-before +after):\n%s", diff)
		}
	})
}

func linesOf(content []byte, who string) []string {
	return slices.DeleteFunc(split(content), func(line string) bool { return !strings.HasPrefix(line, who) })
}
