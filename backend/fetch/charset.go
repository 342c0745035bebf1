package fetch

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// guessed is how sure, of 100, a guess of an encoding has to be.
const guessed = 30

// decoded is text as UTF-8. A byte order mark counts first, then what the server
// and the page say, unless the bytes disprove it: text whose letters beyond ASCII
// all are whole ones of UTF-8 is UTF-8 whatever is said, and text that is far from
// it is not. Then the encoding is guessed.
func decoded(raw []byte, contentType string) string {
	known, name, certain := charset.DetermineEncoding(raw[:min(len(raw), 1024)], contentType)
	single := !strings.HasPrefix(name, "utf-16") && name != "iso-2022-jp" && name != "replacement"
	switch {
	case single && utf8.Valid(raw) && !marked(raw):
		known = nil
	case name == "utf-8" && farFromUTF8(raw):
		known = guess(raw)
	case !certain && name == "windows-1252": // which is said of all that says nothing
		if better := guess(raw); better != nil {
			known = better
		}
	}
	text := raw
	if known != nil {
		if converted, err := known.NewDecoder().Bytes(raw); err == nil {
			text = converted
		}
	}
	return strings.TrimPrefix(strings.ToValidUTF8(string(text), "\uFFFD"), "\uFEFF")
}

// marked reports whether text begins with the mark of UTF-16.
func marked(raw []byte) bool {
	return bytes.HasPrefix(raw, []byte{0xFF, 0xFE}) || bytes.HasPrefix(raw, []byte{0xFE, 0xFF})
}

// farFromUTF8 reports whether so much of a text is no UTF-8 that it is something
// else, and not UTF-8 with a mistake.
func farFromUTF8(raw []byte) bool {
	whole, broken := 0, 0
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size > 1:
			whole++
		}
		raw = raw[size:]
	}
	return broken > 0 && broken*4 > whole
}

// guess is the encoding that the bytes look like: of Windows where nothing better
// is found.
func guess(raw []byte) encoding.Encoding {
	windows, _ := charset.Lookup("windows-1252")
	found, err := chardet.NewTextDetector().DetectBest(raw[:min(len(raw), 64<<10)])
	if err != nil || found.Confidence < guessed {
		return windows
	}
	if known, name := charset.Lookup(found.Charset); known != nil && name != "utf-8" {
		return known
	}
	return windows
}
