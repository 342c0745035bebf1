package cli

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// plain is text as it may be printed for a person. The model, a command's
// output or a file's name could otherwise drive the terminal: clear it, rename
// it, fill the clipboard, or write over what was printed before. Control
// characters, and those that change the direction of text, are shown as
// escapes; a carriage return only ends the line.
func plain(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\r':
			b.WriteByte('\n')
		case r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is plain for what stands on one line, such as a path: one that could be
// taken for something else is quoted.
func oneLine(text string) string {
	if text == plain(text) && !strings.ContainsAny(text, "\n\t") {
		return text
	}
	return strconv.Quote(text)
}
