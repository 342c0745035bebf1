package agent

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/provider"
)

// answer is one scripted reply: its events, or an error to begin with, or a
// function for what a list cannot say.
type scriptedReply struct {
	events []provider.Event
	end    error           // after the events; nil is io.EOF
	refuse error           // by Stream itself
	wait   <-chan struct{} // after the events
	each   time.Duration   // before each event
	hangs  bool            // after the events, until it is cancelled
}

// scripted plays answers in order and keeps the requests.
type scripted struct {
	mu       sync.Mutex
	answers  []scriptedReply
	requests []provider.Request
	models   []provider.Model
	asked    chan struct{} // gets a value for each request
	context  int           // tokens that the model takes
	local    bool          // it runs on this machine
	// scripts are the answers to conversations that begin with a text.
	scripts map[string][]scriptedReply
}

func newScripted(answers ...scriptedReply) *scripted {
	return &scripted{answers: answers, asked: make(chan struct{}, 100)}
}

func (s *scripted) Info(context.Context) provider.Info {
	return provider.Info{ID: "fake", Name: "Fake", Ready: true, Local: s.local}
}

func (s *scripted) Models(context.Context) ([]provider.Model, error) {
	if s.models != nil {
		return s.models, nil
	}
	return []provider.Model{{ID: "m1", ContextTokens: s.context}}, nil
}

func (s *scripted) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	s.asked <- struct{}{}
	opening := request.Messages[0].Blocks[0].Text
	if script := s.scripts[opening]; len(script) > 0 {
		s.scripts[opening] = script[1:]
		return script[0].stream(ctx)
	}
	if len(s.answers) == 0 {
		return nil, &provider.Error{Class: provider.ClassValidation, Message: "the script has ended"}
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return a.stream(ctx)
}

func (a scriptedReply) stream(ctx context.Context) (provider.Stream, error) {
	if a.refuse != nil {
		return nil, a.refuse
	}
	return &playing{done: ctx.Done(), err: ctx.Err, answer: a}, nil
}

type playing struct {
	done   <-chan struct{}
	err    func() error // once done
	answer scriptedReply
}

func (p *playing) Next() (provider.Event, error) {
	if err := p.err(); err != nil {
		return provider.Event{}, err
	}
	if p.answer.each > 0 {
		<-time.After(p.answer.each)
	}
	if len(p.answer.events) > 0 {
		event := p.answer.events[0]
		p.answer.events = p.answer.events[1:]
		return event, nil
	}
	if p.answer.wait != nil {
		select {
		case <-p.answer.wait:
		case <-p.done:
			return provider.Event{}, p.err()
		}
	}
	if p.answer.hangs {
		<-p.done
		return provider.Event{}, p.err()
	}
	if p.answer.end != nil {
		return provider.Event{}, p.answer.end
	}
	return provider.Event{}, io.EOF
}

func (p *playing) Close() error { return nil }

// says is a reply of text.
func says(text string) scriptedReply {
	return scriptedReply{events: append(textEvents(0, text), stop(provider.StopEndTurn))}
}

func textEvents(index int, text string) []provider.Event {
	events := []provider.Event{{Kind: provider.EventBlockStart, Index: index, Block: provider.BlockText}}
	for _, word := range strings.SplitAfter(text, " ") {
		events = append(events, provider.Event{Kind: provider.EventDelta, Index: index, Text: word})
	}
	return append(events, provider.Event{Kind: provider.EventBlockStop, Index: index})
}

func stop(reason provider.StopReason) provider.Event {
	return provider.Event{Kind: provider.EventStop, StopReason: reason}
}

// calls is a reply of tool calls, each a name and its arguments.
func calls(pairs ...string) scriptedReply {
	var events []provider.Event
	for i := 0; i < len(pairs); i += 2 {
		events = append(events, callEvents(i/2, fmt.Sprintf("id%d", i/2), pairs[i], pairs[i+1])...)
	}
	return scriptedReply{events: append(events, stop(provider.StopToolUse))}
}

func callEvents(index int, id, name, arguments string) []provider.Event {
	half := len(arguments) / 2
	return []provider.Event{
		{Kind: provider.EventBlockStart, Index: index, Block: provider.BlockToolCall, ID: id, Name: name},
		{Kind: provider.EventDelta, Index: index, Text: arguments[:half]},
		{Kind: provider.EventDelta, Index: index, Text: arguments[half:]},
		{Kind: provider.EventBlockStop, Index: index},
	}
}
