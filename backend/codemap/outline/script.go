package outline

import (
	"bytes"
	"regexp"
)

var (
	scriptBegins = regexp.MustCompile(`(?i)<script\b[^>]*>`)
	scriptEnds   = []byte("</script")
)

// scripts blanks everything but what stands in script elements; line ends stay.
func scripts(text []byte) []byte {
	kept := bytes.Clone(text)
	for i, b := range kept {
		if b != '\n' {
			kept[i] = ' '
		}
	}
	for at := 0; ; {
		begin := scriptBegins.FindIndex(text[at:])
		if begin == nil {
			return kept
		}
		from := at + begin[1]
		length := bytes.Index(text[from:], scriptEnds)
		if length < 0 {
			length = len(text) - from
		}
		copy(kept[from:from+length], text[from:])
		at = from + length
	}
}
