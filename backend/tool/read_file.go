package tool

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/session"
)

// What one call of read_file shows at most.
const (
	mostLines  = 2000
	mostBytes  = 50 << 10
	longestRow = 2000 // characters of one line
)

func (s *Set) readFile() definition {
	return definition{
		name: "read_file", kind: session.KindRead, plan: s.planRead,
		arguments: []argument{
			{name: "path", kind: textArgument, required: true, description: "The file, relative to the workspace."},
			{name: "offset", kind: integerArgument, minimum: 1, maximum: 1 << 30, description: "The first line to show, counting from 1. Default 1."},
			{name: "limit", kind: integerArgument, minimum: 1, maximum: mostLines, description: "How many lines to show. Default 2000."},
		},
	}
}

func (s *Set) planRead(ctx context.Context, view SessionView, a values) (plan, error) {
	path, err := s.filePath(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	if exists, err := s.exists(ctx, path); err != nil {
		return plan{}, err
	} else if !exists {
		return plan{}, refuse("%s does not exist.%s", path, s.similar(ctx, path))
	}
	offset, limit := a.integer("offset", 1), a.integer("limit", mostLines)
	return plan{
		Prepared: Prepared{Title: "Read " + path, Paths: []string{path}, Hash: digest("read_file", path, fmt.Sprint(offset), fmt.Sprint(limit))},
		act: func(ctx context.Context, _ Host) (Result, error) {
			f, err := s.load(ctx, path)
			if err != nil {
				return Result{}, err
			}
			c, ok := newContent(f.raw)
			if !ok {
				return Result{Text: fmt.Sprintf("[%s is not text: %d bytes of binary data.]", path, len(f.raw))}, nil
			}
			text, err := page(path, c, offset, limit)
			if err != nil {
				return Result{}, err
			}
			view.Saw(path, f.hash)
			if s.mustBeSaved(path) != nil {
				text = endLine(text) + "[the user has unsaved changes in this file, which are not shown here]"
			}
			return Result{Text: text}, nil
		},
	}, nil
}

// page shows lines of a text the way `cat -n` does: the number, a tab, the
// line. What is left out, and what of the file's form the lines do not show,
// stands below in brackets.
func page(path string, c content, offset, limit int) (string, error) {
	lines, _ := splitLines(unify(c.text).text)
	if len(lines) == 0 {
		return bracketed(append([]string{path + " is empty"}, c.traits()...)), nil
	}
	if offset > len(lines) {
		return "", refuse("%s has %d lines; there is no line %d.", path, len(lines), offset)
	}
	var b strings.Builder
	last := offset - 1
	for last < min(len(lines), offset-1+limit) {
		row := fmt.Sprintf("%6d\t%s\n", last+1, shortenLine(strings.ToValidUTF8(lines[last], "\uFFFD")))
		if b.Len()+len(row) > mostBytes && b.Len() > 0 {
			break
		}
		b.WriteString(row)
		last++
	}
	var notes []string
	if offset > 1 || last < len(lines) {
		note := fmt.Sprintf("lines %d-%d of %d", offset, last, len(lines))
		if last < len(lines) {
			note += fmt.Sprintf("; read on with offset %d", last+1)
		}
		notes = append(notes, note)
	}
	return b.String() + bracketed(append(notes, c.traits()...)), nil
}

func bracketed(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return "[" + strings.Join(notes, "; ") + "]"
}

// shortenLine cuts a very long line and says so.
func shortenLine(line string) string {
	if cut := shorten(line, longestRow); cut != line {
		return fmt.Sprintf("%s [line cut: %d characters in all]", cut, utf8.RuneCountInString(line))
	}
	return line
}
