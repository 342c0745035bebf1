package ignore

import (
	"bytes"
	"strings"
)

// pattern is one line of an ignore file that can match something.
type pattern struct {
	glob        glob
	negated     bool
	foldersOnly bool
	anchored    bool // matches the path from the file's folder on, not the name
}

func (p *pattern) match(path, name string, isFolder bool) bool {
	if p.foldersOnly && !isFolder {
		return false
	}
	if p.anchored {
		return p.glob.match(path)
	}
	return p.glob.match(name)
}

// matchesAll tells whether the pattern matches everything in its folder, at
// least everything that is directly in there.
func (p *pattern) matchesAll() bool {
	return !p.foldersOnly && len(p.glob) == 1 && (p.glob[0].kind == star || p.glob[0].kind == stars)
}

// parse returns the patterns of an ignore file in their order, without those
// that can match nothing.
func parse(text []byte) []pattern {
	var patterns []pattern
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		line, _, _ = bytes.Cut(line, []byte{0})
		if p, ok := newPattern(string(trimSpaces(line))); ok {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// trimSpaces drops the spaces at the end of a line, but for an escaped one. A
// backslash at the very end keeps all.
func trimSpaces(line []byte) []byte {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
			if i == len(line) {
				return line
			}
		}
		end = i + 1
	}
	return line[:end]
}

// newPattern compiles a line. It is not ok when it can match nothing.
func newPattern(line string) (p pattern, ok bool) {
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.foldersOnly = strings.CutSuffix(line, "/")
	p.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	rest := line
	for strings.HasPrefix(rest, "**/") {
		rest = rest[len("**/"):]
	}
	if rest != "" && !strings.Contains(rest, "/") {
		line, p.anchored = rest, p.anchored && rest == line // "**/name" is what "name" is, which is faster
	}
	if p.anchored {
		p.glob, ok = compilePath(line)
	} else {
		p.glob, ok = compileName(line)
	}
	return p, ok
}
