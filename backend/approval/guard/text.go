package guard

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the size in bytes above which a command is not looked at but asked
// about: nobody trusts what nobody reads.
const longest = 16 << 10

// mostWords and mostBrackets keep the parser's work small.
const (
	mostWords    = 1000
	mostBrackets = 100
)

// inspect looks at the text before it is parsed: at what a person may not see,
// at what bash and the parser may read differently, and at every expansion, so
// that what is parsed afterwards cannot be nested deeply.
func inspect(command string) string {
	if len(command) > longest {
		return fmt.Sprintf("It is longer than %d characters.", longest)
	}
	if reason := inspectCharacters(command); reason != "" {
		return reason
	}
	s := scanner{text: command}
	return s.scan()
}

func inspectCharacters(command string) string {
	if !utf8.ValidString(command) {
		return "It holds bytes that are not text, which bash may read in another way than they are shown."
	}
	previous := rune(' ')
	for _, r := range command {
		switch {
		case previous < utf8.RuneSelf && r >= ' ' && r < 0x7f, r == '\n' || r == '\t' || r == ' ':
		case r < utf8.RuneSelf && unicode.IsControl(r), unicode.Is(unicode.Cc, r):
			return fmt.Sprintf("It holds the control character U+%04X.", r)
		case bidirectional(r):
			return fmt.Sprintf("It holds the character U+%04X, which changes the direction of the text that is shown.", r)
		case invisible(r):
			return fmt.Sprintf("It holds the invisible character U+%04X.", r)
		case unicode.IsSpace(r):
			return fmt.Sprintf("It holds the unusual blank U+%04X, which bash does not read as a blank everywhere.", r)
		case previous >= utf8.RuneSelf && strings.ContainsRune("\\`|", r):
			// In some encodings of East Asia these can be the second byte of a character.
			return fmt.Sprintf("It holds %q right after %q, which bash may read in another way where the language settings are unusual.", r, previous)
		}
		previous = r
	}
	return ""
}

// Invisible reports whether a person may fail to see a character of a command, or
// see it in another place than it stands.
func Invisible(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || bidirectional(r) || invisible(r))
}

func bidirectional(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// invisible follows Unicode's property Default_Ignorable_Code_Point, to which
// it adds format characters, separators, private use and what is not assigned.
func invisible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case r == 0x2800: // an empty Braille pattern
		return true
	}
	return r >= utf8.RuneSelf && !unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

// scanner walks over the text as bash's quoting rules divide it.
type scanner struct {
	text     string
	at       int
	words    int // so far
	brackets int // so far
}

// scan returns the first thing that bash would expand, run or group.
func (s *scanner) scan() string {
	start := true // of a word
	for s.at < len(s.text) {
		c := s.text[s.at]
		if reason := s.special(start); reason != "" {
			return reason
		}
		if start {
			s.words++
		}
		if c == '[' {
			s.brackets++
		}
		if s.words > mostWords || s.brackets > mostBrackets {
			return fmt.Sprintf("It holds more than %d words or %d brackets.", mostWords, mostBrackets)
		}
		switch c {
		case '\\':
			s.at += 2
		case '\'':
			end := strings.IndexByte(s.text[s.at+1:], '\'')
			if end < 0 {
				return `It holds a "'" that is never closed.`
			}
			s.at += end + 2
		case '"':
			if reason := s.double(); reason != "" {
				return reason
			}
		default:
			s.at++
		}
		start = strings.IndexByte(" \t\n;|&<>", c) >= 0
	}
	return ""
}

// special returns what the character at the scanner's place begins, outside of
// quotes.
func (s *scanner) special(start bool) string {
	rest := s.text[s.at:]
	switch {
	case rest == "\\" || strings.HasPrefix(rest, "\\\n"):
		return "It holds a line that a backslash continues."
	case start && rest[0] == '#':
		return fmt.Sprintf("It holds the comment %s.", quote(excerpt(rest, "\n")))
	case strings.HasPrefix(rest, "<<<"):
		return `It holds a here-string ("<<<").`
	case strings.HasPrefix(rest, "<<"):
		return `It holds a here-document ("<<").`
	case strings.HasPrefix(rest, "<("), strings.HasPrefix(rest, ">("):
		return fmt.Sprintf("It runs %s as another command, whose output or input becomes a file.", quote(excerpt(rest, "")))
	case strings.HasPrefix(rest, "(("):
		return `It holds a calculation ("((").`
	case rest[0] == '(' || rest[0] == ')':
		return fmt.Sprintf("It holds %s: a bracket outside of quotes begins or ends a group, a function or a pattern.", quote(rest[:1]))
	}
	return expansion(rest, "_{(*@#?$!-['\"")
}

// double walks over a text in double quotes.
func (s *scanner) double() string {
	for s.at++; s.at < len(s.text); s.at++ {
		rest := s.text[s.at:]
		switch {
		case rest[0] == '"':
			s.at++
			return ""
		case strings.HasPrefix(rest, "\\\n"):
			return "It holds a line that a backslash continues."
		case rest[0] == '\\':
			s.at++
		default:
			if reason := expansion(rest, "_{(*@#?$!-["); reason != "" {
				return reason
			}
		}
	}
	return `It holds a '"' that is never closed.`
}

// expansion returns what the text begins with when bash would put something
// else in its place. A dollar sign that nothing of signs, no letter and no digit
// follows stands for itself.
func expansion(rest, signs string) string {
	if rest[0] == '`' {
		return fmt.Sprintf("It runs %s first and uses its output as part of the command.", quote(excerpt(rest, "")))
	}
	if rest[0] != '$' || len(rest) == 1 {
		return ""
	}
	next := rest[1]
	switch {
	case strings.HasPrefix(rest, "$(("), strings.HasPrefix(rest, "$["):
		return fmt.Sprintf("It holds the calculation %s.", quote(excerpt(rest, "")))
	case next == '(':
		return fmt.Sprintf("It runs %s first and uses its output as part of the command.", quote(excerpt(rest, "")))
	case strings.IndexByte(signs, next) >= 0 && (next == '\'' || next == '"'):
		return fmt.Sprintf("It holds the quoting %s, which can hide what a word is.", quote(excerpt(rest, " ")))
	case strings.IndexByte(signs, next) >= 0, next >= '0' && next <= '9', next|0x20 >= 'a' && next|0x20 <= 'z', next >= utf8.RuneSelf:
		return fmt.Sprintf("It holds the variable %s, whose value is only known when it runs.", quote(excerpt(rest, " \t\n\"';|&/")))
	}
	return ""
}

// excerpt returns the beginning of a text up to one of the characters in stop,
// and not more than one can read at a glance.
func excerpt(text, stop string) string {
	const most = 40
	if end := strings.IndexAny(text, stop); stop != "" && end > 0 {
		text = text[:end]
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
