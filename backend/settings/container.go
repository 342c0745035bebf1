package settings

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/tailscale/hujson"
)

// container is an object or array in a text, by the offsets of its parts.
type container struct {
	open, close int // of the brackets
	items       []item
}

// item is a member or element; comma is the offset of the comma after it, -1
// when there is none.
type item struct{ start, end, comma int }

func objectContainer(d document) container {
	c := container{open: d.root.StartOffset, close: d.root.EndOffset - 1}
	for i, m := range d.object().Members {
		c.add(m.Name.StartOffset, m.Value, i == len(d.object().Members)-1)
	}
	return c
}

func arrayContainer(v hujson.Value) container {
	c := container{open: v.StartOffset, close: v.EndOffset - 1}
	array, _ := v.Value.(*hujson.Array)
	for i, e := range array.Elements {
		c.add(e.StartOffset, e, i == len(array.Elements)-1)
	}
	return c
}

// add notes an item. What follows the last one belongs to it only when a comma
// closes it.
func (c *container) add(start int, v hujson.Value, last bool) {
	comma := v.EndOffset + len(v.AfterExtra)
	if last && v.AfterExtra == nil {
		comma = -1
	}
	c.items = append(c.items, item{start, v.EndOffset, comma})
}

// spread reports whether the container is laid out over several lines.
func (c container) spread(text []byte) bool {
	return len(c.items) == 0 || bytes.IndexByte(text[c.open:c.close], '\n') >= 0
}

// insert puts an item at the end, laid out like the others.
func (c container) insert(text []byte, style style, rendered []byte) []byte {
	end := c.close
	for end > c.open+1 && isBlank(text[end-1]) {
		end--
	}
	var spans []span
	if n := len(c.items); n > 0 {
		if last := c.items[n-1]; last.comma < 0 {
			spans = append(spans, span{last.end, last.end, []byte(",")})
		} else {
			rendered = append(slices.Clone(rendered), ',')
		}
	}
	if !c.spread(text) {
		spans = append(spans, span{end, end, append([]byte(" "), rendered...)})
		return cut(text, spans...)
	}
	inserted := slices.Concat([]byte(style.newline), []byte(c.indent(text, style)), rendered)
	if bytes.IndexByte(text[end:c.close], '\n') < 0 {
		outer, _ := lineIndent(text, c.open)
		inserted = slices.Concat(inserted, []byte(style.newline), []byte(outer))
		spans = append(spans, span{end, c.close, inserted})
	} else {
		spans = append(spans, span{end, end, inserted})
	}
	return cut(text, spans...)
}

// indent is what the items' lines begin with.
func (c container) indent(text []byte, style style) string {
	for _, item := range c.items {
		if indent, first := lineIndent(text, item.start); first {
			return indent
		}
	}
	outer, _ := lineIndent(text, c.open)
	return outer + style.indent
}

// remove takes out an item and one comma. Comments stay; a line that held
// nothing else goes.
func (c container) remove(text []byte, index int) []byte {
	it := c.items[index]
	spans := []span{{it.start, it.end, nil}}
	last := it.end
	switch {
	case it.comma >= 0:
		spans = append(spans, span{it.comma, it.comma + 1, nil})
		last = it.comma + 1
	case index > 0:
		comma := c.items[index-1].comma
		spans = append(spans, span{comma, comma + 1, nil})
	}
	from := bytes.LastIndexByte(text[:it.start], '\n') + 1
	to := last
	for to < len(text) && isBlank(text[to]) && text[to] != '\n' {
		to++
	}
	between := text[it.end:last]
	alone := blank(text[from:it.start]) && blank(bytes.Trim(between, ","))
	switch {
	case alone && to < len(text) && text[to] == '\n':
		spans[0] = span{from, to + 1, nil}
		spans = slices.DeleteFunc(spans, func(s span) bool { return s.from == it.comma && it.comma >= 0 })
	case it.comma == it.end:
		spans = []span{{it.start, to, nil}}
	case it.comma < 0:
		for start := &spans[0].from; *start > 0 && (text[*start-1] == ' ' || text[*start-1] == '\t'); {
			*start--
		}
	}
	return cut(text, spans...)
}

// span is a part of a text and what takes its place.
type span struct {
	from, to int
	with     []byte
}

// cut replaces spans that do not overlap.
func cut(text []byte, spans ...span) []byte {
	slices.SortStableFunc(spans, func(a, b span) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, s := range spans {
		out = append(append(out, text[at:s.from]...), s.with...)
		at = s.to
	}
	return append(out, text[at:]...)
}

// style is how a file is laid out.
type style struct{ newline, indent string }

// styleOf takes the file's own line ending and indentation, or VS Code's.
func styleOf(text []byte) style {
	s := style{newline: "\n", indent: "    "}
	if bytes.Contains(text, []byte("\r\n")) {
		s.newline = "\r\n"
	}
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimLeft(line, " \t")
		if n := len(line) - len(trimmed); n > 0 && len(trimmed) > 0 && trimmed[0] == '"' {
			s.indent = string(line[:n])
			break
		}
	}
	return s
}

// newObject adds an object to a text of blanks and comments alone.
func (s style) newObject(text []byte, key string, raw []byte) []byte {
	before := bytes.TrimRight(text, " \t\r\n")
	if len(before) > 0 {
		before = append(bytes.Clone(before), s.newline...)
	}
	empty := container{items: nil}
	return slices.Concat(before, []byte("{"+s.newline+s.indent),
		s.member(empty, nil, key, raw), []byte(s.newline+"}"+s.newline))
}

func (s style) member(c container, text []byte, key string, raw []byte) []byte {
	name, err := quote(key)
	if err != nil {
		return nil // a string always encodes
	}
	indent := s.indent
	spread := true
	if text != nil {
		indent, spread = c.indent(text, s), c.spread(text)
	}
	return slices.Concat(name, []byte(": "), s.value(raw, indent, spread))
}

// value lays a value out over several lines, or on one.
func (s style) value(raw []byte, indent string, spread bool) []byte {
	if !spread || string(raw) == "[]" || string(raw) == "{}" {
		return raw
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, indent, s.indent); err != nil {
		return raw
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("\n"), []byte(s.newline))
}

// lineIndent returns the blanks at the start of the line of an offset, and
// whether nothing else is before it.
func lineIndent(text []byte, offset int) (indent string, first bool) {
	from := bytes.LastIndexByte(text[:offset], '\n') + 1
	line := text[from:offset]
	rest := bytes.TrimLeft(line, " \t")
	return string(line[:len(line)-len(rest)]), len(rest) == 0
}

func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }
