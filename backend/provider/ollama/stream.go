package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// Stream starts a reply of request.Model.
func (p *Provider) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	if request.Model == "" {
		return nil, &provider.Error{Class: provider.ClassValidation, Message: "No model of Ollama is chosen.", Hint: "Choose one in the model picker."}
	}
	k := p.beforehand(ctx, request.Model)
	streaming, cancel := context.WithCancel(ctx)
	body, err := p.ask(streaming, request, k)
	if err != nil {
		cancel()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return &stream{
		cause: ctx.Err, closed: streaming.Err, cancel: cancel,
		body: body, decoder: endpoint.NewValues(body),
		service: p.service, model: request.Model, prefix: len(request.Messages),
	}, nil
}

// beforehand is what is known of a model, asking Ollama the first time. Without
// an answer the request is made as for a model of which nothing is known.
func (p *Provider) beforehand(ctx context.Context, model string) about {
	bounded, cancel := context.WithTimeout(ctx, showTime)
	defer cancel()
	k, err := p.about(bounded, tag{Name: model})
	if err != nil {
		return about{}
	}
	return k
}

// ask sends the request, and once more without thinking where that is refused.
func (p *Provider) ask(ctx context.Context, request provider.Request, k about) (io.ReadCloser, error) {
	for {
		p.mu.Lock()
		think := k.thinking && !p.noThought[request.Model]
		p.mu.Unlock()
		text, err := encode(request, p.contextOf(k), think)
		if err != nil {
			return nil, &provider.Error{Class: provider.ClassValidation, Message: "The request could not be written: " + endpoint.Sentence(err.Error()), Hint: "Start a new session.", Err: err}
		}
		response, err := p.client.Do(ctx, p.service, endpoint.Call{Method: "POST", Path: "/api/chat", Body: text, Model: request.Model})
		if err == nil {
			return response.Body, nil
		}
		refusal, ok := errors.AsType[*endpoint.Refusal](err)
		if !ok || !think || !refusal.Mentions("does not support thinking") {
			return nil, err
		}
		p.mu.Lock()
		p.noThought[request.Model] = true
		p.mu.Unlock()
	}
}

// piece is a line of a reply.
type piece struct {
	Error   json.RawMessage `json:"error"`
	Message struct {
		Content   string `json:"content"`
		Thinking  string `json:"thinking"`
		ToolCalls []call `json:"tool_calls"`
	} `json:"message"`
	Done       bool   `json:"done"`
	DoneReason string `json:"done_reason"`
	Prompt     int64  `json:"prompt_eval_count"`
	Output     int64  `json:"eval_count"`
}

// stream reads one reply, a JSON object a line.
type stream struct {
	cause   func() error // why the caller's context ended; nil while it has not
	closed  func() error // the same, or that the stream was closed
	cancel  context.CancelFunc
	body    io.ReadCloser
	decoder *endpoint.Values
	service endpoint.Service
	model   string
	prefix  int // makes the ids of calls unlike those of other replies

	next  int // index of the next block
	calls int
	open  bool
	kind  provider.BlockKind // of the open text or reasoning
	ids   map[string]bool
	out   endpoint.Queue
}

// Next returns the next event that means something to the agent.
func (s *stream) Next() (provider.Event, error) { return s.out.Next(s.cause, s.step) }

func (s *stream) step() {
	var p piece
	err := s.decoder.Decode(&p)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		s.stopped(err)
		return
	}
	if text := string(p.Error); text != "" && text != "null" && text != `""` {
		s.out.Events = nil
		s.out.End = endpoint.Explain(endpoint.ParseRefusal(p.Error, ""), s.service, s.model, false)
		return
	}
	s.text(provider.BlockReasoning, p.Message.Thinking)
	s.text(provider.BlockText, p.Message.Content)
	for _, c := range p.Message.ToolCalls {
		s.call(c)
	}
	if !p.Done {
		return
	}
	s.closeText()
	if p.Prompt > 0 || p.Output > 0 {
		s.out.Events = append(s.out.Events, provider.Event{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: max(p.Prompt, 0), OutputTokens: max(p.Output, 0)}})
	}
	s.out.Events = append(s.out.Events, provider.Event{Kind: provider.EventStop, StopReason: stopReason(p.DoneReason)})
	s.out.End = io.EOF
}

// stopped ends a stream that did not say that it is done.
func (s *stream) stopped(err error) {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case s.cause() != nil:
		s.out.End = s.cause()
	case s.closed() != nil:
		s.out.End = s.closed()
	case errors.Is(err, io.EOF):
		s.out.End = io.EOF // without a stop: Assemble takes it for cut
	case syntax && s.next == 0:
		s.out.End = endpoint.Explain(&endpoint.Refusal{Status: 200, Page: true}, s.service, s.model, false)
	default:
		s.out.End = endpoint.Cut(err, s.service)
	}
}

func (s *stream) text(kind provider.BlockKind, text string) {
	if text == "" {
		return
	}
	if s.open && s.kind != kind {
		s.closeText()
	}
	if !s.open {
		s.open, s.kind = true, kind
		s.next++
	}
	s.out.Events = append(s.out.Events, provider.Event{Kind: provider.EventDelta, Index: s.next - 1, Block: kind, Text: text})
}

func (s *stream) closeText() {
	if s.open {
		s.open = false
		s.out.Events = append(s.out.Events, provider.Event{Kind: provider.EventBlockStop, Index: s.next - 1})
	}
}

// call adds a tool call, which comes whole. Its id is made up where Ollama gives
// none, or one for the second time.
func (s *stream) call(c call) {
	s.closeText()
	if s.ids == nil {
		s.ids = make(map[string]bool)
	}
	id := c.ID
	for n := s.calls; id == "" || s.ids[id]; n++ {
		id = fmt.Sprintf("call_%d_%d", s.prefix, n)
	}
	s.ids[id] = true
	s.calls++
	index := s.next
	s.next++
	s.out.Events = append(s.out.Events,
		provider.Event{Kind: provider.EventBlockStart, Index: index, Block: provider.BlockToolCall, ID: id, Name: c.Function.Name},
		provider.Event{Kind: provider.EventDelta, Index: index, Block: provider.BlockToolCall, Text: arguments(c.Function.Arguments)},
		provider.Event{Kind: provider.EventBlockStop, Index: index},
	)
}

// arguments is an object as its text, also where it came as a string.
func arguments(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// Close ends the reply and frees its connection.
func (s *stream) Close() error {
	s.cancel()
	return s.body.Close()
}

// stopReason translates Ollama's reasons, of which older versions give none;
// others pass as they are, and are told to the person.
func stopReason(reason string) provider.StopReason {
	switch reason {
	case "", "stop", "tool_calls":
		return provider.StopEndTurn
	case "length":
		return provider.StopMaxTokens
	}
	return provider.StopReason(reason)
}
