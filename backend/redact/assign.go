package redact

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"
)

// atName looks whether the word text[i:end] is a name that is given a secret, and
// returns where to go on.
func (s *scanner) atName(i, end int) int {
	start := i
	for start > s.floor && i-start < nameMost && dotted.has(s.text[start-1]) {
		start--
	}
	name := s.text[start:end]
	if next := s.atScheme(name[i-start:], end); next > 0 {
		return next
	}
	if next := s.atOption(name, end); next > 0 {
		return next
	}
	value, sh := s.operator(start, end)
	if value < 0 {
		return end
	}
	n := kindOf(name)
	if n.strength == harmless {
		if next := s.atQuery(name, start, end); next > 0 {
			return next
		}
		return end
	}
	if n.what == "token" && strings.HasPrefix(name, "--") {
		n.strength = strong
	}
	if sh.colon && value == end+1 && start > s.floor && s.text[start-1] == ':' {
		return end // part of a name with colons, such as an ARN
	}
	if header, ok := s.header(n, sh, value); ok {
		return header
	}
	from, to := s.extent(value, &sh, start)
	if from == to || strings.HasPrefix(s.text[from:to], pemStart) || !isSecret(name, n, s.text[from:min(to, from+judged)], sh) {
		return end
	}
	return s.take(from, to, s.kind(from, to, n.what))
}

// kind is what a value is, by its own shape where it has one.
func (s *scanner) kind(from, to int, what string) string {
	for _, each := range s.rows[s.text[from]] {
		if s.match(each, from) == to {
			return each.what
		}
	}
	return what
}

// operator finds what gives the name before end its value, and where that begins;
// -1 where nothing does.
func (s *scanner) operator(start, end int) (int, shape) {
	var sh shape
	i := end
	text := s.text
	switch {
	case i < len(text) && text[i] == '>' && start > 0 && text[start-1] == '<': // <password>x</password>
		return i + 1, shape{quote: "<"}
	case strings.HasPrefix(text[i:], `\"`), strings.HasPrefix(text[i:], `"]`), strings.HasPrefix(text[i:], `']`):
		i += 2
	case i < len(text) && (text[i] == '"' || text[i] == '\'' || text[i] == '`'):
		i++
	}
	blank := i
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') && i-blank < 64 {
		i++
	}
	before := i > blank
	option := strings.HasSuffix(text[s.floor:start], "--") || start < end && text[start] == '-'
	switch {
	case i >= len(text):
		return -1, sh
	case strings.HasPrefix(text[i:], ":="), strings.HasPrefix(text[i:], "=>"):
		i += 2
	case strings.HasPrefix(text[i:], "=="), strings.HasPrefix(text[i:], "::"), strings.HasPrefix(text[i:], "=~"):
		return -1, sh
	case text[i] == '=':
		i++
		sh.tight = !before
	case text[i] == ':':
		i++
		sh.colon = true
	case option && before && text[i] != '-': // --password x
		sh.tight = true
		return i, sh
	case s.program == "machine" && before: // of a .netrc
		sh.tight = true
		return i, sh
	default:
		return -1, sh
	}
	blank = i
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') && i-blank < 64 {
		i++
	}
	sh.tight = sh.tight && i == blank
	if i >= len(text) || text[i] == '\n' || text[i] == '\r' || text[i] == '=' {
		return -1, sh
	}
	return i, sh
}

// extent returns where the value is that begins at i, without its quotes.
func (s *scanner) extent(i int, sh *shape, start int) (from, to int) {
	text := s.text
	switch {
	case sh.quote == "<":
		if end := strings.IndexAny(text[i:min(len(text), i+judged)], "<\n"); end >= 0 && text[i+end] == '<' {
			return i, i + end
		}
		return i, i
	case strings.HasPrefix(text[i:], `\"`):
		sh.quote = `\"`
	case text[i] == '"' || text[i] == '\'' || text[i] == '`':
		sh.quote = text[i : i+1]
	}
	if sh.quote == "" {
		return i, s.bare(i, sh, start)
	}
	from = i + len(sh.quote)
	for to = from; to < len(text) && text[to] != '\n'; to++ {
		if skip := markAt(text[to:]); skip > 0 {
			to += skip - 1
			continue
		}
		switch {
		case strings.HasPrefix(text[to:], sh.quote):
			return from, to
		case sh.quote == `\"` && text[to] == '"':
			return from, to // what the text was in has ended
		case text[to] == '\\' && sh.quote != "'" && sh.quote != `\"`:
			to++
		case sh.quote != "'" && substitution(text[to:]):
			return from, to
		}
	}
	return from, min(to, len(text))
}

// substitution reports whether text begins with a command that a shell would run
// there: it is to be seen.
func substitution(text string) bool {
	var end int
	switch {
	case strings.HasPrefix(text, "$("):
		end = strings.IndexByte(text[:min(len(text), 4096)], ')')
	case text[0] == '`':
		if end = strings.IndexByte(text[1:min(len(text), 4096)], '`'); end >= 0 {
			end++
		}
	default:
		return false
	}
	return end > 2
}

// bare returns the end of a value without quotes.
func (s *scanner) bare(i int, sh *shape, start int) int {
	text := s.text
	end := max(i, s.bareEnd)
	for end < len(text) {
		c := text[end]
		if c == markStart[0] {
			if skip := markAt(text[end:]); skip > 0 {
				end += skip
				continue
			}
		}
		if c <= ' ' || strings.IndexByte("\"'`,;|&()<>]}\\", c) >= 0 || c == '$' && substitution(text[end:]) {
			break
		}
		end++
	}
	s.bareEnd = end
	sh.called = end < len(text) && strings.IndexByte("(,)]}\"'`[", text[end]) >= 0 && (!sh.tight || strings.IndexByte("\"'`", text[end]) < 0)
	rest := text[end:min(len(text), end+256)]
	if stop := strings.IndexByte(rest, '\n'); stop >= 0 {
		rest = rest[:stop]
	} else if end+len(rest) < len(text) {
		return end
	}
	line := max(s.line, s.floor)
	lead := strings.TrimLeft(s.text[line:start], " \t+-\"'")
	if (line == 0 || s.text[line-1] == '\n') && (lead == "" || lead == "export ") {
		rest = strings.TrimRight(rest, "\r")
		sh.whole = strings.TrimSpace(rest) == ""
		// A line of an .env file: what follows belongs to the value, unless a shell
		// could do something with it.
		if sh.tight && rest != "" && !strings.ContainsAny(rest, " \t=$`/<>{}()\"'\\*?[") && strings.ContainsAny(rest, "0123456789@#%^!+") {
			end += len(rest)
			sh.called = false
		}
	}
	return end
}

// header handles what HTTP's headers give: all up to the end of the line or quote.
func (s *scanner) header(n named, sh shape, i int) (int, bool) {
	if n.what != "authorization" && (n.what != "cookie" || !sh.colon) {
		return 0, false
	}
	text := s.text[:min(len(s.text), i+8*judged)]
	for i < len(text) && strings.IndexByte("\"'`\\", text[i]) >= 0 {
		i++
	}
	end := i
	for end < len(text) && text[end] != '\n' && text[end] != '\r' && strings.IndexByte("\"'`\\", text[end]) < 0 {
		if skip := markAt(text[end:]); skip > 0 {
			end += skip
			continue
		}
		if substitution(text[end:]) {
			break
		}
		end++
	}
	value := strings.TrimRight(text[i:end], " \t")
	end = i + len(value)
	scheme, rest, two := strings.Cut(value, " ")
	if two && n.what == "authorization" && all(scheme, dashed) {
		i, value = i+len(scheme)+1, rest
	}
	plain := unmarked(value)
	switch {
	case plain == "", strings.TrimLeft(plain, " ") == "", reference(strings.TrimLeft(value, " ")), n.what == "cookie" && !strings.Contains(value, "="):
		return i, true
	case identifier(strings.TrimRight(plain, ",;")), !two && strings.ContainsAny(plain, "([{"), strings.Contains(plain, " ") && prose(plain):
		return i, true // code, or a sentence about it
	}
	return s.take(i, end, n.what), true
}

// atScheme handles the two schemes of HTTP's Authorization wherever they stand.
func (s *scanner) atScheme(w string, end int) int {
	bearer := strings.EqualFold(w, "bearer")
	if !bearer && !strings.EqualFold(w, "basic") || s.text[end] != ' ' {
		return 0
	}
	from := end + 1
	to := from
	for to < len(s.text) && (alphanumeric(s.text[to]) || s.text[to] == '+' || s.text[to] == '/' || bearer && strings.IndexByte("._~-=", s.text[to]) >= 0) {
		to++
	}
	for n := 0; n < 2 && to < len(s.text) && s.text[to] == '='; n++ {
		to++
	}
	value := strings.TrimRight(s.text[from:to], ".")
	to = from + len(value)
	switch {
	case bearer && (len(value) < 16 || !mixed(value) || !strings.ContainsAny(value, "0123456789") || distinct(value) < 6):
		return 0
	case !bearer && !basic(value):
		return 0
	}
	return s.take(from, to, "authorization")
}

// basic reports whether value is a name and a password as HTTP's basic scheme has
// them.
func basic(value string) bool {
	if len(value) < 8 {
		return false
	}
	plain, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		plain, err = base64.RawStdEncoding.DecodeString(value)
	}
	return err == nil && utf8.Valid(plain) && strings.IndexByte(string(plain), ':') > 0
}

// option is an option of a program that is followed by a secret.
type option struct {
	programs []string
	name     string
	pair     bool // the secret comes after a name and a colon
}

var options = []option{
	{[]string{"curl", "wget"}, "u", true},
	{[]string{"curl"}, "user", true},
	{[]string{"curl"}, "proxy-user", true},
	{[]string{"sshpass", "login", "smbclient"}, "p", false},
	{[]string{"redis"}, "a", false},
	{[]string{"ldapsearch"}, "w", false},
}

// atOption handles options such as curl's -u name:password.
func (s *scanner) atOption(name string, end int) int {
	if s.program == "" || name[0] != '-' || s.text[end] != ' ' && s.text[end] != '=' {
		return 0
	}
	short := strings.TrimLeft(name, "-")
	for _, each := range options {
		if each.name != short || !slices.Contains(each.programs, s.program) {
			continue
		}
		sh := shape{tight: true}
		from := end + 1
		if from >= len(s.text) || s.text[from] <= ' ' {
			return 0
		}
		from, to := s.extent(from, &sh, end)
		value := s.text[from:to]
		if each.pair {
			user, _, ok := strings.Cut(value, ":")
			if !ok || strings.Contains(user, markStart[:3]) {
				return 0
			}
			from += len(user) + 1
			value = s.text[from:to]
		}
		if reference(value) || from >= to {
			return 0
		}
		return s.take(from, to, "password")
	}
	return 0
}

// atQuery handles the parameters of an address that sign it.
func (s *scanner) atQuery(name string, start, end int) int {
	if name != "sig" && name != "code" || s.text[end] != '=' || start == 0 || s.text[start-1] != '?' && s.text[start-1] != '&' {
		return 0
	}
	sh := shape{tight: true}
	if end+1 >= len(s.text) {
		return 0
	}
	from, to := s.extent(end+1, &sh, start)
	if value := s.text[from:to]; !random(unmarked(strings.ReplaceAll(value, "%", "")), true) {
		return 0
	}
	return s.take(from, to, "signature")
}
