// Package redact takes secrets out of text that leaves a conversation: logs, the
// audit log, exports, reports for others.
//
// # Promises
//
// What is taken out leaves a mark that says what it was ([Mark]) and holds no part
// of it. What is known to be a secret ([Redactor.Learn]) goes wherever it stands, as
// it is and as JSON, a URL or base64 write it. Beside that go tokens whose shape
// their maker documents, private keys, passwords in addresses, and values that are
// given to a name such as API_KEY or password; a secret of no known shape under a
// harmless name is not recognised.
//
// Redacting twice is redacting once. It takes time in proportion to the text.
// Ordinary code, hashes, UUIDs and pictures as text stay as they are. No command is
// hidden behind a value: what a shell would run after it, or inside it, stays.
package redact

import (
	"slices"
	"strings"
	"sync"
)

// Options are what a [Redactor] can do without.
type Options struct {
	// Known are secrets to begin with; see [Redactor.Learn].
	Known []string
}

// Redactor takes secrets out of text. It is safe for concurrent use.
type Redactor struct {
	rows [256][]row // by the first byte of their prefix

	mu     sync.RWMutex
	learnt *learnt // guarded by mu; replaced whole, never changed
}

// New returns a redactor.
func New(o Options) *Redactor {
	r := &Redactor{learnt: &learnt{}}
	for _, each := range rows {
		first := each.prefix[0]
		r.rows[first] = append(r.rows[first], each)
	}
	for _, secret := range o.Known {
		r.Learn(secret)
	}
	return r
}

// Text returns text without its secrets.
func (r *Redactor) Text(text string) string {
	r.mu.RLock()
	known := r.learnt
	r.mu.RUnlock()
	// What a mark has taken the place of can make what is before it look like a name
	// with its value: look again until nothing changes, which is nearly always at once.
	text = known.replace(text)
	for range passesMost {
		s := scanner{rows: &r.rows, text: text}
		clean := s.run()
		if clean == text {
			break
		}
		text = clean
	}
	return text
}

// passesMost bounds the work for text that is made to cause it.
const passesMost = 8

// Bytes returns text without its secrets; it may return text itself.
func (r *Redactor) Bytes(text []byte) []byte {
	before := string(text)
	after := r.Text(before)
	if after == before {
		return text
	}
	return []byte(after)
}

// Mark is what stands in the place of a secret. What names its kind, in a few
// words.
func Mark(what string) string { return markStart + what + markEnd }

const (
	markStart = "‹redacted: "
	markEnd   = "›"
	markMost  = 64 // bytes between the two
)

// markAt returns the length of the mark that text begins with, or 0.
func markAt(text string) int {
	if !strings.HasPrefix(text, markStart) {
		return 0
	}
	rest := text[len(markStart):]
	for i := 0; i < len(rest) && i <= markMost; i++ {
		c := rest[i]
		if strings.HasPrefix(rest[i:], markEnd) {
			if !isKind(rest[:i]) {
				return 0 // not ours: a secret could hide in it
			}
			return len(markStart) + i + len(markEnd)
		}
		if !alphanumeric(c) && c != ' ' && c != '-' && c != '.' {
			return 0
		}
	}
	return 0
}

// kinds are what secrets are beside those of the table.
var kinds = []string{
	"known secret", "private key", "AWS secret access key",
	"password", "secret", "key", "token", "signature", "credential", "authorization", "cookie",
}

func isKind(what string) bool {
	return slices.Contains(kinds, what) || slices.ContainsFunc(rows, func(r row) bool { return r.what == what })
}
