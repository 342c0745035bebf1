package search

import (
	"bytes"
	"unicode/utf8"
)

const (
	mostUnits   = 2000 // UTF-16 units of a line that are shown together
	beforeUnits = 200  // of them, those before the first match of a cut line
)

// cutLine makes a line's matches ready to be shown: one LineMatch for a line of
// usual length, and for a longer one as many parts as it takes to hold every
// match.
func cutLine(number int, line []byte, spans []span) []LineMatch {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	var parts []LineMatch
	// at and units are the place the conversion has come to, in bytes and units.
	at, units := 0, 0
	for len(spans) > 0 {
		from, fromUnits := 0, 0
		if len(line) > mostUnits && !fits(line) { // a unit takes at least a byte
			from, fromUnits = windowStart(line, min(spans[0].start, len(line)), at, units)
		}
		w := newWindow(line, from)
		part := LineMatch{Line: number, Offset: fromUnits}
		for len(spans) > 0 && (len(part.Ranges) == 0 || w.holds(spans[0])) {
			part.Ranges = append(part.Ranges, w.take(spans[0]))
			spans = spans[1:]
		}
		part.Text = string(w.text())
		parts = append(parts, part)
		at, units = w.at, fromUnits+w.units
	}
	return parts
}

// fits reports whether a line has at most mostUnits units.
func fits(line []byte) bool {
	units := 0
	for len(line) > 0 {
		size, n := unit(line)
		if units += n; units > mostUnits {
			return false
		}
		line = line[size:]
	}
	return true
}

// windowStart goes from a known place to match, and from there some way back.
// It returns the place in bytes and in units.
func windowStart(line []byte, match, at, units int) (int, int) {
	if at > match { // matches do not overlap, but may be empty and touch
		at, units = 0, 0
	}
	// marks are the last places passed, one for each unit, in a ring.
	type place struct{ at, units int }
	var marks [beforeUnits + 1]place
	passed := 0
	for {
		marks[passed%len(marks)] = place{at, units}
		passed++
		if at >= match {
			break
		}
		size, n := unit(line[at:])
		at, units = at+size, units+n
	}
	first := marks[max(0, passed-len(marks))%len(marks)]
	return first.at, first.units
}

// window is a part of a line being read from left to right.
type window struct {
	line  []byte
	from  int // bytes
	to    int // bytes: where it ends
	at    int // bytes: how far it has been read
	units int // the same, in units from the beginning of the window
}

func newWindow(line []byte, from int) *window {
	w := &window{line: line, from: from, to: from, at: from}
	for units := 0; w.to < len(line); {
		size, n := unit(line[w.to:])
		if units += n; units > mostUnits {
			break
		}
		w.to += size
	}
	return w
}

// holds reports whether a match lies inside the window. One that ends with the
// line end, which is not part of the text, does.
func (w *window) holds(s span) bool {
	return s.start >= w.at && s.start <= w.to && (s.end <= w.to || w.to == len(w.line))
}

// take returns a match in units, clipped to the window. Matches come in order.
func (w *window) take(s span) Range {
	return Range{Start: w.advance(s.start), End: w.advance(s.end)}
}

func (w *window) advance(to int) int {
	to = min(to, w.to)
	for w.at < to {
		size, n := unit(w.line[w.at:])
		w.at, w.units = w.at+size, w.units+n
	}
	return w.units
}

// text is the window's text as valid UTF-8.
func (w *window) text() []byte {
	raw := w.line[w.from:w.to]
	if utf8.Valid(raw) {
		return raw
	}
	valid := make([]byte, 0, len(raw)+16)
	for len(raw) > 0 {
		size, _ := unit(raw)
		if r, n := utf8.DecodeRune(raw); r == utf8.RuneError && n == 1 {
			valid = utf8.AppendRune(valid, utf8.RuneError)
		} else {
			valid = append(valid, raw[:size]...)
		}
		raw = raw[size:]
	}
	return valid
}

// unit returns how many bytes the first character takes and how many UTF-16
// units it is. Of invalid UTF-8 it takes the longest beginning of a valid
// sequence for one U+FFFD, as browsers do (WHATWG Encoding, "UTF-8 decoder").
func unit(text []byte) (size, units int) {
	if text[0] < utf8.RuneSelf {
		return 1, 1
	}
	r, size := utf8.DecodeRune(text)
	switch {
	case r == utf8.RuneError && size == 1:
		return brokenSize(text), 1
	case r > 0xFFFF:
		return size, 2
	}
	return size, 1
}

// brokenSize is the length of a sequence that begins like a character and does
// not end like one.
func brokenSize(text []byte) int {
	low, high, more := byte(0x80), byte(0xBF), 0
	switch first := text[0]; {
	case first >= 0xC2 && first <= 0xDF:
		more = 1
	case first >= 0xE0 && first <= 0xEF:
		more = 2
		if first == 0xE0 {
			low = 0xA0
		}
		if first == 0xED {
			high = 0x9F
		}
	case first >= 0xF0 && first <= 0xF4:
		more = 3
		if first == 0xF0 {
			low = 0x90
		}
		if first == 0xF4 {
			high = 0x8F
		}
	}
	size := 1
	for ; size <= more && size < len(text); size++ {
		if text[size] < low || text[size] > high {
			break
		}
		low, high = 0x80, 0xBF
	}
	return size
}
