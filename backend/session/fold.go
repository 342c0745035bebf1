package session

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// folded is a word as it stands in JSON, looked for in whatever case.
type folded struct {
	word  []byte // in lower case
	ascii bool
	rare  int // index of the byte that is rarest in text
}

// common lists letters from the most frequent in English prose and code on.
const common = `e"taoinsrlhdcu:,mfpg_.ywb`

func fold(word string) folded {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(word) != nil {
		return folded{word: []byte(word)} // cannot be: it is a string
	}
	f := folded{word: bytes.Trim(bytes.TrimSpace(quoted.Bytes()), `"`), ascii: true}
	if inner := quoted.String(); len(inner) > 3 {
		f.word = []byte(inner[1 : len(inner)-2]) // without the quotes and the line break
	}
	best := -1
	for i, b := range f.word {
		f.ascii = f.ascii && b < utf8.RuneSelf
		rank := strings.IndexByte(common, b)
		if rank < 0 {
			rank = len(common)
		}
		if rank > best {
			best, f.rare = rank, i
		}
	}
	return f
}

// in reports whether the word occurs in text.
func (f folded) in(text []byte) bool {
	if !f.ascii {
		return bytes.Contains(bytes.ToLower(text), f.word)
	}
	lower := f.word[f.rare]
	if f.at(text, lower) {
		return true
	}
	return lower >= 'a' && lower <= 'z' && f.at(text, lower-'a'+'A')
}

// at reports whether the word occurs with its rarest byte being b.
func (f folded) at(text []byte, b byte) bool {
	for from := 0; ; {
		next := bytes.IndexByte(text[from:], b)
		if next < 0 {
			return false
		}
		from += next + 1
		start := from - 1 - f.rare
		if end := start + len(f.word); start >= 0 && end <= len(text) && equalFold(text[start:end], f.word) {
			return true
		}
	}
}

// equalFold compares ASCII; b is in lower case.
func equalFold(a, b []byte) bool {
	for i, c := range a {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != b[i] {
			return false
		}
	}
	return true
}
