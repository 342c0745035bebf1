package diff_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/diff"
)

func TestSpans(t *testing.T) {
	got := diff.Spans("a\nb\nc\nd", "a\nB\nc\nd\n")
	if diff := cmp.Diff([]diff.Span{{OldFrom: 1, OldTo: 2, NewFrom: 1, NewTo: 2}, {OldFrom: 3, OldTo: 4, NewFrom: 3, NewTo: 4}}, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// Large texts that cannot be compared cheaply are compared coarsely, and still
// right; those that can be are compared as small ones are.
func TestComputeOfLargeTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const lines = 12_000
	text := func(line func(i int) int) string {
		var b strings.Builder
		for i := range lines {
			fmt.Fprintln(&b, line(i))
		}
		return b.String()
	}
	number := func(i int) int { return i }
	repeating := func(i int) int { return i % 7 }
	changed := func(line func(i int) int) func(i int) int {
		return func(i int) int {
			if i == 100 || i == lines-100 {
				return -1
			}
			return line(i)
		}
	}
	noOrder := func(int) int { return random.IntN(50) }
	for name, test := range map[string]struct {
		before, after string
		hunks         int
	}{
		"distinct lines":  {text(number), text(changed(number)), 2},
		"repeating lines": {text(repeating), text(changed(repeating)), 2},
		"no order":        {text(noOrder), text(noOrder), 1},
	} {
		file := diff.Compute("file", []byte(test.before), []byte(test.after))
		if len(file.Hunks) != test.hunks {
			t.Errorf("%s: %d hunks, want %d", name, len(file.Hunks), test.hunks)
		}
		if got, err := diff.Apply([]byte(test.before), file); err != nil || string(got) != test.after {
			t.Errorf("%s: applied, it is another text: %v", name, err)
		}
	}
}
