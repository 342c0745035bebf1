package search

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// DefaultMaxResults bounds a text search that names no bound.
const DefaultMaxResults = 20_000

// TextQuery is what to look for. Patterns are as the package comment says.
type TextQuery struct {
	Pattern        string
	Regex          bool // Rust's regular expressions; PCRE2's where those do not do
	CaseSensitive  bool
	WholeWord      bool
	Multiline      bool // a match may span lines; implied by a line break in a plain pattern
	Include        []string
	Exclude        []string
	UseIgnoreFiles bool   // .gitignore, .ignore and .rgignore files inside the root count
	Hidden         bool   // also files and folders whose names begin with a dot
	MaxResults     int    // matches; 0 is DefaultMaxResults
	Folder         string // where to search, below the root; a file is fine; empty: everywhere
}

// FileMatch holds matches in one file, in order. A file with many comes in
// several.
type FileMatch struct {
	Path  string // relative to the root, with forward slashes
	Lines []LineMatch
}

// LineMatch is a line, or part of a long one, with its matches. A line longer
// than 2,000 units comes in as many parts as its matches need. A match over
// several lines has them all in Text, separated as in the file.
type LineMatch struct {
	Line   int    // 1-based; the first of several
	Text   string // without the last line's end; invalid UTF-8 as U+FFFD
	Ranges []Range
	Offset int // how many UTF-16 units of the line come before Text
}

// Range is a match: UTF-16 units from the beginning of Text. One that goes on
// beyond a cut ends at it.
type Range struct{ Start, End int }

// Summary is what a search came to.
type Summary struct {
	Matches  int
	Files    int
	LimitHit bool // there are more matches than MaxResults
}

var errLimit = errors.New("enough results")

// Text looks for text in the files below root, and gives what it finds to emit
// as it comes, on the caller's goroutine. An error of emit ends the search and
// is returned. A pattern that cannot be used is a [*PatternError]; a Folder that
// does not exist is fs.ErrNotExist, one that leads outside [ErrOutside]. Files
// that cannot be read, and binary ones (those with a zero byte, other than
// UTF-16 with a byte order mark), are passed over.
func (e *Engine) Text(ctx context.Context, root string, q TextQuery, emit func([]FileMatch) error) (Summary, error) {
	if q.Pattern == "" {
		return Summary{}, ctx.Err()
	}
	folder, err := start(ctx, root, q.Folder)
	if err != nil {
		return Summary{}, err
	}
	f, err := newFilter(q.Include, q.Exclude)
	if err != nil {
		return Summary{}, err
	}
	where := scope{root: root, folder: folder, useIgnoreFiles: q.UseIgnoreFiles, hidden: q.Hidden}
	ignored, cleanUp, err := where.ignoredAbove()
	if err != nil {
		return Summary{}, err
	}
	defer cleanUp()
	wanted, err := e.wanted(ctx, where, f, ignored)
	if err != nil {
		return Summary{}, err
	}
	arguments := append(where.arguments(), ignored...)
	arguments = append(arguments, f.including()...)
	arguments = append(arguments, f.excluding()...)
	arguments = append(arguments, q.arguments()...)
	arguments = append(arguments, "--", where.folder)

	c := collector{most: q.MaxResults, wanted: wanted, emit: emit}
	if c.most <= 0 {
		c.most = DefaultMaxResults
	}
	err = e.run(ctx, root, arguments, c.read)
	if errors.Is(err, errLimit) {
		c.summary.LimitHit, err = true, nil
	}
	if complaint, ok := errors.AsType[*complaintError](err); ok {
		err = q.explain(complaint)
	}
	return c.summary, err
}

func (q TextQuery) arguments() []string {
	list := []string{"--json", "--crlf"}
	pattern, regex, multiline := q.Pattern, q.Regex, q.Multiline
	if !regex && strings.ContainsAny(pattern, "\r\n") {
		// Lines typed one below the other match whatever the file's line ends.
		lines := strings.Split(strings.ReplaceAll(pattern, "\r\n", "\n"), "\n")
		for i, line := range lines {
			lines[i] = regexp.QuoteMeta(line)
		}
		pattern, regex, multiline = strings.Join(lines, `\r?\n`), true, true
	}
	if regex {
		list = append(list, "--engine=auto")
	} else {
		list = append(list, "--fixed-strings")
	}
	if q.CaseSensitive {
		list = append(list, "--case-sensitive")
	} else {
		list = append(list, "--ignore-case")
	}
	if q.WholeWord {
		list = append(list, "--word-regexp")
	}
	if multiline {
		list = append(list, "--multiline")
	}
	return append(list, "--regexp="+pattern)
}

// explain turns a complaint into an error about the caller's pattern, where it
// is about that.
func (q TextQuery) explain(c *complaintError) error {
	text := c.text
	switch {
	case strings.Contains(text, "parsing glob"):
		return &PatternError{Kind: GlobPattern, Pattern: strings.Join(append(q.Include, q.Exclude...), ", "), Reason: lastReason(text)}
	case strings.Contains(text, `literal "\n" is not allowed`), strings.Contains(text, `literal '"\n"' not allowed`):
		return &PatternError{Kind: RegexPattern, Pattern: q.Pattern, Reason: "a line break is matched only in a multi-line search"}
	case strings.Contains(text, "regex"), strings.Contains(text, "PCRE2"):
		return &PatternError{Kind: RegexPattern, Pattern: q.Pattern, Reason: lastReason(text)}
	}
	return c
}

// wanted returns a test for the paths that come back from a search with
// includes, which in ripgrep bring in ignored and hidden files.
func (e *Engine) wanted(ctx context.Context, where scope, f filter, ignored []string) (func(string) bool, error) {
	if len(f.includes) == 0 {
		return func(string) bool { return true }, nil
	}
	if !where.useIgnoreFiles {
		return func(name string) bool { return where.hidden || !isHidden(name, where.folder) }, nil
	}
	l, err := e.list(ctx, where, f, ignored)
	if err != nil {
		return nil, err
	}
	set := make(map[string]struct{}, l.len())
	for i := range l.len() {
		set[l.path(i)] = struct{}{}
	}
	return func(name string) bool { _, ok := set[name]; return ok }, nil
}

// isHidden reports whether a part of name below folder begins with a dot.
func isHidden(name, folder string) bool {
	below := strings.TrimPrefix(name, strings.TrimPrefix(path.Clean(folder)+"/", "./"))
	for part := range strings.SplitSeq(below, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

// collector reads ripgrep's JSON and hands matches on.
type collector struct {
	most    int
	wanted  func(string) bool
	emit    func([]FileMatch) error
	summary Summary

	pending []FileMatch
	path    string // of the file being read
	skip    bool   // it is not wanted
	counted bool   // it has had a match
}

const readSize = 1 << 16

func (c *collector) read(output io.Reader) error {
	reader := bufio.NewReaderSize(output, readSize)
	var line []byte
	for {
		// Nothing more is there yet: what has been found must not wait for it.
		if reader.Buffered() == 0 {
			if err := c.flush(); err != nil {
				return err
			}
		}
		var err error
		line, err = readLine(reader, line[:0])
		if errors.Is(err, io.EOF) {
			return c.flush()
		}
		if err != nil {
			return fmt.Errorf("reading ripgrep's output: %w", err)
		}
		if err := c.take(line); err != nil {
			if flushErr := c.flush(); flushErr != nil {
				return flushErr
			}
			return err
		}
	}
}

func (c *collector) flush() error {
	if len(c.pending) == 0 {
		return nil
	}
	batch := c.pending
	c.pending = nil
	return c.emit(batch)
}

func (c *collector) take(line []byte) error {
	m, err := parseMessage(line)
	if err != nil {
		return err
	}
	switch m.Type {
	case "begin":
		c.path = m.path()
		c.skip, c.counted = !c.wanted(c.path), false
	case "match":
		if !c.skip {
			return c.match(m)
		}
	}
	return nil
}

func (c *collector) match(m message) error {
	spans := m.spans()
	room := c.most - c.summary.Matches
	full := len(spans) > room
	spans = spans[:min(len(spans), room)]
	lines := cutLine(m.Data.LineNumber, m.text(), spans)
	if len(lines) > 0 {
		c.add(lines, len(spans))
	}
	if full {
		return errLimit
	}
	return nil
}

func (c *collector) add(lines []LineMatch, matches int) {
	c.summary.Matches += matches
	if !c.counted {
		c.counted = true
		c.summary.Files++
	}
	if last := len(c.pending) - 1; last >= 0 && c.pending[last].Path == c.path {
		c.pending[last].Lines = append(c.pending[last].Lines, lines...)
		return
	}
	c.pending = append(c.pending, FileMatch{Path: c.path, Lines: lines})
}
