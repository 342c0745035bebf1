package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// place is where a line stands.
type place struct {
	segment int64 // its first number
	offset  int64
	length  int32 // 0 for no line
}

// known is what the index knows of a call, or of another event alone.
type known struct {
	seq     int64 // of its first entry
	session string
	kind    string
	parts   [parts]place // the last entry of each event
	outcome string
}

// parts are the events of a call, in their order.
const (
	partDecision = iota
	partAnswer
	partOutcome
	parts
)

// Outcomes that depend on what became of a session.
const (
	outcomeWaiting   = "waiting"
	outcomeCancelled = "cancelled"
)

// kindTrust is the kind of what has changed the trust.
const kindTrust = "trust"

// index is what a query looks at first. It holds no text but short words.
type index struct {
	segments []segment
	read     int64 // bytes of the last segment that are in it
	records  []*known
	calls    map[[2]string]*known // by session and call
	used     []string             // sessions, the last used last
	last     int64                // the last number
	damaged  int
	words    map[string]string // one copy of each session id and kind
}

// refresh takes in what was written since; it starts anew when segments are gone.
func (x *index) refresh(dir string) error {
	now, err := list(dir)
	if err != nil {
		return err
	}
	if len(x.segments) == 0 || len(now) < len(x.segments) || !slices.Equal(x.segments, now[:len(x.segments)]) {
		*x = index{calls: map[[2]string]*known{}, words: map[string]string{}}
	}
	for i, each := range now {
		from := int64(0)
		switch {
		case i < len(x.segments)-1:
			continue
		case i == len(x.segments)-1:
			from = x.read
		}
		read, err := x.take(dir, each, from)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile; the next query notices
		}
		if err != nil {
			return err
		}
		if i >= len(x.segments) {
			x.segments = append(x.segments, each)
		}
		x.read = from + read
	}
	return nil
}

// take reads a segment from an offset on, whole lines only, and returns how much
// of it that was.
func (x *index) take(dir string, s segment, from int64) (int64, error) {
	file, err := os.Open(filepath.Join(dir, s.name))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() < from {
		return 0, nil
	}
	data := make([]byte, info.Size()-from)
	n, err := file.ReadAt(data, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	data = data[:n]
	done := 0
	for {
		end := bytes.IndexByte(data[done:], '\n')
		if end < 0 {
			return int64(done), nil
		}
		x.line(data[done:done+end], place{s.first, from + int64(done), int32(end)})
		done += end + 1
	}
}

// brief is what of an entry the index needs.
type brief struct {
	Seq       int64  `json:"seq"`
	Event     Event  `json:"event"`
	SessionID string `json:"sessionId"`
	CallID    string `json:"callId"`
	Kind      string `json:"kind"`
	Effect    string `json:"effect"`
	Answer    string `json:"answer"`
	Status    string `json:"status"`
}

func (x *index) line(line []byte, at place) {
	b, ok := quick(line)
	if !ok {
		b = brief{}
		if json.Unmarshal(line, &b) != nil || b.Seq == 0 || b.Event == "" {
			x.damaged++
			return
		}
	}
	x.last = max(x.last, b.Seq)
	if b.SessionID != "" {
		x.use(x.word(b.SessionID))
	}
	if b.Event == EventTrust || b.CallID == "" {
		x.records = append(x.records, &known{seq: b.Seq, session: x.word(b.SessionID), kind: kindTrust, parts: [parts]place{at}, outcome: kindTrust})
		return
	}
	id := [2]string{x.word(b.SessionID), b.CallID}
	k := x.calls[id]
	if k == nil {
		k = &known{seq: b.Seq, session: id[0]}
		x.calls[id] = k
		x.records = append(x.records, k)
	}
	if b.Kind != "" {
		k.kind = x.word(b.Kind)
	}
	switch b.Event {
	case EventDecision:
		k.parts = [parts]place{partDecision: at}
		k.outcome = decided(b.Effect)
	case EventAnswer:
		k.parts[partAnswer] = at
		k.outcome = answered(b.Answer)
	case EventOutcome:
		k.parts[partOutcome] = at
		k.outcome = ended(b.Status, k.outcome)
	}
}

func (x *index) word(text string) string {
	if text == "" {
		return ""
	}
	one, ok := x.words[text]
	if !ok {
		one = text
		x.words[text] = one
	}
	return one
}

// use puts a session behind all others.
func (x *index) use(session string) {
	if n := len(x.used); n > 0 && x.used[n-1] == session {
		return
	}
	if at := slices.Index(x.used, session); at >= 0 {
		x.used = slices.Delete(x.used, at, at+1)
	}
	x.used = append(x.used, session)
}

func decided(effect string) string {
	switch effect {
	case "allow":
		return "allowed"
	case "ask":
		return outcomeWaiting
	}
	return "denied"
}

func answered(answer string) string {
	switch answer {
	case "approved", "rejected":
		return answer
	}
	return outcomeCancelled
}

// ended is the outcome of a call that has ended, from what was known before.
func ended(status, before string) string {
	switch status {
	case "completed":
		if before == "approved" {
			return before
		}
		return "allowed"
	case "rejected":
		if before == "rejected" {
			return before
		}
		return "denied" // where nobody could be asked a question is a no
	case "cancelled":
		return outcomeCancelled
	}
	return "failed"
}

// quick reads a line that is written as [Log.Append] writes it: it is many times as
// fast as a decoder. It says no to anything that it is not sure of.
func quick(line []byte) (brief, bool) {
	var b brief
	if len(line) < 2 || line[0] != '{' {
		return b, false
	}
	rest := line[1:]
	for len(rest) > 1 {
		name, after, ok := text(rest)
		if !ok || len(after) == 0 || after[0] != ':' {
			return b, false
		}
		if after = after[1:]; len(after) == 0 {
			return b, false
		}
		var value []byte
		switch after[0] {
		case '"':
			if value, after, ok = text(after); !ok {
				return b, false
			}
		case '[':
			if after, ok = skipTexts(after); !ok {
				return b, false
			}
		default:
			end := bytes.IndexAny(after, ",}")
			if end < 0 {
				return b, false
			}
			value, after = after[:end], after[end:]
		}
		if !b.set(string(name), value) {
			return b, false
		}
		if len(after) == 1 && after[0] == '}' {
			return b, b.Seq > 0 && b.Event != ""
		}
		if len(after) == 0 || after[0] != ',' {
			return b, false
		}
		rest = after[1:]
	}
	return b, false
}

// set sets a field; it says no where the value would have to be decoded.
func (b *brief) set(name string, value []byte) bool {
	var field *string
	switch name {
	case "seq":
		for _, c := range value {
			if c < '0' || c > '9' {
				return false
			}
			b.Seq = b.Seq*10 + int64(c-'0')
		}
		return true
	case "event":
		b.Event = Event(value)
		return bytes.IndexByte(value, '\\') < 0
	case "sessionId":
		field = &b.SessionID
	case "callId":
		field = &b.CallID
	case "kind":
		field = &b.Kind
	case "effect":
		field = &b.Effect
	case "answer":
		field = &b.Answer
	case "status":
		field = &b.Status
	default:
		return true
	}
	*field = string(value)
	return bytes.IndexByte(value, '\\') < 0
}

// text returns what is between the quotes at the start of data, and what follows.
func text(data []byte) (inner, after []byte, ok bool) {
	if len(data) == 0 || data[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(data); {
		end := bytes.IndexByte(data[i:], '"')
		if end < 0 {
			return nil, nil, false
		}
		i += end
		slashes := 0
		for data[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return data[1:i], data[i+1:], true
		}
		i++
	}
	return nil, nil, false
}

// skipTexts returns what follows the list of texts at the start of data.
func skipTexts(data []byte) ([]byte, bool) {
	rest := data[1:]
	for {
		_, after, ok := text(rest)
		switch {
		case !ok || len(after) == 0:
			return nil, false
		case after[0] == ']':
			return after[1:], true
		case after[0] != ',':
			return nil, false
		}
		rest = after[1:]
	}
}
