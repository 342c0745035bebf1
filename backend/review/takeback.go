package review

import "slices"

// TakeBack takes hunks out of a later version, which keeps everything else that
// was changed in it since. Of ids, stale are those that could not be taken back:
// their lines, or one next to them, were changed again, or there is no such
// hunk. What is gone already stays so.
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
	index := make(map[string]int, len(p.standings))
	for i, s := range p.standings {
		index[s.ID] = i
	}
	var turned []int
	for _, id := range ids {
		i, known := index[id]
		switch {
		case !known || p.standings[i].State == Stale:
			stale = append(stale, id)
		case p.standings[i].State != from:
		case adjoins(p.edits, p.at[i][0], p.at[i][1]):
			stale = append(stale, id)
		default:
			turned = append(turned, i)
		}
	}
	slices.Sort(turned)
	if len(turned) == 0 {
		return now, stale, nil
	}
	var out text
	next := 0
	for _, i := range slices.Compact(turned) {
		s, span := p.standings[i], c.spans[i]
		first := s.Start
		if s.Lines > 0 {
			first--
		}
		out = out.with(version, next, first)
		if from == There {
			out = out.with(c.before, span.oldFrom, span.oldTo)
		} else {
			out = out.with(c.after, span.newFrom, span.newTo)
		}
		next = first + s.Lines
	}
	return out.with(version, next, len(version.lines)).bytes(), stale, nil
}
