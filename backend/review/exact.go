package review

import "slices"

// reach is one way to read the first hunks of a version.
type reach struct {
	line int // of the version, behind the last of these hunks
	from int // the index of the way that it goes on from
	kept bool
}

// maxReached is how many ways to read the same hunks are followed.
const maxReached = 64

// exactly tells which hunks are kept in a version that is made of nothing but
// such decisions. It gives up on one that would take long to find out.
func (c change) exactly(now text) (kept []bool, found bool) {
	ways := make([][]reach, len(c.spans)+1) // ways[i] are those of the first i hunks
	ways[0] = []reach{{}}
	effort := 8*len(now.lines) + 1000
	next := 0
	for i, s := range c.spans {
		effort -= len(ways[i]) * (1 + s.OldTo - next + s.NewTo - s.NewFrom)
		if effort < 0 || len(ways[i]) > maxReached {
			return nil, false
		}
		ways[i+1] = c.onward(now, ways[i], i, next)
		next = s.OldTo
	}
	rest := c.before.compared[next:]
	last := slices.IndexFunc(ways[len(c.spans)], func(r reach) bool {
		return r.line+len(rest) == len(now.lines) && now.stands(rest, r.line)
	})
	if last < 0 {
		return nil, false
	}
	kept = make([]bool, len(c.spans))
	for i := len(c.spans); i > 0; i-- {
		r := ways[i][last]
		kept[i-1], last = r.kept, r.from
	}
	return kept, true
}

// onward follows ways over the unchanged lines of before from next on and over
// the new or the old lines of a hunk.
func (c change) onward(now text, ways []reach, hunk, next int) []reach {
	s := c.spans[hunk]
	between := c.before.compared[next:s.OldFrom]
	made, old := c.after.compared[s.NewFrom:s.NewTo], c.before.compared[s.OldFrom:s.OldTo]
	var out []reach
	add := func(lines []string, at, from int, kept bool) {
		end := at + len(lines)
		if now.stands(lines, at) && !slices.ContainsFunc(out, func(r reach) bool { return r.line == end }) {
			out = append(out, reach{line: end, from: from, kept: kept})
		}
	}
	for from, way := range ways {
		if now.stands(between, way.line) {
			add(made, way.line+len(between), from, true)
			add(old, way.line+len(between), from, false)
		}
	}
	return out
}

// stands tells whether lines stand in t from line at on.
func (t text) stands(lines []string, at int) bool {
	return at+len(lines) <= len(t.compared) && slices.Equal(lines, t.compared[at:at+len(lines)])
}
