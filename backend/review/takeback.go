package review

import "slices"

// TakeBack takes hunks out of a later version, which keeps everything else that
// was changed in it since. It is the merge of that version with the new one
// without these hunks. Of ids, stale are those that could not be taken back:
// their lines, or one next to them, were changed again, or there is no such
// hunk. What is gone already stays so. Where none is stale, one after the other in
// any order gives the same as all at once. An error is [ErrWhole].
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
	out, failed := c.agreed(version, p, turned)
	for _, id := range ids {
		if i, known := index[id]; known && failed[i] {
			stale, failed[i] = append(stale, id), false
		}
	}
	return out.bytes(), stale, nil
}

// agreed turns hunks if in the version that this makes all others are what they
// were. Where many lines are the same there can be several ways to read it:
// then those that are read otherwise, and those next to them, are left alone.
func (c change) agreed(version text, p placing, turned []bool) (out text, failed []bool) {
	const rounds = 4
	failed = make([]bool, len(turned))
	for range rounds {
		out = c.turned(version, p, turned)
		wrong := c.misread(out, p, turned)
		if len(wrong) == 0 {
			return out, failed
		}
		for _, i := range wrong {
			for _, near := range []int{previous(turned, i), i, following(turned, i)} {
				if near >= 0 && turned[near] {
					turned[near], failed[near] = false, true
				}
			}
		}
	}
	for i := range turned {
		failed[i] = failed[i] || turned[i]
	}
	return version, failed
}

// misread lists the hunks that are not what they should be in a version with
// some turned.
func (c change) misread(version text, p placing, turned []bool) []int {
	var wrong []int
	for i, s := range c.locate(version).standings {
		if was := p.standings[i].State; turned[i] == (s.State == was) {
			wrong = append(wrong, i)
		}
	}
	return wrong
}

// previous returns the nearest hunk above that is turned, -1 if there is none.
func previous(turned []bool, i int) int {
	for i--; i >= 0 && !turned[i]; i-- {
	}
	return i
}

// following is the same below.
func following(turned []bool, i int) int {
	if next := slices.Index(turned[i+1:], true); next >= 0 {
		return i + 1 + next
	}
	return -1
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
			out = out.with(c.before, c.spans[i].OldFrom, c.spans[i].OldTo)
		} else {
			out = out.with(c.after, c.spans[i].NewFrom, c.spans[i].NewTo)
		}
		next = first + s.Lines
	}
	return out.with(version, next, len(version.lines))
}
