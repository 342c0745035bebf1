// Package jsonc walks over JSON with comments before it is parsed.
//
// # Promises
//
// A text is read once from its beginning to its end, whatever stands in it; nothing
// is kept of it. Strings and comments are passed over whole, so that a bracket in one
// of them counts for nothing. It judges no text: whether it is JSON the parser says.
package jsonc

import "bytes"

// TooDeep returns the offset at which brackets nest deeper than limit, or -1: a
// parser recurses, and a hostile text would end the program.
func TooDeep(text []byte, limit int) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			i = SkipString(text, i)
		case c == '/' && bytes.HasPrefix(text[i:], []byte("//")):
			i = SkipTo(text, i, "\n")
		case c == '/' && bytes.HasPrefix(text[i:], []byte("/*")):
			i = SkipTo(text, i+2, "*/")
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

// SkipString returns the offset of the quotation mark that closes the string which
// begins at i, or the end of the text.
func SkipString(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// SkipTo returns the offset of the last byte of the next end from i on, or the end of
// the text.
func SkipTo(text []byte, i int, end string) int {
	n := bytes.Index(text[min(i, len(text)):], []byte(end))
	if n < 0 {
		return len(text)
	}
	return i + n + len(end) - 1
}
