package folder

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/search"
)

// codebase finds what of the workspace matters for a prompt: files whose names have
// its words, and lines that do. Nothing leaves the machine.
type codebase struct {
	root   string
	engine func() (*search.Engine, error)
	decide func(ctx context.Context, path string) approval.Decision
}

const (
	mostWords     = 8
	filesPerWord  = 10
	linesPerWord  = 60
	linesPerFile  = 6
	shortestWord  = 3
	longestQuoted = 300 // bytes of a line
)

var wordIn = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_.-]*[\p{L}\p{N}_]`)

// words are those of a prompt that are looked for, the longest first: they say most.
func words(prompt string) []string {
	var found []string
	for _, each := range wordIn.FindAllString(prompt, -1) {
		if utf8.RuneCountInString(each) >= shortestWord && !slices.ContainsFunc(found, func(other string) bool { return strings.EqualFold(other, each) }) {
			found = append(found, each)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	return found[:min(len(found), mostWords)]
}

// find returns names and lines, in at most so many bytes.
func (c *codebase) find(ctx context.Context, prompt string, most int) (text, cut string, err error) {
	engine, err := c.engine()
	if err != nil {
		return "", "", err
	}
	var names []string
	hits := map[string]*hit{}
	for _, word := range words(prompt) {
		files, err := engine.Files(ctx, c.root, search.FileQuery{Include: []string{"*" + word + "*"}, UseIgnoreFiles: true, Max: filesPerWord})
		if err != nil {
			return "", "", err
		}
		names = append(names, files.Paths...)
		_, err = engine.Text(ctx, c.root, search.TextQuery{Pattern: word, UseIgnoreFiles: true, MaxResults: linesPerWord}, func(found []search.FileMatch) error {
			for _, file := range found {
				add(hits, word, file)
			}
			return nil
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			return "", "", err
		}
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
	}
	return c.show(ctx, names, hits, most)
}

// hit is a file with lines that have words of the prompt.
type hit struct {
	path  string
	words map[string]bool
	lines map[int]string
}

func add(hits map[string]*hit, word string, file search.FileMatch) {
	h := hits[file.Path]
	if h == nil {
		h = &hit{file.Path, map[string]bool{}, map[int]string{}}
		hits[file.Path] = h
	}
	h.words[word] = true
	for _, line := range file.Lines {
		if len(h.lines) < linesPerFile {
			h.lines[line.Line] = line.Text
		}
	}
}

func (c *codebase) show(ctx context.Context, names []string, hits map[string]*hit, most int) (text, cut string, err error) {
	var b strings.Builder
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if c.decide(ctx, name).Effect == approval.Allow {
			fmt.Fprintf(&b, "%q\n", name)
		}
	}
	ranked := make([]*hit, 0, len(hits))
	for _, h := range hits {
		ranked = append(ranked, h)
	}
	slices.SortFunc(ranked, func(x, y *hit) int {
		if d := len(y.words) - len(x.words); d != 0 {
			return d
		}
		return strings.Compare(x.path, y.path)
	})
	left := 0
	for _, h := range ranked {
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
		section := h.show()
		switch {
		case c.decide(ctx, h.path).Effect != approval.Allow:
		case b.Len()+len(section) > most:
			left++
		default:
			b.WriteString(section)
		}
	}
	if left > 0 {
		cut = fmt.Sprintf("%d more files with words of the message are left out.", left)
	}
	return b.String(), cut, nil
}

func (h *hit) show() string {
	var numbers []int
	for line := range h.lines {
		numbers = append(numbers, line)
	}
	slices.Sort(numbers)
	var b strings.Builder
	fmt.Fprintf(&b, "\n--- %q\n", h.path)
	for _, line := range numbers {
		text := strings.TrimRight(h.lines[line], "\r\n")
		text, _, _ = strings.Cut(text, "\n")
		fmt.Fprintf(&b, "%6d\t%s\n", line, strings.ToValidUTF8(text[:min(len(text), longestQuoted)], ""))
	}
	return b.String()
}
