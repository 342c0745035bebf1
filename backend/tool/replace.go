package tool

import (
	"fmt"
	"strings"
)

// replacement is a change of a text as a model writes it: what stands there and
// what should, with LF line endings.
type replacement struct {
	old, new string
	all      bool
}

// replaced is what a replacement makes of a file.
type replaced struct {
	after []byte
	count int
	lines [2]int // first and last line of the first change, in the new text
	loose bool   // it was found only without regard to white space
}

// replace finds the one place that r means and changes it. Its error is a
// [*Refusal].
func (c content) replace(name string, r replacement) (replaced, error) {
	old, new := unify(strings.TrimPrefix(r.old, "\uFEFF")).text, unify(strings.TrimPrefix(r.new, "\uFEFF")).text
	u := unify(c.text)
	places := occurrences(u.text, old, r.all)
	switch {
	case len(places) == 0:
		return c.replaceLoosely(name, u, old, new)
	case len(places) > 1 && !r.all:
		return replaced{}, refuse("old_string occurs %d times in %s (lines %s). Add lines around it until it is unique, or set replace_all. Nothing was changed.",
			len(places), name, lineList(u.text, places))
	}
	spans := make([]span, len(places))
	for i, start := range places {
		spans[i] = c.fit(u, span{start, start + len(old), new})
	}
	return c.applied(u, spans, span{places[0], places[0] + len(old), new}), nil
}

// applied splices spans and says where the first one is now.
func (c content) applied(u unified, spans []span, first span) replaced {
	line := strings.Count(u.text[:first.start], "\n") + 1
	return replaced{
		after: c.splice(c.keepEnd(spans)), count: len(spans),
		lines: [2]int{line, line + strings.Count(strings.TrimSuffix(first.text, "\n"), "\n")},
	}
}

// occurrences returns where old stands in text; overlapping places count, as
// each of them could be meant, unless all are to be replaced.
func occurrences(text, old string, all bool) []int {
	var places []int
	for from := 0; ; {
		i := strings.Index(text[from:], old)
		if i < 0 {
			return places
		}
		places = append(places, from+i)
		from += i + 1
		if all {
			from += len(old) - 1
		}
	}
}

// lineList lists the lines of up to ten places.
func lineList(text string, places []int) string {
	var list []string
	for i, place := range places {
		if i == 10 {
			list = append(list, "…")
			break
		}
		list = append(list, fmt.Sprint(strings.Count(text[:place], "\n")+1))
	}
	return strings.Join(list, ", ")
}

// fit turns a span of the unified text into one of the file's own text. Lines
// that are the same at its beginning and its end are left out, so that they
// keep their bytes; each other line keeps the ending of the line it replaces.
func (c content) fit(u unified, s span) span {
	old := u.text[s.start:s.end]
	head := commonLines(old, s.text)
	wholeLine := head > 0 || s.start == 0 || u.text[s.start-1] == '\n'
	tail := commonEnd(old[head:], s.text[head:], wholeLine)
	start, end := u.original(s.start+head), u.original(s.end-tail)
	text := s.text[head : len(s.text)-tail]
	if len(u.dropped) == 0 || !strings.Contains(text, "\n") {
		return span{start, end, text}
	}
	endings := lineEndings(c.text[start:end])
	fallback := c.endingNear(start, endings)
	var b strings.Builder
	for i, line := range strings.SplitAfter(text, "\n") {
		body, ended := strings.CutSuffix(line, "\n")
		b.WriteString(body)
		switch {
		case ended && i < len(endings):
			b.WriteString(endings[i])
		case ended:
			b.WriteString(fallback)
		}
	}
	return span{start, end, b.String()}
}

// commonLines returns how many bytes of whole lines two texts share at their
// beginning.
func commonLines(a, b string) int {
	shared := 0
	for {
		i := strings.IndexByte(a[shared:], '\n')
		if i < 0 || !strings.HasPrefix(b[shared:], a[shared:shared+i+1]) {
			return shared
		}
		shared += i + 1
	}
}

// commonEnd returns how many bytes of whole lines two texts share at their end.
// wholeLine says that both begin at the beginning of a line.
func commonEnd(a, b string, wholeLine bool) int {
	startsLine := func(text string, i int) bool {
		if i == len(text) {
			return wholeLine
		}
		return text[len(text)-i-1] == '\n'
	}
	most := 0
	for i := 1; i <= min(len(a), len(b)) && a[len(a)-i] == b[len(b)-i]; i++ {
		if startsLine(a, i) && startsLine(b, i) {
			most = i
		}
	}
	return most
}

// lineEndings lists the endings of the lines that end in text.
func lineEndings(text string) []string {
	var endings []string
	for line := range strings.Lines(text) {
		switch {
		case strings.HasSuffix(line, "\r\n"):
			endings = append(endings, "\r\n")
		case strings.HasSuffix(line, "\n"):
			endings = append(endings, "\n")
		}
	}
	return endings
}

// endingNear is the ending of a new line at offset start: that of the last line
// replaced, else of the line before, else of the file's first line.
func (c content) endingNear(start int, replaced []string) string {
	if len(replaced) > 0 {
		return replaced[len(replaced)-1]
	}
	if i := strings.LastIndexByte(c.text[:start], '\n'); i >= 0 {
		return lineEndings(c.text[max(0, i-1) : i+1])[0]
	}
	if endings := lineEndings(c.text); len(endings) > 0 {
		return endings[0]
	}
	return "\n"
}

// keepEnd gives a file that ended with a newline its newline back when the
// replacement at its very end lost it.
func (c content) keepEnd(spans []span) []span {
	last := &spans[len(spans)-1]
	if last.end != len(c.text) || !strings.HasSuffix(c.text, "\n") || strings.HasSuffix(last.text, "\n") {
		return spans
	}
	before := c.text[:last.start]
	if last.text == "" && (before == "" || strings.HasSuffix(before, "\n")) {
		return spans
	}
	endings := lineEndings(c.text)
	last.text += endings[len(endings)-1]
	return spans
}
