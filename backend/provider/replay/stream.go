package replay

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/provider"
)

// lifetime is what a stream keeps of its request's context.
type lifetime struct {
	done <-chan struct{}
	err  func() error
}

func lifetimeOf(ctx context.Context) lifetime {
	return lifetime{done: ctx.Done(), err: ctx.Err}
}

// stream plays one line.
type stream struct {
	request lifetime // it ends a waiting Next
	line    Line
	events  iter.Seq[provider.Event]
	next    func() (provider.Event, bool)
	stop    func()
	closed  bool
}

// Next returns the next event, after the line's delay when it is a delta.
func (s *stream) Next() (provider.Event, error) {
	if err := s.request.err(); err != nil {
		return provider.Event{}, err
	}
	if s.closed {
		return provider.Event{}, io.EOF
	}
	if s.next == nil {
		s.next, s.stop = iter.Pull(s.events)
	}
	event, ok := s.next()
	if !ok {
		if s.line.Error != nil {
			return provider.Event{}, s.line.Error.provider()
		}
		return provider.Event{}, io.EOF
	}
	if event.Kind == provider.EventDelta && s.line.DelayMs > 0 {
		if err := s.request.wait(time.Duration(s.line.DelayMs) * time.Millisecond); err != nil {
			return provider.Event{}, err
		}
	}
	return event, nil
}

func (l lifetime) wait(delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-l.done:
		return l.err()
	}
}

// Close ends the stream; it may be called more than once.
func (s *stream) Close() error {
	s.closed = true
	if s.stop != nil {
		s.stop()
	}
	return nil
}

// part is one block of a reply.
type part struct {
	start provider.Event
	text  string
	times int
}

// parts returns the reply's blocks in the order in which a model streams them.
func (l Line) parts(number int) []part {
	var parts []part
	if l.Reasoning != "" {
		parts = append(parts, part{provider.Event{Block: provider.BlockReasoning}, l.Reasoning, 1})
	}
	if l.Text != "" {
		parts = append(parts, part{provider.Event{Block: provider.BlockText}, l.Text, max(1, l.Repeat)})
	}
	for i, call := range l.ToolCalls {
		arguments := string(call.Arguments)
		if arguments == "" {
			arguments = "{}"
		}
		id := cmp.Or(call.ID, fmt.Sprintf("replay_%d_%d", number, i+1))
		parts = append(parts, part{provider.Event{Block: provider.BlockToolCall, ID: id, Name: call.Name}, arguments, 1})
	}
	return parts
}

// events yields the whole reply; a long repeated text is never held in memory.
// A cut reply ends half-way through its last block, an erroneous one after its
// last delta.
func (l Line) events(number int) iter.Seq[provider.Event] {
	return func(yield func(provider.Event) bool) {
		parts := l.parts(number)
		for i, p := range parts {
			broken := i == len(parts)-1 && (l.Cut || l.Error != nil)
			if !p.play(yield, i, cmp.Or(l.Chunk, defaultChunk), l.Cut && broken, broken) {
				return
			}
		}
		if l.Usage != nil && !yield(provider.Event{Kind: provider.EventUsage, Usage: *l.Usage}) {
			return
		}
		if l.Cut || l.Error != nil {
			return
		}
		reason := l.StopReason
		if reason == "" {
			reason = provider.StopEndTurn
			if len(l.ToolCalls) > 0 {
				reason = provider.StopToolUse
			}
		}
		yield(provider.Event{Kind: provider.EventStop, StopReason: reason})
	}
}

// play yields one block. half plays only the first half of its text, open
// leaves it without its end.
func (p part) play(yield func(provider.Event) bool, index, chunk int, half, open bool) bool {
	start := p.start
	start.Kind, start.Index = provider.EventBlockStart, index
	if !yield(start) {
		return false
	}
	characters := []rune(strings.ToValidUTF8(p.text, "\uFFFD"))
	if half {
		characters = characters[:len(characters)/2]
	}
	for range p.times {
		for rest := characters; len(rest) > 0; {
			size := min(chunk, len(rest))
			if !yield(provider.Event{Kind: provider.EventDelta, Index: index, Text: string(rest[:size])}) {
				return false
			}
			rest = rest[size:]
		}
	}
	return open || yield(provider.Event{Kind: provider.EventBlockStop, Index: index})
}
