package codemap

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/backend/codemap/outline"
)

const (
	// mostText is how many bytes the map has at most: it is there to choose files by,
	// not to be read instead of them.
	mostText = 28_000
	// mostShown is how many files stand in it.
	mostShown = 60
	// forLines is the share of the budget for such lines, in percent.
	forLines = 30
)

// Codebase returns what of the workspace matters for a prompt, in at most so many
// bytes (0, and where that is more: what is sensible): files in order of rank with the
// signatures of what they define, then lines that hold words of the prompt. Cut says
// in sentences what was left out and is empty when nothing was. It waits until the
// disk was looked at, and ends with ctx.
func (m *Map) Codebase(ctx context.Context, prompt string, most int) (text, cut string, err error) {
	x, err := m.fresh(ctx)
	if err != nil {
		return "", "", fmt.Errorf("looking through the workspace: %w", err)
	}
	q := ask(prompt)
	found := x.search(q)
	ranked := x.rank(q, found)
	best, err := m.lines(ctx, ranked, found)
	if err != nil {
		return "", "", fmt.Errorf("looking through the workspace: %w", err)
	}
	if most <= 0 {
		most = mostText
	}
	p := page{room: min(most, mostText), index: x, wanted: found.stems}
	p.write(ranked, best)
	return p.text.String(), p.cut(len(ranked)), ctx.Err()
}

// page is the text as it is being written.
type page struct {
	index  *index
	wanted *stems
	text   strings.Builder
	room   int // bytes

	shown   int // files
	hidden  int // symbols of the shown files
	dropped int // lines
}

func (p *page) fits(more string) bool {
	if p.text.Len()+len(more) > p.room {
		return false
	}
	p.text.WriteString(more)
	return true
}

func (p *page) write(files []ranked, found []line) {
	if len(files) == 0 {
		p.fits("No file of the workspace has to do with the words of the prompt.\n")
		return
	}
	whole := p.room
	p.fits("Files of the workspace that matter most for the prompt, the best first, with what they define and on which line. This is only a map: read a file before you rely on it.\n")
	if len(found) > 0 {
		p.room = whole * (100 - forLines) / 100
	}
	for i, r := range files[:min(len(files), mostShown)] {
		if !p.file(r.file, i) {
			break
		}
	}
	p.room = whole
	for i, l := range found {
		entry := fmt.Sprintf("%s:%d: %s\n", shown(l.path), l.number, l.text)
		if i == 0 {
			entry = "\nLines with words of the prompt:\n" + entry
		}
		if !p.fits(entry) {
			p.dropped = len(found) - i
			break
		}
	}
}

// file writes a file with its symbols: the first files have more than those behind
// them. It tells whether there was room for it.
func (p *page) file(f *file, place int) bool {
	most := max(4, 24-place)
	chosen := p.choose(f.symbols, most)
	if !p.fits("\n" + shown(f.path) + "\n") {
		return false
	}
	p.shown++
	p.hidden += len(f.symbols) - len(chosen)
	for i, s := range chosen {
		if !p.fits(fmt.Sprintf("  %d: %s\n", s.From, s.Signature)) {
			p.hidden += len(chosen) - i
			return false
		}
	}
	return true
}

// choose returns the symbols to show, in the order of the file: those with words of
// the prompt first, then what does something, then what only is there.
func (p *page) choose(symbols []outline.Symbol, most int) []outline.Symbol {
	if len(symbols) <= most {
		return symbols
	}
	places := make([]int, len(symbols))
	worth := make([]int, len(symbols))
	for i, s := range symbols {
		places[i] = i
		worth[i] = 4 * bits.OnesCount32(p.wanted.in(s.Name))
		if does(s) {
			worth[i]++
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return worth[b] - worth[a] })
	places = places[:most]
	slices.Sort(places)
	chosen := make([]outline.Symbol, most)
	for i, place := range places {
		chosen[i] = symbols[place]
	}
	return chosen
}

// cut says what is not in the text.
func (p *page) cut(files int) string {
	var all []string
	say := func(count int, one, many string) {
		switch {
		case count == 1:
			all = append(all, one)
		case count > 1:
			all = append(all, fmt.Sprintf(many, count))
		}
	}
	say(files-p.shown, "1 file that matters less is left out.", "%d files that matter less are left out.")
	say(p.hidden, "1 symbol of the files shown is left out.", "%d symbols of the files shown are left out.")
	say(p.dropped, "1 line is left out.", "%d lines are left out.")
	say(p.index.left, "1 file was not looked at: there are too many.", "%d files were not looked at: there are too many.")
	if p.index.late {
		all = append(all, "Not every file could be read in time.")
	}
	if p.index.unparsed != "" {
		all = append(all, "Files are without symbols: "+oneLine(p.index.unparsed, longestLine)+".")
	}
	failed := 0
	for _, f := range p.index.files {
		if f.failed {
			failed++
		}
	}
	say(failed, "The symbols of 1 file could not be read.", "The symbols of %d files could not be read.")
	return strings.Join(all, " ")
}

// shown is a path as it can stand in a text: quoted where it would not stay on its
// line, or is not what it looks like.
func shown(path string) string {
	if quoted := strconv.Quote(path); quoted != `"`+path+`"` {
		return quoted
	}
	return path
}

// oneLine is text on one line and no longer than so many bytes, without what cannot
// be seen.
func oneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
