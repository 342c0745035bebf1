package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
)

// Reply is one complete reply of a model.
//
// Message is the assistant's and may have no blocks. It holds tool calls only
// when StopReason is [StopToolUse]; each of them has a non-empty ID, unique in
// the reply, a non-empty Name, and a JSON object as its Arguments.
type Reply struct {
	Message    Message
	StopReason StopReason
	Usage      Usage
}

// maxArguments is how many bytes the arguments of a reply's tool calls may
// have together, 16 MiB: more than any file that a model could write, and
// little enough to keep.
const maxArguments = 16 << 20

// What else a reply may have: more than any model says, and little enough to
// keep. A server that never ends would fill the memory and the session.
const (
	maxText   = 16 << 20 // bytes of text and reasoning
	maxBlocks = 1000
)

// Assemble reads stream to its end and returns the reply. emit, which may be
// nil, gets every event of the reply as it arrives, in order, on the caller's
// goroutine; a block that the service opened without saying so gets an
// [EventBlockStart] first. What was emitted is provisional until Assemble
// returns without an error. The caller closes stream.
//
// The reply is complete after an [EventStop] with a reason, with every opened
// block closed, and [io.EOF] or a connection that breaks only then. A stream
// that ends otherwise, or contradicts itself, is a [*Error] of [ClassInterrupted],
// one that is too long, 16 MiB of text or 1,000 blocks, of [ClassValidation]. Errors of the stream that are a
// [*Error] already, and those of a cancelled context, pass untouched. With an
// error the reply is always the zero Reply.
//
// Two complete replies are corrected: one that calls tools but says
// [StopEndTurn] becomes [StopToolUse], and one whose tool calls cannot be
// understood, or whose arguments are longer than 16 MiB, or that says
// [StopToolUse] and calls none, becomes [StopMalformedTool] without tool calls.
// Pieces of arguments beyond the limit are neither kept nor emitted. With any other reason (the token
// limit, a filter, a reason this version does not know) a tool call may have
// been cut, even where its arguments look whole, so none is handed on.
func Assemble(stream Stream, emit func(Event)) (Reply, error) {
	a := assembly{open: make(map[int]*part)}
	for {
		event, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return a.reply()
		}
		if err != nil {
			// After the stop only the count of tokens can be lost: a connection that
			// breaks then takes nothing from the reply.
			if _, broken := errors.AsType[*net.OpError](err); broken && a.stop != "" {
				return a.reply()
			}
			return Reply{}, streamError(err)
		}
		before, taken, err := a.add(event)
		if err != nil {
			return Reply{}, err
		}
		if emit == nil || !taken {
			continue
		}
		if before != nil {
			emit(*before)
		}
		emit(event)
	}
}

// part is a block in the making.
type part struct {
	kind     BlockKind
	id, name string
	text     bytes.Buffer // for tool calls the JSON
	sign     bytes.Buffer
	redacted []byte
	closed   bool
}

// assembly is a reply in the making.
type assembly struct {
	open  map[int]*part // by index; closed ones stay, an index is used once
	order []*part
	stop  StopReason
	usage Usage
	size  int // of the tool calls' arguments; beyond maxArguments none is kept
	said  int // bytes of text and reasoning
}

// add takes one event in. It returns the start event that the service left
// out, or nil, and whether the event was taken in: its kind is known, and it
// is not beyond the limit.
func (a *assembly) add(event Event) (implicit *Event, taken bool, err error) {
	if a.stop != "" && event.Kind != EventUsage && isKnown(event.Kind) {
		return nil, false, interrupted(fmt.Errorf("event %q after the stop", event.Kind))
	}
	switch event.Kind {
	case EventBlockStart:
		return nil, true, a.start(event)
	case EventDelta, EventSignature:
		return a.append(event)
	case EventBlockStop:
		// An empty block may be closed without ever having been opened.
		if p := a.open[event.Index]; p != nil {
			if p.closed {
				return nil, true, interrupted(fmt.Errorf("block %d closed twice", event.Index))
			}
			p.closed = true
		}
	case EventUsage:
		a.usage = event.Usage
	case EventStop:
		if event.StopReason == "" {
			return nil, true, interrupted(errors.New("stop without a reason"))
		}
		a.stop = event.StopReason
	default:
		return nil, false, nil
	}
	return nil, true, nil
}

func isKnown(kind EventKind) bool {
	switch kind {
	case EventBlockStart, EventDelta, EventSignature, EventBlockStop, EventUsage, EventStop:
		return true
	}
	return false
}

func (a *assembly) start(event Event) error {
	if a.open[event.Index] != nil {
		return interrupted(fmt.Errorf("block %d opened twice", event.Index))
	}
	switch event.Block {
	case BlockText, BlockReasoning, BlockToolCall:
	default:
		return interrupted(fmt.Errorf("block %d of kind %q", event.Index, event.Block))
	}
	if len(a.order) == maxBlocks {
		return endless(fmt.Sprintf("%d parts", maxBlocks))
	}
	p := &part{kind: event.Block, id: event.ID, name: event.Name}
	a.open[event.Index] = p
	a.order = append(a.order, p)
	return nil
}

// append adds a piece to a block, opening it where text and reasoning came
// without a start. A tool call without one has no name and cannot be run.
func (a *assembly) append(event Event) (implicit *Event, taken bool, err error) {
	kind := event.Block
	if event.Kind == EventSignature {
		kind = BlockReasoning
	}
	p := a.open[event.Index]
	if p == nil {
		if kind != BlockText && kind != BlockReasoning {
			return nil, true, interrupted(fmt.Errorf("piece of block %d, which was never opened", event.Index))
		}
		implicit = &Event{Kind: EventBlockStart, Index: event.Index, Block: kind}
		if err := a.start(*implicit); err != nil {
			return nil, true, err
		}
		p = a.open[event.Index]
	}
	if p.closed {
		return nil, true, interrupted(fmt.Errorf("piece of block %d after its end", event.Index))
	}
	if kind != "" && kind != p.kind {
		return nil, true, interrupted(fmt.Errorf("piece of kind %q in block %d of kind %q", kind, event.Index, p.kind))
	}
	if p.kind != BlockToolCall || event.Kind == EventSignature {
		if a.said += len(event.Text) + len(event.Data); a.said > maxText {
			return nil, true, endless("16 MiB")
		}
	}
	if event.Kind == EventSignature {
		p.sign.WriteString(event.Text)
		p.redacted = append(p.redacted, event.Data...)
		return implicit, true, nil
	}
	if p.kind == BlockToolCall && !a.fits(event.Text) {
		return nil, false, nil
	}
	p.text.WriteString(event.Text)
	return implicit, true, nil
}

// fits counts a piece of arguments and reports whether there is room for it.
// Once there was none no call can be run, so what was kept goes too.
func (a *assembly) fits(piece string) bool {
	if a.size > maxArguments {
		return false
	}
	a.size += len(piece)
	if a.size <= maxArguments {
		return true
	}
	for _, p := range a.order {
		if p.kind == BlockToolCall {
			p.text = bytes.Buffer{}
		}
	}
	return false
}

// reply judges what has arrived by the end of the stream.
func (a *assembly) reply() (Reply, error) {
	if a.stop == "" {
		return Reply{}, interrupted(errors.New("end of stream without a stop"))
	}
	for _, p := range a.order {
		if !p.closed {
			return Reply{}, interrupted(fmt.Errorf("stop inside a block of kind %q", p.kind))
		}
	}
	calls, understood := a.calls()
	stop := a.stop
	switch {
	case stop != StopEndTurn && stop != StopToolUse:
		calls = nil
	case !understood, stop == StopToolUse && len(calls) == 0:
		stop, calls = StopMalformedTool, nil
	case len(calls) > 0:
		stop = StopToolUse
	}
	return Reply{
		Message:    Message{Role: RoleAssistant, Blocks: a.blocks(calls)},
		StopReason: stop,
		Usage:      a.usage,
	}, nil
}

// calls returns the tool calls by their parts, or false when one of them
// cannot be understood.
func (a *assembly) calls() (map[*part]*ToolCall, bool) {
	calls := make(map[*part]*ToolCall)
	ids := make(map[string]bool)
	if a.size > maxArguments {
		return nil, false
	}
	for _, p := range a.order {
		if p.kind != BlockToolCall {
			continue
		}
		arguments, ok := object(p.text.Bytes())
		if !ok || p.id == "" || p.name == "" || ids[p.id] {
			return nil, false
		}
		ids[p.id] = true
		calls[p] = &ToolCall{ID: p.id, Name: p.name, Arguments: arguments}
	}
	return calls, true
}

// object returns text when it is a JSON object, and {} for a tool without
// arguments, for which services stream nothing.
func object(text []byte) (json.RawMessage, bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return json.RawMessage("{}"), true
	}
	if text[0] != '{' || !json.Valid(text) {
		return nil, false
	}
	return json.RawMessage(bytes.Clone(text)), true
}

// blocks returns the reply's blocks in the order they were opened, without
// empty ones and without the tool calls that are not handed on.
func (a *assembly) blocks(calls map[*part]*ToolCall) []Block {
	var blocks []Block
	for _, p := range a.order {
		switch p.kind {
		case BlockText:
			if p.text.Len() > 0 {
				blocks = append(blocks, Block{Kind: BlockText, Text: p.text.String()})
			}
		case BlockReasoning:
			if p.text.Len()+p.sign.Len()+len(p.redacted) > 0 {
				blocks = append(blocks, Block{Kind: BlockReasoning, Reasoning: &Reasoning{
					Text: p.text.String(), Signature: p.sign.String(), Redacted: p.redacted,
				}})
			}
		case BlockToolCall:
			if call := calls[p]; call != nil {
				blocks = append(blocks, Block{Kind: BlockToolCall, ToolCall: call})
			}
		}
	}
	return blocks
}

func streamError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || ClassOf(err) != "" {
		return err
	}
	return interrupted(err)
}

func endless(read string) *Error {
	return &Error{
		Class:   ClassValidation,
		Message: fmt.Sprintf("The reply had no end: Keel stopped reading after %s.", read),
		Hint:    "Nothing of it was run. Send \"try again\", or choose another model.",
	}
}

func interrupted(cause error) *Error {
	return &Error{
		Class:   ClassInterrupted,
		Message: "The reply was cut before its end.",
		Hint:    "Nothing of it was run; send the message again.",
		Err:     cause,
	}
}
