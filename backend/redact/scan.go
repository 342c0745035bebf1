package redact

import (
	"slices"
	"strings"
)

// scanner goes over a text once. What it looks back at never reaches over floor,
// so that a text from which secrets were taken is read as it was before.
type scanner struct {
	rows *[256][]row
	text string
	out  strings.Builder
	done int // text before it is in out

	ends    [classes]int // of the runs of bytes that were looked at last
	bareEnd int          // the same for values without quotes
	line    int          // where the line begins

	floor   int    // the end of the last mark
	program string // a program on this line whose arguments may be secrets
	near    int    // up to here a 40-byte AWS secret may follow; its word came before
}

// programs are those whose options hold secrets that nothing else shows.
var programs = []string{"curl", "wget", "sshpass", "mysql", "mysqldump", "mariadb", "redis", "login", "machine", "smbclient", "ldapsearch"}

func (s *scanner) run() string {
	for i := 0; i < len(s.text); {
		c := s.text[i]
		switch {
		case word.has(c):
			i = s.atWord(i)
		case c == '\n':
			i++
			s.program, s.line = "", i
		case c == '-' && strings.HasPrefix(s.text[i:], pemStart):
			i = s.atPEM(i)
		case c == ':' && strings.HasPrefix(s.text[i:], "://"):
			i = s.atAddress(i + len("://"))
		case c == markStart[0]:
			if skip := markAt(s.text[i:]); skip > 0 {
				i += skip
				s.floor = i
			} else {
				i++
			}
		default:
			i++
		}
	}
	if s.done == 0 {
		return s.text
	}
	s.out.WriteString(s.text[s.done:])
	return s.out.String()
}

// take puts a mark in the place of text[from:to] and returns to.
func (s *scanner) take(from, to int, what string) int {
	s.out.WriteString(s.text[s.done:from])
	s.out.WriteString(Mark(what))
	s.done, s.floor = to, to
	return to
}

// atWord looks at the word that begins at i and returns where to go on.
func (s *scanner) atWord(i int) int {
	for _, each := range s.rows[s.text[i]] {
		if end := s.match(each, i); end > 0 {
			if strings.HasPrefix(each.what, "AWS") {
				s.near = end + nearMost
			}
			return s.take(i, end, each.what)
		}
	}
	end := s.end(word, i)
	if i < s.near {
		if length := awsSecret(s.text[i:]); length > 0 {
			return s.take(i, i+length, "AWS secret access key")
		}
	}
	switch size := end - i; {
	case size > nameMost:
		return end
	case size >= 3:
		s.note(i, end)
	}
	if end == len(s.text) {
		return end
	}
	switch s.text[end] {
	case '=', ':', '"', '\'', '\\', ' ', '\t', '>', '`', ']':
		return s.atName(i, end)
	}
	return end
}

// note takes in words after which other text means something.
func (s *scanner) note(i, end int) {
	w := s.text[i:end]
	switch w[0] | 0x20 {
	case 'c', 'w', 's', 'm', 'r', 'l':
		if end-i > 10 {
			return
		}
		if strings.EqualFold(w, "secret") {
			s.near = end + nearMost
		}
		if s.program != "machine" && slices.Contains(programs, w) && (w != "machine" || i == 0 || s.text[i-1] == '\n') {
			s.program = w
		}
	}
}

// nearMost is how far a secret may be from the word that says what it is.
const nearMost = 120

// awsSecret returns 40 when text begins with what looks like the secret that
// belongs to an AWS access key id.
func awsSecret(text string) int {
	const length = 40
	if len(text) < length {
		return 0
	}
	var low, high, digit bool
	for i := range length {
		c := text[i]
		if !alphanumeric(c) && c != '+' && c != '/' {
			return 0
		}
		low, high, digit = low || c >= 'a' && c <= 'z', high || c >= 'A' && c <= 'Z', digit || isDigit(c) || c == '/' || c == '+'
	}
	if len(text) > length && (base64class.has(text[length]) || text[length] == '.') || !low || !high || !digit || distinct(text[:length]) < 12 {
		return 0
	}
	return length
}

const (
	pemStart = "-----BEGIN "
	pemMost  = 64 << 10
)

// atPEM looks at the armour that begins at i: of a private key all goes up to its
// end, or as far as it can be one.
func (s *scanner) atPEM(i int) int {
	rest := s.text[i:min(len(s.text), i+pemMost)]
	head, _, ok := strings.Cut(rest[len(pemStart):min(len(rest), 100)], "-----")
	if !ok || !strings.Contains(head, "PRIVATE KEY") || strings.ContainsAny(head, "\n\"'") {
		return i + len(pemStart)
	}
	length := len(pemStart) + len(head) + len("-----")
	body := length
	for body < len(rest) {
		stop := pemLine(rest[body:])
		if stop == 0 {
			break
		}
		body += stop
	}
	if run(rest[length:body]) < 16 {
		return i + length // the header alone, as a program that looks for it has it
	}
	const tail = "-----END "
	if strings.HasPrefix(rest[body:], tail) {
		if end := strings.Index(rest[body+len(tail):min(len(rest), body+100)], "-----"); end >= 0 {
			body += len(tail) + end + len("-----")
		}
	}
	body = len(strings.TrimRight(rest[:body], "\n"))
	return s.take(i, i+body, "private key")
}

// run returns how long the longest row of letters and digits in text is.
func run(text string) int {
	longest, n := 0, 0
	for i := range len(text) {
		if n++; !alphanumeric(text[i]) {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// pemLine returns how much of text can be a line of a private key: base64, or a
// header, with what a diff, a string or an escape puts around it.
func pemLine(text string) int {
	i := 0
	for i < len(text) && strings.IndexByte(" \t+>|\"',", text[i]) >= 0 {
		i++
	}
	if strings.HasPrefix(text[i:], "-----END") {
		return i
	}
	for _, header := range []string{"Proc-Type:", "DEK-Info:", "Comment:", "Version:"} {
		if strings.HasPrefix(text[i:], header) {
			if end := strings.IndexAny(text[i:], "\n\\"); end >= 0 {
				i += end
			}
		}
	}
	for i < len(text) && (alphanumeric(text[i]) || text[i] == '+' || text[i] == '/' || text[i] == '=') {
		i++
	}
	for i < len(text) && strings.IndexByte("\"',+ \t\r", text[i]) >= 0 {
		i++
	}
	switch {
	case i < len(text) && text[i] == '\n':
		return i + 1
	case strings.HasPrefix(text[i:], `\n`), strings.HasPrefix(text[i:], `\r`):
		return i + 2
	case strings.HasPrefix(text[i:], `\\n`):
		return i + 3
	case strings.HasPrefix(text[i:], "-----END"):
		return i
	case i == len(text):
		return i
	}
	return 0
}

// atAddress looks at the authority of an address, which begins at i.
func (s *scanner) atAddress(i int) int {
	end, at, colon := i, -1, -1
	for end < len(s.text) && end-i < 1024 {
		c := s.text[end]
		if c <= ' ' || strings.IndexByte(`/?#"'<>\`+"`", c) >= 0 || strings.HasPrefix(s.text[end:], markStart) {
			break
		}
		switch {
		case c == '@':
			at = end
		case c == ':' && colon < 0:
			colon = end
		}
		end++
	}
	switch {
	case at < 0:
		return i
	case colon < 0 || colon > at:
		if user := s.text[i:at]; random(user, true) {
			return s.take(i, at, "token")
		}
		return i
	case reference(s.text[colon+1:at]) && !slices.Contains(spoken, strings.ToLower(s.text[colon+1:at])):
		return i
	}
	return s.take(colon+1, at, "password")
}
