package review_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/review"
)

// Files made to take long: all must end in seconds, lose nothing and come back
// byte for byte. Without a bound some of them take minutes.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("compares large files")
	}
	random := rand.New(rand.NewPCG(1, 2))
	const most = 20_000
	shuffled := random.Perm(most)
	for name, line := range map[string][2]func(i int) string{
		"most hunks":    {func(i int) string { return fmt.Sprint(i) }, func(i int) string { return fmt.Sprint(i * (1 + i%2*most)) }},
		"all equal":     {func(int) string { return "" }, func(int) string { return "" }},
		"half equal":    {func(int) string { return "" }, func(i int) string { return strings.Repeat("x", i%2) }},
		"no order":      {func(int) string { return fmt.Sprint(random.IntN(100)) }, func(int) string { return fmt.Sprint(random.IntN(100)) }},
		"shuffled":      {func(i int) string { return fmt.Sprint(i) }, func(i int) string { return fmt.Sprint(shuffled[i]) }},
		"reversed":      {func(i int) string { return fmt.Sprint(i) }, func(i int) string { return fmt.Sprint(most - i) }},
		"other periods": {func(i int) string { return fmt.Sprint(i % 3) }, func(i int) string { return fmt.Sprint(i % 5) }},
	} {
		t.Run(name, func(t *testing.T) { holds(t, repeat(most, line[0]), repeat(most-most/9, line[1])) })
	}
	t.Run("long lines", func(t *testing.T) {
		long := strings.Repeat("x", diff.MaxBytes/5)
		holds(t, repeat(4, func(int) string { return long }), repeat(4, func(i int) string { return long + fmt.Sprint(i%2) }))
	})
}

func repeat(lines int, line func(i int) string) []byte {
	var b bytes.Buffer
	for i := range lines {
		b.WriteString(line(i) + "\n")
	}
	return b.Bytes()
}

func holds(t *testing.T, before, after []byte) {
	t.Helper()
	all := idsOf(t, before, after)
	got, stale, err := review.TakeBack(before, after, after, all)
	if err != nil || len(stale) > 0 || !bytes.Equal(got, before) {
		t.Errorf("taking back all %d: %d are stale, %v", len(all), len(stale), err)
	}
	lines := split(after)
	for i := 1; i < len(lines); i += 1999 {
		lines[i] = "the user's\n"
	}
	now := []byte(strings.Join(lines, ""))
	got, _, err = review.TakeBack(before, after, now, all)
	if want := strings.Count(string(now), "the user's"); err != nil || strings.Count(string(got), "the user's") != want {
		t.Errorf("%v, or lines of the user's are lost: %d, want %d", err, strings.Count(string(got), "the user's"), want)
	}
}
