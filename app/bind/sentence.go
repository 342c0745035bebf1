package bind

import (
	"unicode"
	"unicode/utf8"
)

// sentence makes an error's text one that a person can read.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return "Something went wrong."
	}
	out := string(unicode.ToUpper(first)) + text[size:]
	switch out[len(out)-1] {
	case '.', '!', '?':
		return out
	}
	return out + "."
}
