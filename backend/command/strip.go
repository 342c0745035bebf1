package command

import (
	"bytes"
	"unicode/utf8"
)

// lineLimit is how much of the present line can still be overwritten; a longer
// line is passed on in pieces.
const lineLimit = 8 << 10

// stringLimit is how long an escape sequence's text may be before it is taken
// for output after all: a sequence that never ends must not hide what follows.
const stringLimit = 4 << 10

// stripper turns terminal output into plain text: escape sequences go, text
// that a carriage return or backspace overwrote goes, invalid UTF-8 becomes
// U+FFFD. The result does not depend on how the input was cut into pieces.
//
// Sequences are those of ECMA-48 and of XTerm's control sequences document.
type stripper struct {
	state  stripState
	length int    // of the escape sequence so far
	rune   []byte // the beginning of a character
	line   []byte // the present line
	erase  bool   // a carriage return came: the next character starts the line anew
}

// Strip turns what a terminal shows into plain text, as the output of commands is.
func Strip(text string) string {
	var s stripper
	return string(s.flush(s.write(nil, []byte(text))))
}

type stripState uint8

const (
	plain        stripState = iota
	escape                  // after ESC
	intermediate            // ESC and intermediates such as ( or #
	control                 // CSI
	text                    // OSC, DCS, SOS, PM, APC: until BEL or ST
	textEscape              // ESC inside text
)

func (s *stripper) clone() stripper {
	copied := *s
	copied.rune, copied.line = bytes.Clone(s.rune), bytes.Clone(s.line)
	return copied
}

// write consumes data and appends finished text to out.
func (s *stripper) write(out, data []byte) []byte {
	for len(data) > 0 {
		if n := s.printable(data); n > 0 {
			out = s.run(out, data[:n])
			data = data[n:]
			continue
		}
		s.step(data[0])
		data = data[1:]
		out = s.finished(out)
	}
	return out
}

// printable counts the bytes at the front of data that need no second look.
func (s *stripper) printable(data []byte) int {
	if s.state != plain || s.erase || len(s.rune) > 0 {
		return 0
	}
	for i, b := range data {
		if (b < 0x20 || b > 0x7e) && b != '\n' && b != '\t' {
			return i
		}
	}
	return len(data)
}

// run consumes printable text: whole lines at once, as nothing can overwrite
// them any more.
func (s *stripper) run(out, data []byte) []byte {
	if i := bytes.LastIndexByte(data, '\n'); i >= 0 {
		out = append(out, s.line...)
		out = append(out, data[:i+1]...)
		s.line = s.line[:0]
		data = data[i+1:]
	}
	for len(data) > 0 {
		n := min(len(data), lineLimit-len(s.line))
		s.line = append(s.line, data[:n]...)
		data = data[n:]
		out = s.finished(out)
	}
	return out
}

// finished moves the line to out once it is whole or too long to keep.
func (s *stripper) finished(out []byte) []byte {
	if n := len(s.line); n >= lineLimit || n > 0 && s.line[n-1] == '\n' {
		out = append(out, s.line...)
		s.line = s.line[:0]
	}
	return out
}

// flush ends the input.
func (s *stripper) flush(out []byte) []byte {
	s.breakRune()
	out = append(out, s.line...)
	s.line = s.line[:0]
	return out
}

func (s *stripper) step(b byte) {
	switch s.state {
	case plain:
		s.plain(b)
	case escape:
		s.escape(b)
	case intermediate:
		switch {
		case b < 0x20 || b == 0x7f:
			s.restart(b)
		case b >= 0x30:
			s.state = plain
		}
	case control:
		s.length++
		switch {
		case b >= 0x40 && b <= 0x7e, s.length > stringLimit:
			s.state = plain
		case b < 0x20 || b >= 0x7f:
			s.restart(b)
		}
	case text:
		s.length++
		switch {
		case b == 0x07, b == 0x18, b == 0x1a, s.length > stringLimit:
			s.state = plain
		case b == 0x1b:
			s.state = textEscape
		case b == '\n':
			s.restart(b)
		}
	case textEscape:
		if b == '\\' {
			s.state = plain
			return
		}
		s.state = escape
		s.escape(b)
	}
}

// restart leaves a broken sequence and reads the byte as output.
func (s *stripper) restart(b byte) {
	s.state = plain
	s.plain(b)
}

func (s *stripper) escape(b byte) {
	s.length = 0
	switch {
	case b == '[':
		s.state = control
	case b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_':
		s.state = text
	case b >= 0x20 && b < 0x30:
		s.state = intermediate
	case b >= 0x30 && b < 0x7f:
		s.state = plain
	case b == 0x1b:
	default:
		s.restart(b)
	}
}

func (s *stripper) plain(b byte) {
	if len(s.rune) > 0 || b >= utf8.RuneSelf {
		s.wide(b)
		return
	}
	switch {
	case b == 0x1b:
		s.state = escape
	case b == '\r':
		s.erase = true
	case b == '\n':
		s.erase = false
		s.line = append(s.line, b)
	case b == '\b':
		_, size := utf8.DecodeLastRune(s.line)
		s.line = s.line[:len(s.line)-size]
	case b == '\t' || b >= 0x20 && b != 0x7f:
		s.put(b)
	}
}

// wide collects the bytes of a character outside ASCII.
func (s *stripper) wide(b byte) {
	s.rune = append(s.rune, b)
	if !utf8.FullRune(s.rune) {
		return
	}
	r, size := utf8.DecodeRune(s.rune)
	rest := bytes.Clone(s.rune[size:])
	s.rune = s.rune[:0]
	if r >= 0xa0 { // below are the C1 control characters
		s.put(utf8.AppendRune(nil, r)...)
	}
	for _, c := range rest {
		s.step(c)
	}
}

// breakRune replaces a character that was cut off.
func (s *stripper) breakRune() {
	if len(s.rune) > 0 {
		s.rune = s.rune[:0]
		s.put(utf8.AppendRune(nil, utf8.RuneError)...)
	}
}

func (s *stripper) put(b ...byte) {
	if s.erase {
		s.erase = false
		s.line = s.line[:0]
	}
	s.line = append(s.line, b...)
}
