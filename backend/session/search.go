package session

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of a search.
const (
	maxFound    = 200
	maxWords    = 16
	excerptSize = 160 // bytes
)

// Search returns the sessions in which every word of text occurs, in whatever
// case: those with all of them in the title first, then the last used first, at
// most 200. It looks at titles, prompts and the names of what they point at,
// replies, and what tool calls are called and run, but not at reasoning, results and
// output. Whether sessions run is for their writer to say.
func (s *Store) Search(ctx context.Context, text string) ([]Found, error) {
	words := strings.Fields(strings.ToLower(text))
	words = words[:min(len(words), maxWords)]
	if len(words) == 0 {
		return []Found{}, nil
	}
	summaries, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	n := newNeedles(words)
	titled, found := []Found{}, []Found{}
	for _, summary := range summaries {
		if n.in(summary.Title) == n.all {
			titled = append(titled, Found{Summary: summary, Excerpt: n.excerpt(summary.Title)})
		}
	}
	for _, summary := range summaries {
		if len(titled)+len(found) >= maxFound {
			break
		}
		title := n.in(summary.Title)
		if title == n.all {
			continue
		}
		hit, err := s.scan(ctx, summary.ID, n, title)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
		case err != nil:
			s.o.Log.Warn("session left out of a search", "session", summary.ID, "error", err)
		case hit.words != 0:
			found = append(found, Found{Summary: summary, TurnID: hit.turn, Excerpt: n.excerpt(hit.text)})
		}
	}
	titled = append(titled, found...)
	return titled[:min(len(titled), maxFound)], nil
}

// hit is a text with some of the words.
type hit struct {
	turn  string
	text  string
	words uint32
	line  int
}

// scan returns the newest of the texts with most of the words, or nothing
// unless all words occur in the session.
func (s *Store) scan(ctx context.Context, id string, n needles, title uint32) (hit, error) {
	file, err := os.Open(filepath.Join(s.dir, id+extension))
	if err != nil {
		return hit{}, err
	}
	defer file.Close()
	scan := scan{needles: n, hits: map[string]hit{}, names: map[string]string{}}
	lines := bufio.NewReaderSize(file, 128<<10)
	var long []byte
	for number := 1; ; number++ {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long[:0], line...)
			for errors.Is(err, bufio.ErrBufferFull) {
				line, err = lines.ReadSlice('\n')
				long = append(long, line...)
			}
			line = long
		}
		if errors.Is(err, io.EOF) {
			return scan.best(title), nil // what follows the last line break is not whole
		}
		if err != nil {
			return hit{}, fmt.Errorf("searching session %q: %w", id, err)
		}
		if number%64 == 0 && ctx.Err() != nil {
			return hit{}, ctx.Err()
		}
		scan.line(line, number)
	}
}

// scan is the search through one journal.
type scan struct {
	needles needles
	hits    map[string]hit    // by the id of their turn or item
	names   map[string]string // of what a prompt points at, by the id of its turn
}

// What a line of a journal begins with, by its kind.
var (
	linePrefix  = []byte(`{"kind":"`)
	itemIDStart = []byte(`"item":{"id":"`)
)

// line takes one line in. Only what can hold a word is decoded.
func (s *scan) line(line []byte, number int) {
	rest, ok := bytes.CutPrefix(line, linePrefix)
	if !ok {
		return
	}
	kind, _, _ := bytes.Cut(rest, []byte{'"'})
	switch ChangeKind(kind) {
	case ChangeTurn, ChangeItem, ChangeText:
		if s.needles.raw(line) {
			s.decode(line, number)
		} else if len(s.hits) > 0 && ChangeKind(kind) == ChangeItem {
			if _, after, ok := bytes.Cut(line, itemIDStart); ok {
				id, _, _ := bytes.Cut(after, []byte{'"'})
				delete(s.hits, string(id))
			}
		}
	case ChangeRemoved:
		var r struct{ ItemID string }
		if len(s.hits) > 0 && json.Unmarshal(line, &r) == nil {
			delete(s.hits, r.ItemID)
		}
	case ChangeSession, ChangeOutput, ChangeArgs:
	}
}

// searched is what of a change is searched.
type searched struct {
	Turn *struct {
		ID         string  `json:"id"`
		Prompt     string  `json:"prompt"`
		References []named `json:"references"`
	} `json:"turn"`
	Item *struct {
		ID         string   `json:"id"`
		Kind       ItemKind `json:"kind"`
		Text       string   `json:"text"`
		References []named  `json:"references"`
		Tool       *struct {
			Title   string `json:"title"`
			Command string `json:"command"`
		} `json:"tool"`
	} `json:"item"`
	TurnID string `json:"turnId"`
	ItemID string `json:"itemId"`
	Append string `json:"append"`
}

// named is what of a reference is searched.
type named struct {
	Name string `json:"name"`
}

func namesOf(references []named) string {
	names := ""
	for _, reference := range references {
		names += "\n" + reference.Name
	}
	return names
}

func (s *scan) decode(line []byte, number int) {
	var c searched
	if json.Unmarshal(line, &c) != nil {
		return
	}
	switch {
	case c.Turn != nil:
		if c.Turn.References != nil {
			s.names[c.Turn.ID] = namesOf(c.Turn.References) // later lines of the turn are without
		}
		s.take(c.Turn.ID, hit{turn: c.Turn.ID, text: c.Turn.Prompt + s.names[c.Turn.ID], line: number})
	case c.Item != nil && c.Item.Tool != nil:
		s.take(c.Item.ID, hit{turn: c.TurnID, text: c.Item.Tool.Title + "\n" + c.Item.Tool.Command, line: number})
	case c.Item != nil && c.Item.Kind != ItemReasoning:
		s.take(c.Item.ID, hit{turn: c.TurnID, text: c.Item.Text + namesOf(c.Item.References), line: number})
	case c.Item == nil && c.Append != "":
		// The whole text follows, unless Keel ended first.
		if piece := (hit{turn: c.TurnID, text: c.Append, line: number}); s.needles.in(c.Append) != 0 {
			s.take(c.ItemID, piece)
		}
	}
}

// take puts a text in place of what its turn or item held before.
func (s *scan) take(id string, h hit) {
	if h.words = s.needles.in(h.text); h.words == 0 {
		delete(s.hits, id)
		return
	}
	if was, ok := s.hits[id]; ok && was.text == h.text {
		h.line = was.line
	}
	s.hits[id] = h
}

func (s *scan) best(title uint32) hit {
	var best hit
	words := title
	for _, h := range s.hits {
		words |= h.words
		more := bits.OnesCount32(h.words) - bits.OnesCount32(best.words)
		if more > 0 || more == 0 && h.line > best.line {
			best = h
		}
	}
	if words != s.needles.all {
		return hit{}
	}
	return best
}

// needles are the words of a search, in lower case.
type needles struct {
	words []string
	json  []folded // the same, as they stand in a line of a journal
	all   uint32   // a bit for each
}

func newNeedles(words []string) needles {
	n := needles{words: slices.Clone(words), all: 1<<len(words) - 1}
	for _, word := range words {
		n.json = append(n.json, fold(word))
	}
	return n
}

// in returns which words occur in a text.
func (n needles) in(text string) uint32 {
	var words uint32
	text = strings.ToLower(text)
	for i, word := range n.words {
		if strings.Contains(text, word) {
			words |= 1 << i
		}
	}
	return words
}

// raw reports whether a line holds any of the words, somewhere.
func (n needles) raw(line []byte) bool {
	return slices.ContainsFunc(n.json, func(f folded) bool { return f.in(line) })
}

// excerpt is the line of a text with most of the words, or a part of it.
func (n needles) excerpt(text string) string {
	line, most := "", 0
	for candidate := range strings.Lines(text) {
		if count := bits.OnesCount32(n.in(candidate)); count > most {
			line, most = strings.TrimSpace(candidate), count
		}
	}
	if len(line) <= excerptSize {
		return line
	}
	first := len(line)
	lower := strings.ToLower(line)
	for _, word := range n.words {
		if at := strings.Index(lower, word); at >= 0 {
			first = min(first, at)
		}
	}
	from := max(0, min(first-excerptSize/3, len(line)-excerptSize))
	return ellipsis(line, from, from+excerptSize)
}

// ellipsis is a part of a line, cut between characters.
func ellipsis(line string, from, to int) string {
	part := strings.TrimSpace(strings.ToValidUTF8(line[from:min(to, len(line))], ""))
	if from > 0 {
		part = "…" + part
	}
	if to < len(line) {
		part += "…"
	}
	return part
}
