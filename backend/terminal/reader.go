package terminal

import (
	"context"
	"io"
)

// chunkLimit is how large a chunk can be: what crosses to the page fastest.
const chunkLimit = 256 << 10

// Exit is how a shell ended.
type Exit struct {
	Code   int    // 128 + the signal's number when a signal ended it
	Signal string // its name, such as "SIGHUP"
}

// Chunk is a piece of output, or the end.
type Chunk struct {
	Offset int64  // of its first byte; larger than expected when output was forgotten
	Bytes  int64  // of Text; what is to be acknowledged
	Text   string // valid UTF-8, whole characters
	Exit   *Exit  // set in the last chunk only
}

// Reader follows one terminal's output. Next is called from one goroutine, the
// others from any.
type Reader struct {
	terminal     *terminal
	closed       chan struct{}
	position     int64 // these are guarded by terminal.mu
	acknowledged int64
	shut, over   bool
}

// Read returns a reader that begins at an offset: 0 for all that is kept, the
// end of the last chunk to go on. It stays open, and holds up the shell when
// it falls behind, until it is closed; ctx is for the call only.
func (s *Terminals) Read(ctx context.Context, id string, from int64) (*Reader, error) {
	t, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.kept.start(from)
	r := &Reader{terminal: t, closed: make(chan struct{}), position: at, acknowledged: at}
	t.readers[r] = true
	return r, nil
}

// Next waits for output and returns all there is, up to 256 KiB. After the
// chunk with the exit it returns io.EOF, after Close [ErrClosed].
func (r *Reader) Next(ctx context.Context) (Chunk, error) {
	for {
		chunk, grown, err := r.take()
		if err != nil || grown == nil {
			return chunk, err
		}
		select {
		case <-grown:
		case <-r.closed:
		case <-ctx.Done():
			return Chunk{}, ctx.Err()
		}
	}
}

// take returns what there is, or a channel that is closed when there is more.
func (r *Reader) take() (Chunk, <-chan struct{}, error) {
	t := r.terminal
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case r.shut:
		return Chunk{}, nil, ErrClosed
	case r.over:
		return Chunk{}, nil, io.EOF
	}
	// Readers are waited for, so what they need is not forgotten; should it be
	// all the same, the offset says so.
	r.position = max(r.position, t.kept.base)
	text := t.kept.read(r.position, chunkLimit)
	chunk := Chunk{Offset: r.position, Bytes: int64(len(text)), Text: text}
	r.position += chunk.Bytes
	switch {
	case t.exit != nil && r.position == t.kept.end():
		exit := *t.exit
		chunk.Exit, r.over = &exit, true
	case text == "":
		if t.grown == nil {
			t.grown = make(chan struct{})
		}
		return Chunk{}, t.grown, nil
	}
	return chunk, nil, nil
}

// Ack says that so many bytes of text were dealt with. More than were handed
// out count as all of them.
func (r *Reader) Ack(bytes int64) {
	t := r.terminal
	t.mu.Lock()
	r.acknowledged = min(r.acknowledged+max(bytes, 0), r.position)
	t.mu.Unlock()
	signal(t.acked)
}

// Close ends the reader; the shell no longer waits for it.
func (r *Reader) Close() error {
	t := r.terminal
	t.mu.Lock()
	if !r.shut {
		r.shut = true
		close(r.closed)
		delete(t.readers, r)
	}
	t.mu.Unlock()
	signal(t.acked)
	return nil
}
