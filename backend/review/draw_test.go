package review_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/review"
)

// version draws a text of few different lines, so that they repeat, in all the
// shapes that files have.
func version(t *rapid.T, label string) []byte {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{
		"a\n", "b\n", "c\n", "\n", "}\n", "a\r\n", "lone\rreturn\n", "\xfa\xff\n", "\ufeffmark\n",
	}), 0, 14).Draw(t, label)
	end := rapid.SampledFrom([]string{"", "", "a", "end"}).Draw(t, label+" end")
	return []byte(strings.Join(lines, "") + end)
}

// distinct draws a text in which no line is like another.
func distinct(t *rapid.T) []byte {
	var b strings.Builder
	for i := range rapid.IntRange(0, 20).Draw(t, "lines") {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return []byte(b.String())
}

// edited draws what somebody makes of a version, whose new lines are like no
// others.
func edited(t *rapid.T, version []byte, who string) []byte {
	lines := split(version)
	if n := len(lines); n > 0 && rapid.Bool().Draw(t, "end the last line") {
		lines[n-1] = strings.TrimSuffix(lines[n-1], "\n") + "\n"
	}
	for i := range rapid.IntRange(0, 3).Draw(t, who+" edits") {
		from := rapid.IntRange(0, len(lines)).Draw(t, "from")
		to := rapid.IntRange(from, min(len(lines), from+3)).Draw(t, "to")
		var made []string
		for j := range rapid.IntRange(0, 3).Draw(t, "made") {
			made = append(made, fmt.Sprintf("%s %d %d\n", who, i, j))
		}
		if to == len(lines) && from < to && len(made) == 0 {
			continue
		}
		if from == len(lines) && from > 0 && !strings.HasSuffix(lines[from-1], "\n") {
			continue
		}
		lines = slices.Concat(lines[:from], made, lines[to:])
	}
	return []byte(strings.Join(lines, ""))
}

func split(content []byte) []string {
	lines := strings.SplitAfter(string(content), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

func idsOf(t fatal, before, after []byte) []string {
	hunks, err := review.Hunks(before, after)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(hunks))
	for i, hunk := range hunks {
		out[i] = hunk.ID
	}
	return out
}

func keep(t fatal, before, after []byte, kept []string) []byte {
	out, err := review.Keep(before, after, func(id string) bool { return slices.Contains(kept, id) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(some, id) })
}

func some(t *rapid.T, ids []string, label string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(string) bool { return !rapid.Bool().Draw(t, label) })
}

type fatal interface{ Fatal(args ...any) }
