package ignore

import "strings"

// compiler turns the text of a pattern into steps.
type compiler struct {
	text    string
	at      int
	path    bool // stars mind slashes
	plain   int  // where the plain beginning of the text ends
	pending []byte
	glob    glob
}

// compileName compiles a pattern for names. It is not ok when no name can match.
func compileName(text string) (g glob, ok bool) { return compile(text, false) }

// compilePath compiles a pattern for paths. It is not ok when no path can match.
func compilePath(text string) (g glob, ok bool) { return compile(text, true) }

func compile(text string, path bool) (g glob, ok bool) {
	c := compiler{text: text, path: path, plain: strings.IndexAny(text, `*?[\`)}
	for c.at < len(text) {
		if !c.step() {
			return nil, false
		}
	}
	c.flush()
	tail := 0
	for i := len(c.glob) - 1; i >= 0; i-- {
		s := &c.glob[i]
		s.tail = tail
		switch {
		case s.kind >= star:
			tail = -1
		case tail >= 0:
			tail += max(len(s.text), 1)
		}
	}
	return c.glob, len(c.glob) > 0
}

func (c *compiler) step() bool {
	b := c.text[c.at]
	switch b {
	case '*':
		c.stars()
		return true
	case '?':
		c.add(step{kind: one})
	case '[':
		found, end, ok := compileClass(c.text, c.at+1)
		if !ok {
			return false
		}
		c.add(step{kind: oneOf, class: found})
		c.at = end
		return true
	case '\\':
		c.at++
		if c.at == len(c.text) {
			return false
		}
		c.pending = append(c.pending, c.text[c.at])
	default:
		c.pending = append(c.pending, b)
	}
	c.at++
	return true
}

// stars compiles a run of stars. Two or more cross folders when they stand for
// whole folders; git looks only at what follows the plain beginning of the
// pattern, so that they may also stand right behind it.
func (c *compiler) stars() {
	begin := c.at
	for c.at < len(c.text) && c.text[c.at] == '*' {
		c.at++
	}
	rest := c.text[c.at:]
	crossing := c.at-begin > 1 &&
		(begin == c.plain || c.text[begin-1] == '/') &&
		(rest == "" || strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, `\/`))
	switch {
	case !c.path || crossing && !strings.HasPrefix(rest, "/"):
		c.add(step{kind: stars})
	case crossing:
		if !c.behindFolders() { // "**/**/" is "**/"
			c.add(step{kind: folders})
		}
		c.at++
	default:
		c.add(step{kind: star})
	}
}

func (c *compiler) behindFolders() bool {
	return len(c.pending) == 0 && len(c.glob) > 0 && c.glob[len(c.glob)-1].kind == folders
}

func (c *compiler) add(s step) {
	c.flush()
	c.glob = append(c.glob, s)
}

func (c *compiler) flush() {
	if len(c.pending) > 0 {
		c.glob = append(c.glob, step{kind: literal, text: string(c.pending)})
		c.pending = nil
	}
}
