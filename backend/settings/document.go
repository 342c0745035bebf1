package settings

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"github.com/keel-ide/keel/backend/jsonc"
)

// depthLimit is how deep a file may nest: the parser recurses.
const depthLimit = 100

const byteOrderMark = "\ufeff"

// document is a parsed settings file. Offsets count from after the mark.
type document struct {
	mark   string // the byte order mark, or nothing
	text   []byte
	exists bool // there is a value, not only blanks and comments
	root   hujson.Value
}

// fault is where and why a text cannot be parsed.
type fault struct {
	offset  int
	message string
}

// parse parses a whole file. A broken one gives a document that can only turn
// offsets into positions.
func parse(raw []byte) (document, *fault) {
	d := document{text: raw}
	if rest, ok := bytes.CutPrefix(raw, []byte(byteOrderMark)); ok {
		d.mark, d.text = byteOrderMark, rest
	}
	if offset := jsonc.TooDeep(d.text, depthLimit); offset >= 0 {
		return d, &fault{offset, fmt.Sprintf("Nested more than %d levels deep", depthLimit)}
	}
	// The parser wants a line comment to end in a newline, also the last.
	source := append(bytes.Clone(d.text), '\n')
	root, err := hujson.Parse(source)
	if err == nil {
		d.root, d.exists = root, true
		return d, nil
	}
	if _, blank := hujson.Parse(append(source, "{}"...)); blank == nil {
		return d, nil
	}
	return d, d.fault(err)
}

// fault reads the place out of the parser's message, which counts lines and
// bytes.
func (d document) fault(err error) *fault {
	var line, column int
	message := err.Error()
	if _, scanErr := fmt.Sscanf(message, "hujson: line %d, column %d:", &line, &column); scanErr != nil {
		return &fault{0, message}
	}
	_, message, _ = strings.Cut(message, ": ")
	_, message, _ = strings.Cut(message, ": ")
	offset := 0
	for range line - 1 {
		next := bytes.IndexByte(d.text[offset:], '\n')
		if next < 0 {
			offset = len(d.text)
			break
		}
		offset += next + 1
	}
	offset = min(offset+column-1, len(d.text))
	message = plainMessage(message)
	if message == openString && offset == len(d.text) {
		offset = lastString(d.text)
	}
	return &fault{offset, message}
}

// lastString returns where the last string of a text begins.
func lastString(text []byte) int {
	begin := len(text)
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			begin = i
			i = jsonc.SkipString(text, i)
		case bytes.HasPrefix(text[i:], []byte("//")):
			i = jsonc.SkipTo(text, i, "\n")
		case bytes.HasPrefix(text[i:], []byte("/*")):
			i = jsonc.SkipTo(text, i+2, "*/")
		}
	}
	return begin
}

const openString = "A string is not closed: its quotation mark is missing"

// plainMessage says the parser's message for a person.
func plainMessage(message string) string {
	literal, invalid := strings.CutPrefix(message, "invalid literal: ")
	switch {
	case strings.HasPrefix(message, "parsing string:"), invalid && literal[0] == '"' && strings.Contains(literal, "\n"):
		return openString
	case strings.HasPrefix(message, "parsing comment:"):
		return "A comment is not closed: */ is missing"
	case strings.HasSuffix(message, "unexpected EOF"):
		return "The file ends too early: a closing bracket is missing"
	case invalid:
		return "Not a value: " + shortened(literal)
	}
	return strings.ToUpper(message[:1]) + message[1:]
}

func shortened(text string) string {
	const limit = 40
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit]) + "…"
}

func (d document) object() *hujson.Object {
	object, _ := d.root.Value.(*hujson.Object)
	return object
}

func (d document) array() *hujson.Array {
	array, _ := d.root.Value.(*hujson.Array)
	return array
}

// member returns the value of a top-level key, and its place among the
// members. Of a key that is there twice the last counts, as in VS Code.
func (d document) member(key string) (index int, value hujson.Value, ok bool) {
	object := d.object()
	if object == nil {
		return 0, hujson.Value{}, false
	}
	for i := len(object.Members) - 1; i >= 0; i-- {
		if memberName(object.Members[i]) == key {
			return i, object.Members[i].Value, true
		}
	}
	return 0, hujson.Value{}, false
}

func memberName(m hujson.ObjectMember) string {
	literal, _ := m.Name.Value.(hujson.Literal)
	return literal.String()
}

// position returns the line and the column in UTF-16 units, as editors count,
// both from 1.
func (d document) position(offset int) (line, column int) {
	before := d.text[:min(offset, len(d.text))]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1
	for rest := before[bytes.LastIndexByte(before, '\n')+1:]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		column += max(1, utf16.RuneLen(r))
		rest = rest[size:]
	}
	return line, column
}

func (d document) problem(path string, offset int, severity Severity, key, message string) Problem {
	line, column := d.position(offset)
	return Problem{File: path, Line: line, Column: column, Severity: severity, Key: key, Message: message}
}
