package terminal

import (
	"context"
	"io"
	"sync"
)

// inputLimit is how much typed text may wait for a program that does not read.
const inputLimit = 1 << 20

// input is the line in which typed text waits: programs read when they like,
// and typing must not hang on them.
type input struct {
	mu      sync.Mutex // guards pending, closed, room
	pending []byte
	closed  bool
	room    chan struct{} // closed when there is room again; nil when nobody waits
	some    chan struct{} // buffered 1
}

func newInput() *input { return &input{some: make(chan struct{}, 1)} }

// put queues text. It waits for room unless the line is empty.
func (i *input) put(ctx context.Context, text string) error {
	for {
		i.mu.Lock()
		if i.closed {
			i.mu.Unlock()
			return ErrClosed
		}
		if len(i.pending) == 0 || len(i.pending)+len(text) <= inputLimit {
			i.pending = append(i.pending, text...)
			i.mu.Unlock()
			signal(i.some)
			return nil
		}
		if i.room == nil {
			i.room = make(chan struct{})
		}
		room := i.room
		i.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// run writes until close; a terminal that takes nothing any more ends it too.
func (i *input) run(to io.Writer) {
	for range i.some {
		for {
			text, open := i.take()
			if !open {
				return
			}
			if len(text) == 0 {
				break
			}
			if _, err := to.Write(text); err != nil {
				i.close()
				return
			}
		}
	}
}

func (i *input) take() (text []byte, open bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	text, i.pending = i.pending, nil
	i.letIn()
	return text, !i.closed
}

func (i *input) close() {
	i.mu.Lock()
	i.closed = true
	i.letIn()
	i.mu.Unlock()
	signal(i.some)
}

// letIn lets waiting calls look again; called with mu held.
func (i *input) letIn() {
	if i.room != nil {
		close(i.room)
		i.room = nil
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
