package reference

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// body is text of which a part may be taken.
type body interface {
	// size is how many bytes it takes whole; when it is more than mostBytes, at
	// least that.
	size() int
	// fit returns at most a number of bytes, valid UTF-8, and what it left out.
	fit(room int) (text, cut string)
}

// head is text that is cut at its end.
type head struct {
	text  string // the beginning, at least mostBytes of it if it goes on
	lines int    // of the whole; 0 when it is not known
	bytes int64  // of the whole, as it is stored
	whole bool   // text is all there is
	also  string // what was left out of it already, a sentence
	hash  string // of the bytes of a whole file, else empty
}

// headOf is a text that is there whole.
func headOf(text, also string) head {
	return head{text: text, lines: countLines(text), bytes: int64(len(text)), whole: true, also: also}
}

func (h head) size() int { return len(h.text) }

func (h head) fit(room int) (text, cut string) {
	if h.whole && len(h.text) <= room {
		return h.text, h.also
	}
	text = beginning(h.text, room)
	if strings.HasSuffix(text, "\n") {
		return text, sentences(ofLines("first", text, h.lines, h.bytes), h.also)
	}
	return text, sentences(fmt.Sprintf("Only the first %s of %s were taken.", sized(int64(len(text))), sized(h.bytes)), h.also)
}

// tail is text that is cut at its beginning.
type tail struct{ text string }

func (t tail) size() int { return len(t.text) }

func (t tail) fit(room int) (text, cut string) {
	if len(t.text) <= room {
		return t.text, ""
	}
	text = t.text[len(t.text)-room:]
	if line := strings.IndexByte(text, '\n') + 1; line > 0 && line < len(text) {
		text = text[line:]
		return text, ofLines("last", text, countLines(t.text), int64(len(t.text)))
	}
	for len(text) > 0 && !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	return text, fmt.Sprintf("Only the last %s of %s were taken.", sized(int64(len(text))), sized(int64(len(t.text))))
}

// beginning is as many whole lines of a text as fit; of one that is longer, as many
// characters.
func beginning(text string, room int) string {
	if len(text) <= room {
		return text
	}
	end := max(room, 0)
	if line := strings.LastIndexByte(text[:end], '\n') + 1; line > 0 {
		return text[:line]
	}
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func ofLines(which, text string, lines int, bytes int64) string {
	count, noun := countLines(text), "lines"
	if count == 1 {
		noun = "line"
	}
	if lines == 0 {
		return fmt.Sprintf("Only the %s %s %s (%s of %s) were taken.", which, number(count), noun, sized(int64(len(text))), sized(bytes))
	}
	return fmt.Sprintf("Only the %s %s of %s lines (%s of %s) were taken.", which, number(count), number(lines), sized(int64(len(text))), sized(bytes))
}

func countLines(text string) int {
	lines := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		lines++
	}
	return lines
}

// sentences joins those that say something.
func sentences(all ...string) string {
	kept := all[:0:0]
	for _, each := range all {
		if each != "" {
			kept = append(kept, each)
		}
	}
	return strings.Join(kept, " ")
}

// sized says a number of bytes as the page says the size of the whole beside it: in
// powers of 1,024.
func sized(bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	switch {
	case bytes == 1:
		return "1 byte"
	case bytes < kilo:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < mega-kilo/2:
		return fmt.Sprintf("%d kB", (bytes+kilo/2)/kilo)
	case (10*bytes+mega/2)/mega < 100:
		tenths := (10*bytes + mega/2) / mega
		return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0") + " MB"
	}
	return fmt.Sprintf("%s MB", number(int((bytes+mega/2)/mega)))
}

// number writes a count with commas: 12,345.
func number(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// counted is a number with its noun, in the singular for one.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}
