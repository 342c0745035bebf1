// Package replay is a provider that plays a script instead of asking a model.
//
// A script is JSON Lines: one line is one model reply, in the order in which
// they are asked for; blank lines count for nothing. See [Line] for its fields.
//
// # Promises
//
// Replies are played in the script's order, each once, whatever is asked; a
// request after the last one is an error that says so. A line with a field that
// is not known, or a value that cannot be, is refused when the script is read,
// with its line number. Nothing is sent anywhere.
package replay

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/provider"
)

// ID is the provider's id, and that of its only model.
const ID = "replay"

// Line is one reply of a script.
type Line struct {
	Text      string     `json:"text,omitempty"`
	Reasoning string     `json:"reasoning,omitempty"` // streamed before the text
	ToolCalls []ToolCall `json:"toolCalls,omitempty"` // streamed after the text
	// StopReason is "tool_use" when empty and there are tool calls, "end_turn"
	// when empty and there are none.
	StopReason provider.StopReason `json:"stopReason,omitempty"`
	Usage      *provider.Usage     `json:"usage,omitempty"`
	// Error ends the reply with an error after the text and the tool calls;
	// without either, the stream does not even start.
	Error *Error `json:"error,omitempty"`
	// Cut ends the stream in the middle of its last block and without a stop
	// reason, as a broken connection does.
	Cut     bool  `json:"cut,omitempty"`
	DelayMs int64 `json:"delayMs,omitempty"` // milliseconds before each delta
	Chunk   int   `json:"chunk,omitempty"`   // characters in a delta; 0 means 16
	Repeat  int   `json:"repeat,omitempty"`  // the text is streamed so many times over; 0 means once
}

// ToolCall is one call of a scripted reply.
type ToolCall struct {
	ID        string          `json:"id,omitempty"` // made from the line's number when empty
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments,omitempty"` // {} when missing
}

// Error is a provider's error in a script.
type Error struct {
	Class        provider.Class `json:"class"`
	Message      string         `json:"message"`
	Hint         string         `json:"hint,omitempty"`
	RetryAfterMs int64          `json:"retryAfterMs,omitempty"`
}

// defaultChunk is how many characters a delta has when the line does not say.
const defaultChunk = 16

// Provider plays one script. It is safe for concurrent use.
type Provider struct {
	mu    sync.Mutex
	lines []Line
	next  int // index of the reply that the next request gets; guarded by mu
}

// New returns a provider that plays lines.
func New(lines []Line) *Provider {
	return &Provider{lines: slices.Clone(lines)}
}

// Open reads the script at path.
func Open(path string) (*Provider, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening replay script: %w", err)
	}
	defer file.Close()
	lines, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("reading replay script %q: %w", path, err)
	}
	return New(lines), nil
}

// Read reads a script. Errors name the line.
func Read(r io.Reader) ([]Line, error) {
	var lines []Line
	reader := bufio.NewReader(r)
	for number := 1; ; number++ {
		raw, err := reader.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if text := bytes.TrimSpace(raw); len(text) > 0 {
			line, parseErr := parse(text)
			if parseErr != nil {
				return nil, fmt.Errorf("line %d: %w", number, parseErr)
			}
			lines = append(lines, line)
		}
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
	}
}

func parse(text []byte) (Line, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var line Line
	if err := decoder.Decode(&line); err != nil {
		return Line{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Line{}, errors.New("text after the object")
	}
	return line, line.check()
}

// check refuses what no reply can be.
func (l Line) check() error {
	reasons := []provider.StopReason{"", provider.StopEndTurn, provider.StopToolUse, provider.StopMaxTokens, provider.StopSequence,
		provider.StopGuardrail, provider.StopContentFiltered, provider.StopMalformedOutput, provider.StopMalformedTool, provider.StopContextExceeded}
	if !slices.Contains(reasons, l.StopReason) {
		return fmt.Errorf("unknown stopReason %q", l.StopReason)
	}
	for i, call := range l.ToolCalls {
		if call.Name == "" {
			return fmt.Errorf("tool call %d has no name", i+1)
		}
	}
	if l.DelayMs < 0 || l.Chunk < 0 || l.Repeat < 0 {
		return errors.New("delayMs, chunk and repeat may not be negative")
	}
	if l.Error == nil {
		return nil
	}
	classes := []provider.Class{provider.ClassThrottle, provider.ClassBounded, provider.ClassContext, provider.ClassAuth,
		provider.ClassAccess, provider.ClassQuota, provider.ClassValidation, provider.ClassInterrupted}
	if !slices.Contains(classes, l.Error.Class) {
		return fmt.Errorf("unknown error class %q", l.Error.Class)
	}
	return nil
}

// Info describes the provider; it is always ready.
func (p *Provider) Info(context.Context) provider.Info {
	return provider.Info{ID: ID, Name: "Replay", Ready: true}
}

// Models lists the one model there is.
func (p *Provider) Models(context.Context) ([]provider.Model, error) {
	return []provider.Model{{ID: ID, Name: "Replay script"}}, nil
}

// Stream plays the next line. The request is not looked at.
func (p *Provider) Stream(ctx context.Context, _ provider.Request) (provider.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	line, number, err := p.take()
	if err != nil {
		return nil, err
	}
	if line.Error != nil && line.Text == "" && line.Reasoning == "" && len(line.ToolCalls) == 0 {
		return nil, line.Error.provider()
	}
	return &stream{request: lifetimeOf(ctx), line: line, events: line.events(number)}, nil
}

func (p *Provider) take() (line Line, number int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == len(p.lines) {
		return Line{}, 0, &provider.Error{
			Class:   provider.ClassValidation,
			Message: fmt.Sprintf("The replay script is used up: it has %d replies and one more was asked for", len(p.lines)),
			Hint:    "Add a line to the script for every reply the conversation needs.",
		}
	}
	p.next++
	return p.lines[p.next-1], p.next, nil
}

func (e *Error) provider() error {
	return &provider.Error{Class: e.Class, Message: cmp.Or(e.Message, "The replay script says so"), Hint: e.Hint,
		RetryAfter: time.Duration(e.RetryAfterMs) * time.Millisecond}
}
