package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

const (
	shortest   = 8  // bytes of a secret that is learnt; shorter ones stand in ordinary text
	surelyLong = 12 // bytes from which a secret need not look like one
	learntMost = 512

	guestShortest = 16 // bytes of a secret of an extension that is learnt
	guestLongest  = 4096
)

// Learn makes the redactor take out a secret wherever it stands. What is too short
// or too ordinary to be told from other text is not learnt.
func (r *Redactor) Learn(secret string) {
	secret = strings.TrimSpace(secret)
	if !distinctive(secret) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learnt = r.learnt.with(spellings(secret), nil)
}

// LearnGuests is Learn for what extensions keep. An extension is a stranger: what
// it keeps pushes nothing of Keel's out and has to look like a token, so that no
// command, path or sentence can be hidden with it.
func (r *Redactor) LearnGuests(secrets []string) {
	var more []string
	for _, secret := range secrets {
		if token(secret) {
			more = append(more, spellings(secret)...)
		}
	}
	if len(more) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learnt = r.learnt.with(nil, more)
}

// token reports whether a secret looks like one that a program has made.
func token(secret string) bool {
	if len(secret) < guestShortest || len(secret) > guestLongest || !distinctive(secret) || distinct(secret) < 8 {
		return false
	}
	var letter, digit bool
	for i := range len(secret) {
		switch c := secret[i]; {
		case isDigit(c):
			digit = true
		case alphanumeric(c):
			letter = true
		case strings.IndexByte("-_.=+~", c) < 0:
			return false
		}
	}
	return letter && digit
}

// LearnEnvironment learns the values of variables that are named like secrets, out
// of NAME=VALUE pairs.
func (r *Redactor) LearnEnvironment(environment []string) {
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		if kind := kindOf(name); kind.strength < strong || reference(value) || number(value) || path(value) {
			continue
		}
		r.Learn(value)
	}
}

// distinctive reports whether a secret can be told from ordinary text.
func distinctive(secret string) bool {
	switch {
	case len(secret) < shortest, strings.Contains(secret, "‹"), strings.Contains(secret, "›"), reference(secret):
		return false
	case len(secret) >= surelyLong:
		return distinct(secret) > 3
	}
	var letter, digit, other bool
	for i := range len(secret) {
		switch c := secret[i]; {
		case isDigit(c):
			digit = true
		case alphanumeric(c):
			letter = true
		default:
			other = true
		}
	}
	return distinct(secret) > 3 && (letter && digit || letter && other || digit && other)
}

// distinct returns how many different bytes text has.
func distinct(text string) int {
	var seen [256]bool
	n := 0
	for i := range len(text) {
		if !seen[text[i]] {
			seen[text[i]] = true
			n++
		}
	}
	return n
}

// spellings are the ways in which a secret is written down.
func spellings(secret string) []string {
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, string(quoted[1:len(quoted)-1]))
	}
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(secret) == nil {
		all = append(all, strings.Trim(plain.String(), "\"\n"))
	}
	return all
}

// learnt is a set of spellings that is looked for at every byte.
type learnt struct {
	order  []string // the oldest first
	guests []string // those of extensions, the oldest first
	most   int      // bytes of the longest
	starts [1 << 16]bool
	by     map[[shortest]byte][]string // by their first bytes, the longest first
}

// with returns the set with more in it; when it is full the oldest go.
func (l *learnt) with(more, guests []string) *learnt {
	made := &learnt{order: added(l.order, more), guests: added(l.guests, guests), by: map[[shortest]byte][]string{}}
	for _, each := range slices.Concat(made.order, made.guests) {
		made.most = max(made.most, len(each))
		made.starts[int(each[0])<<8|int(each[1])] = true
		key := [shortest]byte([]byte(each[:shortest]))
		made.by[key] = append(made.by[key], each)
	}
	for _, same := range made.by {
		slices.SortFunc(same, func(a, b string) int { return len(b) - len(a) })
	}
	return made
}

func added(to, more []string) []string {
	all := slices.Clone(to)
	for _, each := range more {
		if len(each) >= shortest && !slices.Contains(all, each) {
			all = append(all, each)
		}
	}
	return all[max(0, len(all)-learntMost):]
}

// at returns how long the learnt secret is that stands at i, or 0.
func (l *learnt) at(text string, i int) int {
	if len(text)-i < shortest || !l.starts[int(text[i])<<8|int(text[i+1])] {
		return 0
	}
	for _, each := range l.by[[shortest]byte([]byte(text[i:i+shortest]))] {
		if strings.HasPrefix(text[i:], each) {
			return len(each)
		}
	}
	return 0
}

func (l *learnt) replace(text string) string {
	if len(l.by) == 0 {
		return text
	}
	var out strings.Builder
	done := 0
	for i := 0; i+shortest <= len(text); {
		if !l.starts[int(text[i])<<8|int(text[i+1])] && text[i] != markStart[0] {
			i++
			continue
		}
		if skip := markAt(text[i:]); skip > 0 {
			i += skip
			continue
		}
		found := l.at(text, i)
		if found == 0 {
			i++
			continue
		}
		out.WriteString(text[done:i])
		out.WriteString(Mark("known secret"))
		i += found
		done = i
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}
