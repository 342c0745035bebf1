package redact

import (
	"slices"
	"strings"
)

// Known returns text without the secrets that were learnt. What only looks like a
// secret stays: it may be a file's content, which has to be exact.
func (r *Redactor) Known(text string) string {
	r.mu.RLock()
	known := r.learnt
	r.mu.RUnlock()
	return known.replace(text)
}

// Stream does what [Redactor.Known] does with text that comes in pieces of any
// kind. It is not safe for concurrent use.
type Stream struct {
	redactor *Redactor
	held     []byte // may be the beginning of a secret
}

// Stream returns a stream. The redactor may learn more while it is used.
func (r *Redactor) Stream() *Stream { return &Stream{redactor: r} }

// Next returns what can go on of all that came: it holds back an end with which a
// learnt secret begins, and nothing else. It may return piece itself.
func (s *Stream) Next(piece []byte) []byte {
	s.redactor.mu.RLock()
	known := s.redactor.learnt
	s.redactor.mu.RUnlock()
	if len(known.order) == 0 && len(s.held) == 0 {
		return piece
	}
	text := string(s.held) + string(piece)
	end := known.unfinished(text)
	s.held = append(s.held[:0], text[end:]...)
	return []byte(known.replace(text[:end]))
}

// Rest returns what is still held back, at the end.
func (s *Stream) Rest() []byte {
	rest := s.redactor.Known(string(s.held))
	s.held = nil
	return []byte(rest)
}

// unfinished returns where a learnt secret begins that may go on behind the end of
// text, or the length of text. It goes from one secret to the next as replace does,
// so that both see the same ones.
func (l *learnt) unfinished(text string) int {
	for i := 0; i < len(text); {
		rest := text[i:]
		switch {
		case len(rest) > 1 && !l.starts[int(rest[0])<<8|int(rest[1])]:
			i++
			continue
		case len(rest) < l.most && l.begins(rest):
			return i
		}
		i += max(1, l.at(text, i))
	}
	return len(text)
}

// begins tells whether a learnt secret begins with all of text and is longer.
func (l *learnt) begins(text string) bool {
	return slices.ContainsFunc(l.order, func(each string) bool { return len(text) < len(each) && strings.HasPrefix(each, text) })
}
