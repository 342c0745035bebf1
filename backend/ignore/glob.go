package ignore

import "strings"

// glob is a compiled pattern.
type glob []step

type step struct {
	kind  kind
	text  string // of literal
	class *class // of oneOf
	tail  int    // how many bytes all steps after this one take, -1 when that varies
}

type kind uint8

const (
	literal kind = iota // just these bytes
	one                 // a byte other than a slash
	oneOf               // a byte of a class, which never has a slash
	star                // any bytes other than slashes
	stars               // any bytes
	folders             // nothing, or any bytes and then a slash
)

// plain returns the only text that the glob matches, if there is but one.
func (g glob) plain() (text string, ok bool) {
	if len(g) != 1 || g[0].kind != literal {
		return "", false
	}
	return g[0].text, true
}

// extension returns the "." and what follows it of a glob such as "*.o".
func (g glob) extension() (text string, ok bool) {
	if len(g) != 2 || g[0].kind != stars || g[1].kind != literal {
		return "", false
	}
	return g[1].text, strings.LastIndexByte(g[1].text, '.') == 0
}

// retry is where to go on when a step does not match: behind the step that took
// a variable number of bytes, which then takes more of them. Zero is nowhere,
// as no such step comes before itself.
type retry struct {
	next int // step
	at   int // in the text
}

// match tells whether the glob matches the whole text.
//
// Only the last star and the last stars or folders need to be tried again. Of
// what stands between two stars, the first place that fits is as good as any
// later one: either both are in the same folder and the second star can take
// what lies between, or a slash settles the place. Likewise for what stands
// before stars and folders.
func (g glob) match(text string) bool {
	var narrow, wide retry
	next, at := 0, 0
	for {
		if next == len(g) && at == len(text) {
			return true
		}
		if next < len(g) {
			s := &g[next]
			if s.kind >= star && s.tail >= 0 {
				// There is only one place where the rest can be.
				end := len(text) - s.tail
				if end < at || s.kind == folders && !startsFolder(text, at, end) {
					return false
				}
				if s.kind != star || strings.IndexByte(text[at:end], '/') < 0 {
					return g[next+1:].matchFixed(text[end:])
				}
			} else if s.kind == star {
				next++
				narrow = retry{next, at}
				continue
			} else if s.kind > star {
				next++
				narrow, wide = retry{}, retry{next, at}
				continue
			} else if size, ok := s.take(text[at:]); ok {
				next, at = next+1, at+size
				continue
			}
		}
		switch {
		case narrow.next > 0 && narrow.at < len(text) && text[narrow.at] != '/':
			narrow.at++
			next, at = narrow.next, narrow.at
		case wide.next > 0 && wide.more(text, g[wide.next-1].kind):
			narrow = retry{}
			next, at = wide.next, wide.at
		default:
			return false
		}
	}
}

// more moves on to the next place that stars or folders can reach.
func (r *retry) more(text string, k kind) bool {
	if k == stars {
		r.at++
		return r.at <= len(text)
	}
	slash := strings.IndexByte(text[r.at:], '/')
	r.at += slash + 1
	return slash >= 0
}

// startsFolder tells whether folders, when it stands at a place in the text,
// can reach another.
func startsFolder(text string, from, to int) bool {
	return to == from || text[to-1] == '/'
}

// take matches a step that takes a fixed number of bytes.
func (s *step) take(text string) (size int, ok bool) {
	switch {
	case s.kind == literal:
		return len(s.text), strings.HasPrefix(text, s.text)
	case text == "":
		return 0, false
	case s.kind == oneOf:
		return 1, s.class.has(text[0])
	}
	return 1, text[0] != '/'
}

// matchFixed matches steps that each take a fixed number of bytes.
func (g glob) matchFixed(text string) bool {
	for i := range g {
		size, ok := g[i].take(text)
		if !ok {
			return false
		}
		text = text[size:]
	}
	return text == ""
}
