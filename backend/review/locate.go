package review

// Locate tells where the hunks of a change are in a later version. In one that
// has no lines (the file is gone, binary, too large, or in another encoding
// now) all are stale. It is [ErrWhole] where the change itself has no hunks.
func Locate(before, after, now []byte) ([]Standing, error) {
	c, err := compare(before, after)
	if err != nil {
		return nil, err
	}
	return c.locate(laterText(now)).standings, nil
}

// placing is where the hunks of a change are in a later version.
type placing struct {
	standings []Standing
	// at is where each hunk is in the text closest to the later version that can
	// be made by keeping some hunks; edits lead from that one to the later
	// version: what was changed since.
	at    [][2]int
	edits []span
}

func (c change) locate(now text) placing {
	hunks := c.hunks()
	p := placing{standings: make([]Standing, len(hunks))}
	for i, hunk := range hunks {
		p.standings[i] = Standing{Hunk: hunk, State: Stale}
	}
	if !c.after.comparable(now) {
		return p
	}
	kept := c.kept(now)
	chosen, at := c.choose(kept)
	p.at = at
	p.edits = chosen.differences(now)
	for i := range p.standings {
		from, to := p.at[i][0], p.at[i][1]
		first, last := project(p.edits, from, to)
		s := &p.standings[i]
		s.Start, s.Lines = start(first, last), last-first
		switch {
		case touched(p.edits, from, to):
		case kept[i]:
			s.State = There
		default:
			s.State = Gone
		}
	}
	return p
}

// kept tells which hunks stand in a version. Where more was changed in it, those whose old lines stand
// there untouched, seen from before, do not, unless their new lines do.
func (c change) kept(now text) []bool {
	if kept, found := c.exactly(now); found {
		return kept
	}
	sinceBefore, sinceAfter := c.before.differences(now), c.after.differences(now)
	kept := make([]bool, len(c.spans))
	for i, s := range c.spans {
		kept[i] = !touched(sinceAfter, s.newFrom, s.newTo) || touched(sinceBefore, s.oldFrom, s.oldTo)
	}
	return kept
}

// touched tells whether lines [from, to) were changed by edits. Lines added
// next to them do not change them, but where there are no lines any change
// beside that place does.
func touched(edits []span, from, to int) bool {
	for _, e := range edits {
		if from == to && e.oldFrom <= from && e.oldTo >= to {
			return true
		}
		if e.oldFrom < to && e.oldTo > from {
			return true
		}
	}
	return false
}

// adjoins tells whether edits changed something in or next to lines [from, to),
// so that no unchanged line is between.
func adjoins(edits []span, from, to int) bool {
	for _, e := range edits {
		if e.oldFrom <= to && e.oldTo >= from {
			return true
		}
	}
	return false
}

// project returns where lines [from, to) are after edits. Of edits that reach
// beyond them everything is included; lines added next to them are not.
func project(edits []span, from, to int) (first, last int) {
	first, last = from, to
	for _, e := range edits {
		shift := e.newTo - e.oldTo
		switch {
		case e.oldTo <= from && (e.oldTo < from || from < to):
			first, last = from+shift, to+shift
		case e.oldFrom >= to && (e.oldFrom > to || from < to):
			return first, last
		default:
			if e.oldFrom <= from {
				first = e.newFrom
			}
			if e.oldTo >= to {
				return first, e.newTo
			}
			last = to + shift
		}
	}
	return first, last
}
