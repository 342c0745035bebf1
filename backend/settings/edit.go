package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tailscale/hujson"
)

// The parser's own formatter would lay the whole file out anew, so changes are
// spliced into the text at the offsets it gives.

var errSplice = errors.New("the change came out wrong and was not written")

// setKey returns the text with a top-level key set, or taken out for null.
func setKey(d document, key string, raw json.RawMessage) ([]byte, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, fmt.Errorf("setting %q: %w", key, err)
	}
	if d.exists && says(d, key, compact.Bytes()) {
		return d.text, nil
	}
	text, err := splice(d, key, compact.Bytes())
	if err != nil {
		return nil, err
	}
	after, broken := parse(text)
	if broken != nil || !says(after, key, compact.Bytes()) {
		return nil, fmt.Errorf("setting %q: %w", key, errSplice)
	}
	return text, nil
}

func says(d document, key string, want []byte) bool {
	_, found, ok := d.member(key)
	if string(want) == "null" {
		return !ok
	}
	return ok && bytes.Equal(minimal(found), want)
}

// minimal returns a value without blanks and comments.
func minimal(v hujson.Value) []byte {
	v = v.Clone()
	v.BeforeExtra, v.AfterExtra = nil, nil
	v.Minimize()
	return v.Pack()
}

func splice(d document, key string, raw []byte) ([]byte, error) {
	if string(raw) == "null" {
		return removeKey(d, key)
	}
	style := styleOf(d.text)
	index, old, ok := d.member(key)
	switch {
	case !d.exists:
		return style.newObject(d.text, key, raw), nil
	case !ok:
		c := objectContainer(d)
		return c.insert(d.text, style, style.member(c, d.text, key, raw)), nil
	}
	if wanted, ok := stringList(raw); ok {
		if _, ok := old.Value.(*hujson.Array); ok {
			return setList(d, key, wanted, raw)
		}
	}
	c := objectContainer(d)
	indent, _ := lineIndent(d.text, c.items[index].start)
	rendered := style.value(raw, indent, c.spread(d.text))
	return cut(d.text, span{old.StartOffset, old.EndOffset, rendered}), nil
}

// removeKey takes every member with the key out: of two, the first would
// otherwise come to count.
func removeKey(d document, key string) ([]byte, error) {
	for {
		index, _, ok := d.member(key)
		if !ok {
			return d.text, nil
		}
		var broken *fault
		if d, broken = parse(objectContainer(d).remove(d.text, index)); broken != nil {
			return nil, fmt.Errorf("removing %q: %w", key, errSplice)
		}
	}
}

// setList changes a list item by item, so that comments between the items that
// stay are kept.
func setList(d document, key string, wanted []string, raw []byte) ([]byte, error) {
	matched, i := 0, 0
	for {
		_, old, _ := d.member(key)
		array, _ := old.Value.(*hujson.Array)
		if array == nil || i == len(array.Elements) {
			break
		}
		literal, ok := array.Elements[i].Value.(hujson.Literal)
		if ok && literal.Kind() == '"' && matched < len(wanted) && literal.String() == wanted[matched] {
			matched++
			i++
			continue
		}
		var broken *fault
		if d, broken = parse(arrayContainer(old).remove(d.text, i)); broken != nil {
			return nil, fmt.Errorf("changing %q: %w", key, errSplice)
		}
	}
	style := styleOf(d.text)
	for _, item := range wanted[matched:] {
		index, old, _ := d.member(key)
		c := arrayContainer(old)
		if len(c.items) == 0 {
			outer := objectContainer(d)
			indent, _ := lineIndent(d.text, outer.items[index].start)
			if blank(d.text[c.open+1 : c.close]) {
				return cut(d.text, span{old.StartOffset, old.EndOffset, style.value(raw, indent, outer.spread(d.text))}), nil
			}
		}
		rendered, err := quote(item)
		if err != nil {
			return nil, err
		}
		var broken *fault
		if d, broken = parse(c.insert(d.text, style, rendered)); broken != nil {
			return nil, fmt.Errorf("changing %q: %w", key, errSplice)
		}
	}
	return d.text, nil
}

// stringList decodes a list of strings.
func stringList(raw []byte) ([]string, bool) {
	var list []string
	err := json.Unmarshal(raw, &list)
	return list, err == nil && raw[0] == '['
}

func quote(s string) ([]byte, error) {
	list, err := encode([]string{s})
	if err != nil {
		return nil, err
	}
	return list[1 : len(list)-1], nil
}
