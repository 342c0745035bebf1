package review

import "slices"

// TakeBack takes hunks out of a later version, which keeps everything else that
// was changed in it since. It is the merge of that version with the new one
// without these hunks. Of ids, stale are those that could not be taken back:
// their lines, or one next to them, were changed again, or there is no such
// hunk. What is gone already stays so. An error is [ErrWhole].
func TakeBack(before, after, now []byte, ids []string) (result []byte, stale []string, err error) {
	return turn(before, after, now, ids, There)
}

// PutBack is the mirror image of [TakeBack]: it puts hunks that are gone into a
// later version again.
func PutBack(before, after, now []byte, ids []string) (result []byte, stale []string, err error) {
	return turn(before, after, now, ids, Gone)
}

// turn turns those of ids that are in one state into the other.
func turn(before, after, now []byte, ids []string, from State) (result []byte, stale []string, err error) {
	c, err := compare(before, after)
	if err != nil {
		return nil, ids, err
	}
	version := laterText(now)
	p := c.locate(version)
	index := make(map[string]int, len(c.hunks))
	for i, hunk := range c.hunks {
		index[hunk.ID] = i
	}
	turned := make([]bool, len(c.hunks))
	for _, id := range ids {
		i, known := index[id]
		switch {
		case !known || p.standings[i].State == Stale:
			stale = append(stale, id)
		case p.standings[i].State != from:
		case len(beside(p.edits, p.at[i])) > 0:
			stale = append(stale, id)
		default:
			turned[i] = true
		}
	}
	if !slices.Contains(turned, true) {
		return now, stale, nil
	}
	out := c.turned(version, p, turned)
	if !c.agrees(out, p, turned) {
		return c.turnEach(now, version, p, ids, index, turned, stale)
	}
	return out.bytes(), stale, nil
}

// turnEach turns one hunk after the other, leaving those that make the version
// one in which the others are not what they were: where many lines are the
// same, there can be several ways to read it.
func (c change) turnEach(now []byte, version text, p placing, ids []string, index map[string]int, turned []bool, stale []string) ([]byte, []string, error) {
	const most = 50 // beyond, trying each would take too long
	done := make([]bool, len(turned))
	tries := 0
	for _, id := range ids {
		i, known := index[id]
		if !known || !turned[i] || done[i] {
			continue
		}
		tries++
		done[i] = tries <= most
		if !done[i] || !c.agrees(c.turned(version, p, done), p, done) {
			done[i] = false
			stale = append(stale, id)
		}
	}
	if !slices.Contains(done, true) {
		return now, stale, nil
	}
	return c.turned(version, p, done).bytes(), stale, nil
}

// turned is a version with some of its hunks turned into the other state.
func (c change) turned(version text, p placing, turned []bool) text {
	out := text{encoding: version.encoding}
	next := 0
	for i, s := range p.standings {
		if !turned[i] {
			continue
		}
		first := s.Start
		if s.Lines > 0 {
			first--
		}
		out = out.with(version, next, first)
		if s.State == There {
			out = out.with(c.before, c.spans[i].oldFrom, c.spans[i].oldTo)
		} else {
			out = out.with(c.after, c.spans[i].newFrom, c.spans[i].newTo)
		}
		next = first + s.Lines
	}
	return out.with(version, next, len(version.lines))
}

// agrees tells whether in a version with some hunks turned just these are seen
// to be.
func (c change) agrees(version text, p placing, turned []bool) bool {
	for i, s := range c.locate(version).standings {
		if was := p.standings[i].State; turned[i] == (s.State == was) {
			return false
		}
	}
	return true
}
