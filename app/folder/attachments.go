package folder

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/terminal"
)

// frame is how often at most a terminal's output becomes an event: more often
// than the screen shows is only work.
const frame = 16 * time.Millisecond

// Attachments carries terminal output to the page and keystrokes back, both in
// order, although calls over the seam can overtake each other.
type Attachments struct {
	ctx       context.Context
	terminals *terminal.Terminals
	send      func(wire.TerminalOutput)
	group     sync.WaitGroup

	mu      sync.Mutex // guards what follows
	streams int64
	open    map[string]attachment
	typed   map[string]*typing
	closed  bool
}

type attachment struct {
	stream int64
	cancel context.CancelFunc
	reader *terminal.Reader
}

// typing puts keystrokes back into order.
type typing struct {
	mu   sync.Mutex // guards what follows
	next int64
	held map[int64]string
}

// Attach starts to send a terminal's output from an offset on, and ends an
// earlier attachment of the same terminal. Keystrokes count from 1, or go on
// counting when the same page attaches again.
func (a *Attachments) Attach(ctx context.Context, id string, from int64, again bool) (int64, error) {
	reader, err := a.terminals.Read(ctx, id, from)
	if err != nil {
		return 0, err
	}
	pumping, cancel := context.WithCancel(a.ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		cancel()
		return 0, errors.Join(terminal.ErrClosed, reader.Close())
	}
	if before, ok := a.open[id]; ok {
		before.cancel()
	}
	a.streams++
	stream := a.streams
	a.open[id] = attachment{stream: stream, cancel: cancel, reader: reader}
	if _, known := a.typed[id]; !known || !again {
		a.typed[id] = &typing{next: 1, held: map[int64]string{}}
	}
	a.group.Go(func() {
		defer cancel()
		defer reader.Close()
		a.pump(pumping, id, stream, reader)
	})
	return stream, nil
}

// Acknowledge tells the terminal that output was drawn.
func (a *Attachments) Acknowledge(id string, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if attached, ok := a.open[id]; ok {
		attached.reader.Ack(bytes)
	}
}

// Write types text once all text with a smaller number was typed.
func (a *Attachments) Write(ctx context.Context, id string, seq int64, text string) error {
	a.mu.Lock()
	order, ok := a.typed[id]
	a.mu.Unlock()
	if !ok {
		return a.terminals.Write(ctx, id, text)
	}
	order.mu.Lock()
	defer order.mu.Unlock()
	order.held[seq] = text
	for {
		next, ok := order.held[order.next]
		if !ok {
			return nil
		}
		delete(order.held, order.next)
		order.next++
		if err := a.terminals.Write(ctx, id, next); err != nil {
			return err
		}
	}
}

// Close waits for all attachments; their context has ended. None starts any more.
func (a *Attachments) Close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.group.Wait()
}

func (a *Attachments) pump(ctx context.Context, id string, stream int64, reader *terminal.Reader) {
	var seq int64
	for {
		chunk, err := reader.Next(ctx)
		if err != nil {
			if !errors.Is(err, io.EOF) && ctx.Err() == nil {
				a.send(wire.TerminalOutput{ID: id, Stream: stream, Seq: seq + 1, Exited: true})
			}
			return
		}
		seq++
		output := wire.TerminalOutput{
			ID:     id,
			Stream: stream,
			Seq:    seq,
			Offset: chunk.Offset,
			Bytes:  chunk.Bytes,
			Text:   chunk.Text,
		}
		if chunk.Exit != nil {
			output.Exited = true
			output.ExitCode = chunk.Exit.Code
			output.Signal = chunk.Exit.Signal
		}
		a.send(output)
		if output.Exited {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(frame):
		}
	}
}
