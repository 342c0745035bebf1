package review

import "slices"

// exactly tells which hunks are kept in a version that is made of nothing but
// such decisions. It gives up on one that would take long to find out.
func (c change) exactly(now text) (kept []bool, found bool) {
	// reached[i] is the lines of now before which the first i hunks can end.
	reached := make([][]reach, len(c.spans)+1)
	reached[0] = []reach{{}}
	effort := 8*len(now.lines) + 1000
	next := 0
	for i, s := range c.spans {
		for from, r := range reached[i] {
			between := c.before.compared[next:s.OldFrom]
			at := r.line + len(between)
			effort -= 1 + len(between) + s.OldTo - s.OldFrom + s.NewTo - s.NewFrom
			if effort < 0 || len(reached[i]) > maxReached {
				return nil, false
			}
			if !now.stands(between, r.line) {
				continue
			}
			for _, choice := range []bool{true, false} {
				lines := c.before.compared[s.OldFrom:s.OldTo]
				if choice {
					lines = c.after.compared[s.NewFrom:s.NewTo]
				}
				end := at + len(lines)
				known := slices.ContainsFunc(reached[i+1], func(r reach) bool { return r.line == end })
				if !known && now.stands(lines, at) {
					reached[i+1] = append(reached[i+1], reach{line: end, from: from, kept: choice})
				}
			}
		}
		next = s.OldTo
	}
	rest := c.before.compared[next:]
	last := slices.IndexFunc(reached[len(c.spans)], func(r reach) bool {
		return r.line+len(rest) == len(now.lines) && now.stands(rest, r.line)
	})
	if last < 0 {
		return nil, false
	}
	kept = make([]bool, len(c.spans))
	for i := len(c.spans); i > 0; i-- {
		r := reached[i][last]
		kept[i-1], last = r.kept, r.from
	}
	return kept, true
}

// maxReached is how many ways to read the same hunks are followed.
const maxReached = 64

// reach is one way to read the hunks so far.
type reach struct {
	line int // of the version, behind the last of them
	from int // the index of what was reached before it
	kept bool
}

// stands tells whether lines stand in t from line at on.
func (t text) stands(lines []string, at int) bool {
	return at+len(lines) <= len(t.compared) && slices.Equal(lines, t.compared[at:at+len(lines)])
}
