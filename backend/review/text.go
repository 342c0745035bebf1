package review

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/diff"
)

// text is a version of a file as its lines, each with its line ending. Put
// together they are the file's bytes again. compared is the same lines, one for
// one, in an encoding in which a newline is one byte.
type text struct {
	encoding        encoding
	lines, compared []string
}

type encoding int

const (
	noText encoding = iota // not there, binary or too large
	bytewise
	littleEndian // UTF-16 with a byte order mark
	bigEndian
)

// newText returns a text without an encoding for what cannot be compared.
func newText(content []byte) text {
	if diff.IsBinary(content) && encodingOf(content) == bytewise {
		return text{}
	}
	t := sizedText(content, diff.MaxBytes)
	if len(t.lines) > diff.MaxLines {
		return text{}
	}
	return t
}

// laterText is for a version that came from the others by more changes, which
// may have moved a NUL or made it larger than a text that is taken apart.
func laterText(content []byte) text { return sizedText(content, 2*diff.MaxBytes) }

func sizedText(content []byte, limit int) text {
	if content == nil || len(content) > limit {
		return text{}
	}
	t := text{encoding: encodingOf(content)}
	switch t.encoding {
	case littleEndian:
		t.lines, t.compared = units(content, binary.LittleEndian)
	case bigEndian:
		t.lines, t.compared = units(content, binary.BigEndian)
	case bytewise, noText:
		t.lines = split(string(content))
		t.compared = t.lines
	}
	return t
}

// Lines are the lines of a version as hunks count them, in UTF-8 and each with its
// line ending, for a person to read; none of one that is no text.
func Lines(content []byte) []string {
	t := laterText(content)
	lines := make([]string, len(t.lines))
	for i, line := range t.lines {
		lines[i] = strings.ToValidUTF8(t.encoding.read(line), "\uFFFD")
	}
	return lines
}

// read is a line in UTF-8.
func (e encoding) read(line string) string {
	var order binary.ByteOrder = binary.LittleEndian
	switch e {
	case bytewise, noText:
		return line
	case bigEndian:
		order = binary.BigEndian
	case littleEndian:
	}
	units := make([]uint16, len(line)/2)
	for i := range units {
		units[i] = order.Uint16([]byte(line[2*i:]))
	}
	return string(utf16.Decode(units))
}

func encodingOf(content []byte) encoding {
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}) && !zeroUnit(content):
		return littleEndian
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}) && !zeroUnit(content):
		return bigEndian
	}
	return bytewise
}

// zeroUnit tells binary from UTF-16 as a NUL tells it from other text.
func zeroUnit(content []byte) bool {
	for i := 0; i+1 < min(len(content), 8000); i += 2 {
		if content[i] == 0 && content[i+1] == 0 {
			return true
		}
	}
	return false
}

// split cuts a text behind each newline; what stands behind the last is a line
// of its own.
func split(content string) []string {
	lines := strings.SplitAfter(content, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// units cuts UTF-16 behind each newline. For comparing, each unit is written as
// if it were a character of its own in UTF-8, so that different units, lone
// surrogates too, are always different bytes; a last odd byte is put behind one
// that UTF-8 never has.
func units(content []byte, order binary.ByteOrder) (lines, compared []string) {
	whole, from := string(content), 0
	var line []byte
	for i := 0; i+1 < len(content); i += 2 {
		unit := order.Uint16(content[i:])
		line = appendUnit(line, unit)
		if unit == '\n' {
			lines, compared = append(lines, whole[from:i+2]), append(compared, string(line))
			line, from = line[:0], i+2
		}
	}
	if len(content)%2 == 1 {
		last := content[len(content)-1]
		line = append(line, 0xff, 'a'+last>>4, 'a'+last&15)
	}
	if from < len(whole) {
		lines, compared = append(lines, whole[from:]), append(compared, string(line))
	}
	return lines, compared
}

func appendUnit(out []byte, unit uint16) []byte {
	if unit >= 0xd800 && unit < 0xe000 {
		return append(out, 0xe0|byte(unit>>12), 0x80|byte(unit>>6)&0x3f, 0x80|byte(unit)&0x3f)
	}
	return utf8.AppendRune(out, rune(unit))
}

// comparable tells whether the lines of both can be compared. Versions in
// different encodings have no line in common and must not be mixed; an empty
// one is in any.
func (t text) comparable(other text) bool {
	if t.encoding == noText || other.encoding == noText {
		return false
	}
	return t.encoding == other.encoding || len(t.lines) == 0 || len(other.lines) == 0
}

// with returns t with lines [from, to) of other behind its own.
func (t text) with(other text, from, to int) text {
	t.lines = append(t.lines, other.lines[from:to]...)
	t.compared = append(t.compared, other.compared[from:to]...)
	return t
}

func (t text) bytes() []byte { return []byte(strings.Join(t.lines, "")) }

// differences returns what to change in t to get to other.
func (t text) differences(other text) []diff.Span {
	return diff.Spans(strings.Join(t.compared, ""), strings.Join(other.compared, ""))
}
