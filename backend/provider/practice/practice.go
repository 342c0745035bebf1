// Package practice is the built-in stand-in for a model: a set of fixed rules,
// offline and free, with which everything in Keel can be tried.
//
// It understands a small set of plain requests, listed by [Examples], and works
// them off with the same tools, approvals and checkpoints as a real model. It
// never claims to be one.
//
// # Promises
//
// The same conversation gets the same reply: nothing is kept between replies,
// and nothing but the conversation is looked at. Where a plan stands is found
// by working it off from its beginning against the recorded results of its
// tool calls. A call that was refused or failed ends the plan, with the reason
// said. A request of which a part is not understood is not begun. What a message
// points at is never read, whatever it says: only what it is.
package practice

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/keel-ide/keel/backend/provider"
)

// ID is the provider's id, and that of its only model.
const ID = "practice"

// Pace is a delay between words at which a person can watch a reply being
// written.
const Pace = 12 * time.Millisecond

// Options are what a [Provider] can be given.
type Options struct {
	Delay time.Duration // before each word; 0 is none
}

// Provider answers by rules. It is safe for concurrent use.
type Provider struct{ delay time.Duration }

// New returns the practice model.
func New(o Options) *Provider { return &Provider{delay: o.Delay} }

// Info says what this is; it is always ready.
func (p *Provider) Info(context.Context) provider.Info {
	return provider.Info{ID: ID, Name: "Practice model", Practice: true, Ready: true}
}

// Models lists the one model there is.
func (p *Provider) Models(context.Context) ([]provider.Model, error) {
	return []provider.Model{{ID: ID, Name: "Practice model"}}, nil
}

// Stream answers the conversation's last request, or goes on with it.
func (p *Provider) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &stream{done: ctx.Done(), ended: ctx.Err, delay: p.delay, steps: steps(answer(request.Messages))}, nil
}

// reply is one reply of the practice model.
type reply struct {
	text string
	call *provider.ToolCall // nil when the reply ends the turn
}

// steps turns a reply into events, in deltas of about a word.
func steps(r reply) []provider.Event {
	var all []provider.Event
	add := func(start provider.Event, text string) {
		start.Kind = provider.EventBlockStart
		all = append(all, start)
		for _, word := range words(text) {
			all = append(all, provider.Event{Kind: provider.EventDelta, Index: start.Index, Text: word})
		}
		all = append(all, provider.Event{Kind: provider.EventBlockStop, Index: start.Index})
	}
	reason := provider.StopEndTurn
	if r.text != "" {
		add(provider.Event{Block: provider.BlockText}, r.text)
	}
	if r.call != nil {
		add(provider.Event{Index: 1, Block: provider.BlockToolCall, ID: r.call.ID, Name: r.call.Name}, string(r.call.Arguments))
		reason = provider.StopToolUse
	}
	return append(all, provider.Event{Kind: provider.EventStop, StopReason: reason})
}

// words cuts text after each run of white space; together they are the text.
func words(text string) []string {
	var list []string
	start, blank := 0, false
	for i, r := range text {
		if blank && !unicode.IsSpace(r) {
			list = append(list, text[start:i])
			start = i
		}
		blank = unicode.IsSpace(r)
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

// stream plays a reply's events.
type stream struct {
	done  <-chan struct{} // of the request's context
	ended func() error
	delay time.Duration
	steps []provider.Event
}

// Next returns the next event, a delta after the delay.
func (s *stream) Next() (provider.Event, error) {
	if err := s.ended(); err != nil {
		return provider.Event{}, err
	}
	if len(s.steps) == 0 {
		return provider.Event{}, io.EOF
	}
	event := s.steps[0]
	s.steps = s.steps[1:]
	if event.Kind == provider.EventDelta && s.delay > 0 {
		timer := time.NewTimer(s.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.done:
			return provider.Event{}, s.ended()
		}
	}
	return event, nil
}

// Close ends the stream.
func (s *stream) Close() error {
	s.steps = nil
	return nil
}

// answer is the reply to a conversation.
func answer(messages []provider.Message) reply {
	turn := currentTurn(messages)
	p := &play{calls: turn.calls, number: turn.earlier}
	var plan []task
	for _, prompt := range turn.prompts {
		if len(prompt.given) > 0 {
			plan = append(plan, func(p *play) bool { return p.receive(prompt.given) })
			continue
		}
		tasks, misunderstood := parse(prompt.text)
		if misunderstood != "" {
			tasks = []task{func(p *play) bool { return p.explain(misunderstood) }}
		}
		plan = append(plan, tasks...)
	}
	for _, step := range plan {
		if !step(p) {
			break
		}
	}
	if p.text.Len() == 0 && p.pending == nil {
		p.say("There is nothing left to do.")
	}
	return reply{text: strings.TrimSpace(p.text.String()), call: p.pending}
}
