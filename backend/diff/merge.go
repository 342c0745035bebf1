package diff

import "slices"

// Merge makes what base becomes by both of the changes from it to ours and
// from it to theirs: diff3's algorithm (Khanna, Kunal and Pierce, "A Formal
// Investigation of Diff3", 2007), on lines and byte for byte.
//
// It is clean only when at least one unchanged line stands between a change of
// one side and a change of the other, or when both sides made the same of what
// is between the unchanged lines; nil is merged otherwise. A version that is
// binary, or too large to be compared by lines, is never clean. Nil is the
// same as empty.
//
// On the same hunks it agrees with git merge-file. Where lines repeat, what
// changed can be told in more than one way; git may then choose another one and
// see a conflict where there is none here, the other way round, or put a line
// at another of its places.
func Merge(base, ours, theirs []byte) (merged []byte, clean bool) {
	for _, version := range [][]byte{base, ours, theirs} {
		if IsBinary(version) || tooLarge(version) {
			return nil, false
		}
	}
	m := merging{base: split(string(base)), out: make([]byte, 0, max(len(ours), len(theirs)))}
	m.sides[0] = newSide(string(base), string(ours))
	m.sides[1] = newSide(string(base), string(theirs))
	for m.more() {
		if !m.step() {
			return nil, false
		}
	}
	m.keep(len(m.base))
	return m.out, true
}

// edit is a run of base's lines [from, to) that becomes other lines.
type edit struct {
	from, to int
	lines    []string
}

// side is one of the two changed versions, as its edits not yet taken over.
type side []edit

func newSide(base, changed string) side {
	lines := split(changed)
	var s side
	for _, span := range Spans(base, changed) {
		s = append(s, edit{from: span.OldFrom, to: span.OldTo, lines: lines[span.NewFrom:span.NewTo]})
	}
	return s
}

// take cuts off the edits that begin within base's lines up to and with end,
// and returns how far the last of them goes.
func (s *side) take(end int) (taken []edit, reaches int) {
	for len(*s) > 0 && (*s)[0].from <= end {
		taken = append(taken, (*s)[0])
		end = max(end, (*s)[0].to)
		*s = (*s)[1:]
	}
	return taken, end
}

// merging is a merge under way.
type merging struct {
	base  []string
	next  int // the first line of base not yet taken over
	sides [2]side
	out   []byte
}

func (m *merging) more() bool { return len(m.sides[0])+len(m.sides[1]) > 0 }

// keep takes over unchanged lines up to end.
func (m *merging) keep(end int) {
	m.write(m.base[m.next:end])
	m.next = end
}

func (m *merging) write(lines []string) {
	for _, line := range lines {
		m.out = append(m.out, line...)
	}
}

// step takes over the next edits that overlap or adjoin each other, and returns
// false when they are in conflict.
func (m *merging) step() bool {
	from := len(m.base)
	for _, s := range m.sides {
		if len(s) > 0 {
			from = min(from, s[0].from)
		}
	}
	var taken [2][]edit
	end := from
	for grown := true; grown; {
		grown = false
		for i := range m.sides {
			more, reaches := m.sides[i].take(end)
			taken[i], end = append(taken[i], more...), reaches
			grown = grown || len(more) > 0
		}
	}
	m.keep(from)
	m.next = end
	become := [2][]string{m.region(taken[0], from, end), m.region(taken[1], from, end)}
	switch {
	case len(taken[1]) == 0 || slices.Equal(become[0], become[1]):
		m.write(become[0])
	case len(taken[0]) == 0:
		m.write(become[1])
	default:
		return false
	}
	return true
}

// region is what one side makes of base's lines [from, end).
func (m *merging) region(edits []edit, from, end int) []string {
	var lines []string
	for _, e := range edits {
		lines = append(append(lines, m.base[from:e.from]...), e.lines...)
		from = e.to
	}
	return append(lines, m.base[from:end]...)
}
