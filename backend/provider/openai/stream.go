package openai

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// Stream starts a reply of request.Model.
func (p *Provider) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	if request.Model == "" {
		return nil, &provider.Error{Class: provider.ClassValidation, Message: "No model of " + p.options.Name + " is chosen.", Hint: "Choose one in the model picker."}
	}
	key, err := p.key(ctx)
	if err != nil {
		return nil, err
	}
	streaming, cancel := context.WithCancel(ctx)
	response, err := p.ask(streaming, request, key)
	if kept, again := p.askedForKey(ctx, err); again {
		key = kept
		response, err = p.ask(streaming, request, key)
	}
	if err != nil {
		cancel()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return &stream{
		cause: ctx.Err, closed: streaming.Err, cancel: cancel, grace: p.options.Grace,
		body: response, reader: bufio.NewReaderSize(response, 64<<10),
		service: p.service, model: request.Model, key: key,
		translator: translator{prefix: len(request.Messages)},
	}, nil
}

// ask sends the request, again where the service refused a field that it can do
// without, each of them once.
func (p *Provider) ask(ctx context.Context, request provider.Request, key string) (io.ReadCloser, error) {
	for {
		s := p.shapeOf(request.Model)
		text, err := encode(request, s)
		if err != nil {
			return nil, &provider.Error{Class: provider.ClassValidation, Message: "The request could not be written: " + endpoint.Sentence(err.Error()), Hint: "Start a new session.", Err: err}
		}
		response, err := p.client.Do(ctx, p.service, endpoint.Call{
			Method: "POST", Path: "/chat/completions", Body: text, Key: key, Model: request.Model,
			Header: map[string][]string{"Accept": {"text/event-stream, application/json"}},
		})
		if err == nil {
			return response.Body, nil
		}
		next, ok := adapt(s, err, request)
		if !ok {
			return nil, err
		}
		p.learn(request.Model, next)
	}
}

func (p *Provider) shapeOf(model string) shape {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.learnt[model]
}

func (p *Provider) learn(model string, s shape) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.learnt[model] = s
}

// adapt returns the shape that answers a refusal, or false when there is none.
// Each change is made once, so that asking again comes to an end.
func adapt(s shape, err error, request provider.Request) (shape, bool) {
	refusal, ok := errors.AsType[*endpoint.Refusal](err)
	if !ok || provider.ClassOf(err) != provider.ClassValidation && refusal.Status != 500 {
		return s, false
	}
	switch {
	case !s.noUsage && (refusal.Mentions("stream_options") || refusal.Mentions("include_usage")):
		s.noUsage = true
	case !s.reasoning && refusal.Mentions("reasoning_content"):
		s.reasoning = true
	case request.MaxTokens > 0 && !s.noLimit && (refusal.Mentions("max_tokens") || refusal.Mentions("max_completion_tokens")):
		tooLarge := refusal.Mentions("too large") || refusal.Mentions("at most") || refusal.Mentions("exceed") || refusal.Mentions("less than")
		if s.completion || tooLarge {
			s.completion, s.noLimit = false, true
		} else {
			s.completion = true
		}
	default:
		return s, false
	}
	return s, true
}

// stream reads one reply: server-sent events, or JSON where the service does
// not stream.
type stream struct {
	cause   func() error // why the caller's context ended; nil while it has not
	closed  func() error // the same, or that the stream was closed
	cancel  context.CancelFunc
	grace   time.Duration
	waiting bool // the finish was read, and the wait for more is bounded
	body    io.ReadCloser
	reader  *bufio.Reader
	raw     *endpoint.Values // instead of reader, once the reply is known to be JSON
	begun   bool             // something that is not blank was read
	isError bool             // the next data is of an event "error"
	pending []byte           // data of an event that is not whole yet

	service    endpoint.Service
	model, key string
	translator translator
	out        endpoint.Queue
}

// Next returns the next event that means something to the agent.
func (s *stream) Next() (provider.Event, error) { return s.out.Next(s.cause, s.step) }

// step reads a piece: it adds to the queue, or sets the end, or neither.
func (s *stream) step() {
	if s.raw != nil {
		s.readJSON()
		return
	}
	line, err := readLine(s.reader)
	done := s.line(line)
	if s.out.End != nil || s.raw != nil {
		return
	}
	if done {
		s.finish(nil, true)
	} else if err != nil {
		s.finish(err, false)
	}
}

// readLine returns a line without its end; with an error, what there was of it.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := reader.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > endpoint.ValueLimit {
			return nil, endpoint.ErrEndless
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}

// line takes a line of server-sent events; done is true after [DONE].
func (s *stream) line(line []byte) (done bool) {
	if !s.begun {
		line = bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\ufeff")), " \t")
		if len(line) == 0 {
			return false
		}
		s.begun = true
		switch line[0] {
		case '<':
			s.fail(&endpoint.Refusal{Status: 200, Page: true})
			return false
		case '{', '[':
			s.raw = endpoint.NewValues(io.MultiReader(bytes.NewReader(append(line, '\n')), s.reader))
			return false
		}
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		s.dispatch()
	case len(name) == 0: // a comment
	case line[0] == '{': // an error that was not put into an event
		s.data(line)
	case string(name) == "event":
		s.isError = string(bytes.TrimSpace(value)) == "error"
	case string(name) == "error":
		s.fail(endpoint.ParseRefusal(value, s.key))
	case string(name) == "data":
		return s.data(value)
	}
	return false
}

// data takes a line of data. Services leave the blank line between events out,
// and put one event on several lines: an event is whole when it is JSON.
func (s *stream) data(value []byte) (done bool) {
	trimmed := bytes.TrimSpace(value)
	if len(s.pending) == 0 {
		if string(trimmed) == "[DONE]" {
			return true
		}
		if s.isError && len(trimmed) > 0 {
			s.fail(endpoint.ParseRefusal(trimmed, s.key))
			return false
		}
		if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
			return false // a sign of life
		}
	} else {
		s.pending = append(s.pending, '\n')
	}
	s.pending = append(s.pending, value...)
	if len(s.pending) > endpoint.ValueLimit {
		s.out.End = endpoint.Cut(endpoint.ErrEndless, s.service)
		return false
	}
	if json.Valid(s.pending) {
		chunk := s.pending
		s.pending = nil
		s.chunk(chunk)
	}
	return false
}

// dispatch is the end of an event.
func (s *stream) dispatch() {
	s.isError = false
	if len(s.pending) > 0 {
		s.out.End = endpoint.Cut(errors.New("an event that is not JSON"), s.service)
	}
}

// readJSON takes the next JSON value of a reply that is no event stream.
func (s *stream) readJSON() {
	var value json.RawMessage
	if err := s.raw.Decode(&value); err != nil {
		s.finish(err, false)
		return
	}
	s.chunk(value)
}

func (s *stream) chunk(raw []byte) {
	var c chunk
	// A field of another type than is known counts as missing.
	if err := json.Unmarshal(raw, &c); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
			s.out.End = endpoint.Cut(err, s.service)
			return
		}
	}
	if c.isError() {
		s.fail(endpoint.ParseRefusal(raw, s.key))
		return
	}
	s.out.Events = append(s.out.Events, s.translator.add(c)...)
	if s.translator.finish == "error" {
		s.fail(&endpoint.Refusal{Code: "error"})
		return
	}
	if s.translator.finish != "" && !s.waiting {
		// The count of tokens may still come; what never ends is not waited for.
		s.waiting = true
		time.AfterFunc(s.grace, s.cancel)
	}
}

// fail ends the stream with what the service said.
func (s *stream) fail(refusal *endpoint.Refusal) {
	s.out.Events, s.out.End = nil, endpoint.Explain(refusal, s.service, s.model, s.key != "")
}

// finish ends the stream: completely after [DONE] or a finish, else as cut.
func (s *stream) finish(err error, done bool) {
	switch {
	case s.cause() != nil:
		s.out.End = s.cause()
	case len(s.pending) > 0 && !done && s.translator.finish == "":
		s.out.End = endpoint.Cut(io.ErrUnexpectedEOF, s.service)
	case done || s.translator.finish != "":
		s.out.Events = append(s.out.Events, s.translator.stop()...)
		s.out.End = io.EOF
	case s.closed() != nil:
		s.out.End = s.closed()
	case errors.Is(err, io.EOF):
		s.out.End = io.EOF // without a stop: Assemble takes it for cut
	default:
		s.out.End = endpoint.Cut(err, s.service)
	}
}

// Close ends the reply and frees its connection.
func (s *stream) Close() error {
	s.cancel() // the timer, which may still run, does no more
	return s.body.Close()
}

// stopReason translates the reasons that services give; others pass as they
// are, and are told to the person.
func stopReason(finish string) provider.StopReason {
	switch strings.ToLower(finish) {
	case "", "stop", "eos", "eos_token", "end_turn", "stop_sequence", "end", "complete", "completed":
		return provider.StopEndTurn
	case "length", "max_tokens", "max_output_tokens":
		return provider.StopMaxTokens
	case "tool_calls", "function_call", "tool_use", "tool_call":
		return provider.StopToolUse
	case "content_filter", "safety", "recitation", "prohibited_content":
		return provider.StopContentFiltered
	case "model_length":
		return provider.StopContextExceeded
	}
	return provider.StopReason(finish)
}
