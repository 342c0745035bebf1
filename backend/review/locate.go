package review

import (
	"cmp"
	"slices"

	"github.com/keel-ide/keel/backend/diff"
)

// Locate tells where the hunks of a change are in a later version. In one that
// has no lines (the file is gone, far too large, or in another encoding now) all
// are stale. It is [ErrWhole] where the change itself has no hunks.
func Locate(before, after, now []byte) ([]Standing, error) {
	c, err := compare(before, after)
	if err != nil {
		return nil, err
	}
	return c.locate(laterText(now)).standings, nil
}

// placing is where the hunks of a change are in a later version. It is read as
// the text closest to it that can be made by keeping some hunks, and as edits
// of that text: what was changed since.
type placing struct {
	standings []Standing
	at        []lineRange // in the closest text
	edits     []diff.Span
}

// lineRange is lines [from, to), counted from 0.
type lineRange struct{ from, to int }

func (c change) locate(now text) placing {
	if !c.after.comparable(now) || !c.before.comparable(now) {
		p := placing{standings: make([]Standing, len(c.spans))}
		for i, hunk := range c.hunks {
			p.standings[i] = Standing{Hunk: hunk, State: Stale}
		}
		return p
	}
	if kept, found := c.exactly(now); found {
		return c.read(now, kept)
	}
	return c.read(now, c.settle(now, c.guess(now)))
}

// read places the hunks, given which of them are taken to be kept.
func (c change) read(now text, kept []bool) placing {
	closest, at := c.choose(kept)
	p := placing{standings: make([]Standing, len(c.spans)), at: at, edits: closest.differences(now)}
	for i, hunk := range c.hunks {
		became, whole := project(p.edits, at[i]), len(inside(p.edits, at[i])) == 0
		if at[i].from == at[i].to && !whole {
			became, whole = c.between(now, p.edits, at[i].from, i, kept[i])
		}
		s := Standing{Hunk: hunk, State: Stale, Start: start(became.from, became.to), Lines: became.to - became.from}
		switch {
		case !whole:
		case kept[i]:
			s.State = There
		default:
			s.State = Gone
		}
		p.standings[i] = s
	}
	return p
}

// between is where a hunk without lines is beside which something was changed:
// still between two lines when the one or the other was only changed or removed,
// and nothing that could be the hunk's other side came there.
func (c change) between(now text, edits []diff.Span, place, hunk int, kept bool) (became lineRange, whole bool) {
	e, s := beside(edits, lineRange{place, place})[0], c.spans[hunk]
	became = lineRange{e.NewFrom, e.NewTo}
	if e.NewTo-e.NewFrom > e.OldTo-e.OldFrom || e.OldFrom != place && e.OldTo != place {
		return became, false
	}
	other := c.after.compared[s.NewFrom:s.NewTo]
	if kept {
		other = c.before.compared[s.OldFrom:s.OldTo]
	}
	for _, line := range now.compared[e.NewFrom:e.NewTo] {
		if slices.Contains(other, line) {
			return became, false
		}
	}
	if e.OldTo == place {
		return lineRange{e.NewTo, e.NewTo}, true
	}
	return lineRange{e.NewFrom, e.NewFrom}, true
}

// guess tells which hunks seem to be kept in a version in which more was
// changed: those of which more of the new lines than of the old ones stand. Of
// hunks that cannot be told so, all are kept or none, whichever is closer.
func (c change) guess(now text) []bool {
	sinceBefore, sinceAfter := c.before.differences(now), c.after.differences(now)
	kept, tied := make([]bool, len(c.spans)), make([]bool, len(c.spans))
	for i, s := range c.spans {
		new := effort(inside(sinceAfter, lineRange{s.NewFrom, s.NewTo}))
		old := effort(inside(sinceBefore, lineRange{s.OldFrom, s.OldTo}))
		kept[i], tied[i] = new <= old, new == old
	}
	if !slices.Contains(tied, true) {
		return kept
	}
	without := slices.Clone(kept)
	for i := range tied {
		without[i] = kept[i] && !tied[i]
	}
	if effort(c.read(now, without).edits) < effort(c.read(now, kept).edits) {
		return without
	}
	return kept
}

// settle tries the other reading of each hunk that is stale in the first one.
func (c change) settle(now text, kept []bool) []bool {
	first := c.read(now, kept)
	turned := slices.Clone(kept)
	for i, s := range first.standings {
		turned[i] = kept[i] != (s.State == Stale)
	}
	if slices.Equal(turned, kept) {
		return kept
	}
	second := c.read(now, turned)
	for i, s := range second.standings {
		if s.State == Stale {
			turned[i] = kept[i]
		}
	}
	return turned
}

// beside returns the edits that changed something in or next to lines, so that
// no unchanged line is between.
func beside(edits []diff.Span, lines lineRange) []diff.Span {
	first, _ := slices.BinarySearchFunc(edits, lines.from, func(e diff.Span, from int) int { return cmp.Compare(e.OldTo, from) })
	last := first
	for last < len(edits) && edits[last].OldFrom <= lines.to {
		last++
	}
	return edits[first:last]
}

// inside returns the edits that changed lines. Where there are no lines it is
// any change beside that place.
func inside(edits []diff.Span, lines lineRange) []diff.Span {
	found := beside(edits, lines)
	if lines.from == lines.to {
		return found
	}
	if len(found) > 0 && found[0].OldTo <= lines.from {
		found = found[1:]
	}
	if n := len(found); n > 0 && found[n-1].OldFrom >= lines.to {
		found = found[:n-1]
	}
	return found
}

// effort is how many lines edits removed and added.
func effort(edits []diff.Span) int {
	sum := 0
	for _, e := range edits {
		sum += e.OldTo - e.OldFrom + e.NewTo - e.NewFrom
	}
	return sum
}

// project returns where lines are after edits. Of edits that reach beyond them
// everything is included; lines added next to them are not.
func project(edits []diff.Span, lines lineRange) lineRange {
	found := inside(edits, lines)
	if len(found) == 0 {
		by := shift(edits, lines.from)
		return lineRange{lines.from + by, lines.to + by}
	}
	first, last := found[0], found[len(found)-1]
	became := lineRange{first.NewFrom, last.NewTo}
	if first.OldFrom > lines.from {
		became.from -= first.OldFrom - lines.from
	}
	if last.OldTo < lines.to {
		became.to += lines.to - last.OldTo
	}
	return became
}

// shift is by how much the edits that end up to a line move it.
func shift(edits []diff.Span, line int) int {
	after, _ := slices.BinarySearchFunc(edits, line+1, func(e diff.Span, line int) int { return cmp.Compare(e.OldTo, line) })
	if after == 0 {
		return 0
	}
	return edits[after-1].NewTo - edits[after-1].OldTo
}
