package ignore

import "strings"

// class is a set of bytes.
type class [4]uint64

func (c *class) has(b byte) bool { return c[b>>6]&(1<<(b&63)) != 0 }

func (c *class) add(low, high byte) {
	for b := int(low); b <= int(high); b++ {
		c[b>>6] |= 1 << (b & 63)
	}
}

// compileClass compiles what follows the "[" before at, and returns where it
// ends. It is not ok when it has no end or names an unknown class: git then
// matches nothing.
func compileClass(text string, at int) (found *class, end int, ok bool) {
	found = new(class)
	negated := at < len(text) && (text[at] == '!' || text[at] == '^')
	if negated {
		at++
	}
	previous := byte(0) // what a range would start from
	// A "]" that comes first is one of the set.
	for first := at; at < len(text) && (at == first || text[at] != ']'); at++ {
		if at, previous, ok = found.member(text, at, previous); !ok {
			return nil, 0, false
		}
	}
	if at >= len(text) {
		return nil, 0, false
	}
	if negated {
		for i := range found {
			found[i] = ^found[i]
		}
	}
	found['/'>>6] &^= 1 << ('/' & 63)
	return found, at + 1, true
}

// member adds the byte, range or named class at a place in the text. It returns
// the place of its last byte, and what a range may start from.
func (c *class) member(text string, at int, previous byte) (last int, from byte, ok bool) {
	rest := text[at+1:]
	switch b := text[at]; {
	case b == '-' && previous != 0 && rest != "" && rest[0] != ']':
		high, last, ok := unescaped(text, at+1)
		c.add(previous, high)
		return last, 0, ok
	case b == '[' && strings.HasPrefix(rest, ":"):
		name, _, found := strings.Cut(rest[1:], "]")
		if !found {
			return 0, 0, false
		}
		if bare, found := strings.CutSuffix(name, ":"); found {
			return at + 2 + len(name), 0, c.addNamed(bare)
		}
	}
	b, last, ok := unescaped(text, at)
	c.add(b, b)
	return last, b, ok
}

// unescaped returns the byte at a place in the text, or the one behind it when
// that is a backslash, and its place.
func unescaped(text string, at int) (b byte, last int, ok bool) {
	if text[at] == '\\' {
		at++
	}
	if at == len(text) {
		return 0, at, false
	}
	return text[at], at, true
}

// addNamed adds a POSIX class, as git has them: of ASCII only, and without
// vertical tabs and form feeds among the spaces.
func (c *class) addNamed(name string) (known bool) {
	for i := 0; i < 128; i++ {
		b := byte(i)
		member, known := inNamed(name, b)
		if !known {
			return false
		}
		if member {
			c.add(b, b)
		}
	}
	return true
}

func inNamed(name string, b byte) (member, known bool) {
	lower, upper := 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z'
	digit, graph := '0' <= b && b <= '9', '!' <= b && b <= '~'
	switch name {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return b == ' ' || b == '\t', true
	case "cntrl":
		return b < ' ' || b == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || b == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return b == ' ' || b == '\t' || b == '\n' || b == '\r', true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || 'a' <= b|0x20 && b|0x20 <= 'f', true
	}
	return false, false
}
