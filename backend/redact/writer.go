package redact

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Writer hands on what is written to it without its secrets, a whole line or a
// whole private key at a time, so that a secret that comes in pieces is seen whole.
// What comes after the last line is held back until Flush, or until it is long. It
// is safe for concurrent use.
type Writer struct {
	redactor *Redactor

	mu   sync.Mutex // guards what follows
	next io.Writer
	held []byte
}

// Writer returns a writer in front of next. Its Flush must be called at the end.
func (r *Redactor) Writer(next io.Writer) *Writer { return &Writer{redactor: r, next: next} }

const (
	heldMost = 256 << 10 // bytes of a line that does not end
	heldBack = 32 << 10  // of these, how many may belong to a secret that goes on
)

func (w *Writer) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, data...)
	if err := w.pass(w.ready()); err != nil {
		return 0, err
	}
	return len(data), nil
}

// ready returns how much of what is held can go.
func (w *Writer) ready() int {
	end := bytes.LastIndexByte(w.held, '\n') + 1
	text := string(w.held)
	if begin := strings.LastIndex(text[:end], pemStart); begin >= 0 && !strings.Contains(text[begin:end], "-----END ") && len(text)-begin < pemMost {
		end = begin
	}
	if len(text)-end < heldMost {
		return end
	}
	// A line without end: cut it between words, far from what may still go on.
	if blank := strings.LastIndexAny(text[:len(text)-heldBack], " \t"); blank > end {
		return blank + 1
	}
	return len(text) - heldBack
}

// Flush hands on what is still held.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(len(w.held))
}

func (w *Writer) pass(length int) error {
	if length == 0 {
		return nil
	}
	clean := w.redactor.Bytes(w.held[:length])
	w.held = append([]byte(nil), w.held[length:]...)
	if _, err := w.next.Write(clean); err != nil {
		return fmt.Errorf("writing what was redacted: %w", err)
	}
	return nil
}
