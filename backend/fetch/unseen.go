package fetch

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// seen is a text without the characters that a reader would not see, and how many
// of them could hold a message or turn the text around. What scripts and emoji need
// stays: joiners and one variation selector after what can be joined or varied.
func seen(text string) (string, int) {
	if plainASCII(text) {
		return text, 0
	}
	var b strings.Builder
	b.Grow(len(text))
	counted := 0
	before := ' ' // the rune that was kept last
	for _, r := range text {
		keep, counts := visible(r, before)
		if counts {
			counted++
		}
		if keep {
			b.WriteRune(r)
			before = r
		}
	}
	return b.String(), counted
}

func plainASCII(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

// visible reports whether a rune stays, and whether one that does not is counted.
// Marks of direction, soft hyphens and hints where a line may end are part of honest
// typesetting: they go without a word, but for those that turn text around.
func visible(r, before rune) (keep, counts bool) {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return true, false
	case r == '\u00AD', r == '\u200B', r == '\u200E', r == '\u200F', r == '\u061C', r == '\uFEFF', r == '\u2060':
		return false, r == '\u200B' || r == '\uFEFF' || r == '\u2060'
	case r == '\u200C', r == '\u200D':
		return joins(before), !joins(before)
	case r >= 0xFE00 && r <= 0xFE0F:
		return varies(before), !varies(before)
	case r >= 0xE0100 && r <= 0xE01EF:
		return unicode.Is(unicode.Han, before), !unicode.Is(unicode.Han, before)
	case r >= 0xE0000 && r <= 0xE0FFF, r >= 0x180B && r <= 0x180F, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0:
		return false, true
	}
	gone := unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co)
	return !gone || r >= 0x0600 && r <= 0x06DD || r == 0x070F || r == 0x08E2, gone && r != 0
}

// joins reports whether what follows can be joined to a rune: a letter of a script
// other than Latin, or an emoji.
func joins(r rune) bool {
	return r >= 0x0600 && (unicode.In(r, unicode.L, unicode.M) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r)) || r == 0xFE0F
}

// varies reports whether a rune can have a variant.
func varies(r rune) bool {
	return r == '#' || r == '*' || r >= '0' && r <= '9' || r == '\u00A9' || r == '\u00AE' || r >= 0x2000 && (r < 0xFE00 || r > 0xFE0F)
}

// cleaned takes what cannot be seen out of a page.
func (p Page) cleaned() Page {
	text, counted := seen(p.Text)
	title, more := seen(p.Title)
	p.Text, p.Title = text, title
	switch counted += more; counted {
	case 0:
	case 1:
		p.noted("One character that cannot be seen was left out.")
	default:
		p.noted(fmt.Sprintf("%d characters that cannot be seen were left out.", counted))
	}
	return p
}

// noted adds a sentence for the reader.
func (p *Page) noted(sentence string) { p.Note = strings.TrimSpace(p.Note + " " + sentence) }
