package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// Query chooses records, the newest first. Empty fields choose everything.
type Query struct {
	SessionID string
	Kind      string // of tool, or trust
	Outcome   string // see [Record]
	Text      string // anywhere in command, paths, title or reason; upper and lower case alike
	Before    int64  // records with a smaller number only; 0 for the newest
	Limit     int    // 0 for 200; 1000 at most
	// Waits tells whether something still waits in a session: a call that waits in
	// another one was cancelled. Nil: in all of them.
	Waits func(sessionID string) bool
}

// Page is a part of the log.
type Page struct {
	Records  []Record
	More     bool     // there may be older ones
	Sessions []string // that the log knows, the last used first
	Last     int64    // the last number in the log
	Damaged  int      // lines that could not be read
}

const (
	limitDefault = 200
	limitMost    = 1000
)

// Query returns a part of the log. A record has the number of its first entry, and
// stays where it is when the call goes on.
func (l *Log) Query(ctx context.Context, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = limitDefault
	}
	q.Limit = min(q.Limit, limitMost)
	l.reading.Lock()
	defer l.reading.Unlock()
	if err := l.index.refresh(l.dir); err != nil {
		return Page{}, fmt.Errorf("reading the audit log: %w", err)
	}
	x := &l.index
	page := Page{Records: []Record{}, Sessions: slices.Clone(x.used), Last: x.last, Damaged: x.damaged}
	slices.Reverse(page.Sessions)
	from := len(x.records)
	if q.Before > 0 {
		from = sort.Search(len(x.records), func(i int) bool { return x.records[i].seq >= q.Before })
	}
	lines := reader{dir: l.dir, needle: needle(q.Text)}
	defer lines.close()
	for i := from - 1; i >= 0; i-- {
		k := x.records[i]
		outcome := k.outcome
		if outcome == outcomeWaiting && q.Waits != nil && !q.Waits(k.session) {
			outcome = outcomeCancelled
		}
		if q.SessionID != "" && q.SessionID != k.session || q.Kind != "" && q.Kind != k.kind || q.Outcome != "" && q.Outcome != outcome {
			continue
		}
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		record, ok := lines.record(k)
		if !ok || !holds(record, q.Text) {
			continue
		}
		record.Outcome = outcome
		if len(page.Records) == q.Limit {
			page.More = true
			break
		}
		page.Records = append(page.Records, record)
	}
	return page, nil
}

// holds reports whether a text occurs in a record.
func holds(r Record, text string) bool {
	if text == "" {
		return true
	}
	text = strings.ToLower(text)
	for _, each := range append([]string{r.Command, r.Title, r.Reason, r.Original, r.Feedback, r.Pattern, r.Tool}, r.Paths...) {
		if strings.Contains(strings.ToLower(each), text) {
			return true
		}
	}
	return false
}

// needle is what a line must hold, in small letters, for a record with this text;
// nil where that cannot be told from the line alone.
func needle(text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return nil
		}
	}
	return []byte(strings.ToLower(text))
}

// reader reads the lines of records.
type reader struct {
	dir     string
	needle  []byte // nil for none
	segment int64
	file    *os.File
	// A part of the segment that was read already: queries go backwards.
	at   int64
	data []byte
	low  []byte
}

const readAhead = 256 << 10

func (r *reader) close() {
	if r.file != nil {
		r.file.Close()
	}
}

// record joins the lines of a call. It says no to one whose lines do not hold the
// needle, or are gone.
func (r *reader) record(k *known) (Record, bool) {
	var lines [parts][]byte
	found := len(r.needle) == 0
	for i, at := range k.parts {
		if at.length == 0 {
			continue
		}
		line, err := r.line(at)
		if err != nil {
			continue
		}
		lines[i] = line
		if !found {
			r.low = lower(r.low[:0], line)
			found = bytes.Contains(r.low, r.needle)
		}
	}
	if !found {
		return Record{}, false
	}
	record := Record{Outcome: k.outcome}
	var first Entry
	for _, line := range lines {
		// Later entries hold only what they add.
		if line == nil || json.Unmarshal(line, &record.Entry) != nil {
			continue
		}
		if first.Event == "" {
			first = record.Entry
		}
	}
	record.Seq, record.At, record.Event = k.seq, first.At, first.Event
	return record, first.Event != ""
}

// lower appends line to out with its capital letters of ASCII made small.
func lower(out, line []byte) []byte {
	out = append(out, line...)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return out
}

// line returns a line; it stays as it is when others are read.
func (r *reader) line(at place) ([]byte, error) {
	if r.segment != at.segment || r.file == nil {
		r.close()
		file, err := os.Open(filepath.Join(r.dir, segmentName(at.segment)))
		if err != nil {
			r.file = nil
			return nil, err
		}
		r.file, r.segment, r.data = file, at.segment, nil
	}
	end := at.offset + int64(at.length)
	if at.offset < r.at || end > r.at+int64(len(r.data)) || r.data == nil {
		from := max(0, end-readAhead)
		if int64(at.length) > readAhead {
			from = at.offset
		}
		data := make([]byte, min(end-from+readAhead/4, max(readAhead, int64(at.length))+readAhead/4))
		n, err := r.file.ReadAt(data, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		r.at, r.data = from, data[:n]
	}
	if end > r.at+int64(len(r.data)) {
		return nil, io.ErrUnexpectedEOF
	}
	return r.data[at.offset-r.at : end-r.at], nil
}
