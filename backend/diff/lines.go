package diff

import (
	"znkr.io/diff"
	"znkr.io/diff/textdiff"
)

// Span is lines [OldFrom, OldTo) that became [NewFrom, NewTo), counted from 0.
type Span struct{ OldFrom, OldTo, NewFrom, NewTo int }

// Spans compares two texts by lines, which end with a newline. Between two
// spans stands at least one line that both have. The same texts always give the
// same spans.
func Spans(before, after string) []Span {
	var spans []Span
	for _, h := range compare(before, after, 0) {
		spans = append(spans, Span{OldFrom: h.LineNoX, OldTo: h.EndLineNoX, NewFrom: h.LineNoY, NewTo: h.EndLineNoY})
	}
	return spans
}

// affordable is how many pairs of lines may have to be compared. That many take
// about a second.
const affordable = 5000 * 5000

// compare finds what differs. Large texts of lines that repeat in no order can
// take minutes; of those only what stands between lines that both have once is
// told apart.
func compare(before, after string, context int) []textdiff.Hunk[string] {
	options := []diff.Option{diff.Context(context), textdiff.IndentHeuristic()}
	if expensive(before, after) {
		options = append(options, diff.Fast())
	}
	return textdiff.Hunks(before, after, options...)
}

func expensive(before, after string) bool {
	old, now := split(before), split(after)
	if len(old)*len(now) <= affordable {
		return false
	}
	pairs := 0
	for _, h := range textdiff.Hunks(before, after, diff.Context(0), diff.Fast()) {
		pairs += (h.EndLineNoX - h.LineNoX) * (h.EndLineNoY - h.LineNoY)
	}
	return pairs > affordable && apart(old, now)
}

// apart tells whether so many lines differ, both counted from the top and from
// the end, that the shortest way from one to the other may be long.
func apart(old, now []string) bool {
	const close = 2000
	fromTop, fromEnd := 0, 0
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			fromTop++
		}
		if old[len(old)-1-i] != now[len(now)-1-i] {
			fromEnd++
		}
	}
	return fromTop > close && fromEnd > close
}
