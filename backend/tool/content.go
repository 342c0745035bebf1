package tool

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding of a text file.
type encoding int

const (
	utf8Text encoding = iota
	utf16LittleEndian
	utf16BigEndian
)

// content is a text file's bytes and the text in them.
type content struct {
	raw      []byte
	encoding encoding
	mark     int    // bytes of the byte order mark
	text     string // without the mark, with the file's own line endings; may be invalid UTF-8
}

// newContent takes bytes for text; ok is false when they are not. UTF-16 needs
// its byte order mark; text in one of the old 8-bit encodings passes, its
// letters beyond ASCII being invalid UTF-8.
func newContent(raw []byte) (c content, ok bool) {
	c = content{raw: raw}
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		c.encoding, c.mark = utf16LittleEndian, 2
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		c.encoding, c.mark = utf16BigEndian, 2
	case bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")):
		c.mark = 3
	}
	body := raw[c.mark:]
	if c.encoding == utf8Text {
		c.text = string(body)
		return c, !bytes.ContainsRune(body, 0)
	}
	if len(body)%2 != 0 {
		return content{}, false
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = c.order().Uint16(body[2*i:])
	}
	// A lone surrogate becomes U+FFFD, which is one unit too, so that offsets hold.
	c.text = string(utf16.Decode(units))
	return c, !strings.ContainsRune(c.text, 0)
}

func (c content) order() binary.ByteOrder {
	if c.encoding == utf16BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// encode writes text in the file's encoding, without a mark.
func (c content) encode(text string) []byte {
	if c.encoding == utf8Text {
		return []byte(text)
	}
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if c.encoding == utf16BigEndian {
			encoded = binary.BigEndian.AppendUint16(encoded, unit)
		} else {
			encoded = binary.LittleEndian.AppendUint16(encoded, unit)
		}
	}
	return encoded
}

// offset returns where in raw the text's byte i lies.
func (c content) offset(i int) int {
	if c.encoding == utf8Text {
		return c.mark + i
	}
	units := 0
	for _, r := range c.text[:i] {
		units += utf16.RuneLen(r)
	}
	return c.mark + 2*units
}

// span is a stretch of a content's text and what is to stand there instead.
type span struct {
	start, end int
	text       string
}

// splice returns the bytes with every span replaced; the spans are in order and
// do not overlap. All other bytes are the same.
func (c content) splice(spans []span) []byte {
	after := []byte{} // nil would mean that there is no file
	from := 0
	for _, s := range spans {
		after = append(after, c.raw[from:c.offset(s.start)]...)
		after = append(after, c.encode(s.text)...)
		from = c.offset(s.end)
	}
	return append(after, c.raw[from:]...)
}

// rewrite returns the bytes of a whole new text that keeps the file's byte
// order mark and encoding and, when every line of the file ends with CR LF and
// none of the new text does, that ending too.
func (c content) rewrite(text string) []byte {
	text = strings.TrimPrefix(text, "\uFEFF")
	if c.uniformCRLF() && !strings.Contains(text, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return append(bytes.Clone(c.raw[:c.mark]), c.encode(text)...)
}

func (c content) uniformCRLF() bool {
	lines := strings.Count(c.text, "\n")
	return lines > 0 && lines == strings.Count(c.text, "\r\n")
}

// shown is the text as UTF-8 for comparing and showing: the raw bytes where
// they are UTF-8 already.
func (c content) shown() []byte {
	if c.encoding == utf8Text {
		return c.raw
	}
	return []byte(c.text)
}

// traits says what of the file's form a model cannot see in its lines.
func (c content) traits() []string {
	var traits []string
	switch c.encoding {
	case utf16LittleEndian:
		traits = append(traits, "UTF-16 LE")
	case utf16BigEndian:
		traits = append(traits, "UTF-16 BE")
	default:
		if c.mark > 0 {
			traits = append(traits, "UTF-8 with byte order mark")
		}
		if !utf8.ValidString(c.text) {
			traits = append(traits, "not valid UTF-8: the bytes shown as \uFFFD are kept by edits that leave them alone")
		}
	}
	crlf := strings.Count(c.text, "\r\n")
	switch lines := strings.Count(c.text, "\n"); {
	case crlf > 0 && crlf == lines:
		traits = append(traits, "CRLF line endings")
	case crlf > 0:
		traits = append(traits, "mixed line endings")
	}
	if c.text != "" && !strings.HasSuffix(c.text, "\n") {
		traits = append(traits, "no newline at the end")
	}
	return traits
}

// unified is a text with every CR LF written as LF, and the way back.
type unified struct {
	text    string
	dropped []int // for each CR that is left out, the offset in text of its LF
}

func unify(text string) unified {
	if !strings.Contains(text, "\r\n") {
		return unified{text: text}
	}
	u := unified{}
	var b strings.Builder
	for {
		i := strings.Index(text, "\r\n")
		if i < 0 {
			b.WriteString(text)
			u.text = b.String()
			return u
		}
		b.WriteString(text[:i])
		u.dropped = append(u.dropped, b.Len())
		b.WriteByte('\n')
		text = text[i+2:]
	}
}

// original returns the offset in the original text of offset i in u.text. That
// of a line's end lies before its CR.
func (u unified) original(i int) int {
	low, high := 0, len(u.dropped)
	for low < high { // the first dropped CR at or after i
		middle := (low + high) / 2
		if u.dropped[middle] < i {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return i + low
}
