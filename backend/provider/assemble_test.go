package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

type event = provider.Event

func start(index int, kind provider.BlockKind) event {
	return event{Kind: provider.EventBlockStart, Index: index, Block: kind}
}

func startCall(index int, id, name string) event {
	return event{Kind: provider.EventBlockStart, Index: index, Block: provider.BlockToolCall, ID: id, Name: name}
}

func delta(index int, kind provider.BlockKind, text string) event {
	return event{Kind: provider.EventDelta, Index: index, Block: kind, Text: text}
}

func closed(index int) event { return event{Kind: provider.EventBlockStop, Index: index} }

func stop(reason provider.StopReason) event {
	return event{Kind: provider.EventStop, StopReason: reason}
}

func text(s string) provider.Block { return provider.Block{Kind: provider.BlockText, Text: s} }

func call(id, name, arguments string) provider.Block {
	return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{
		ID: id, Name: name, Arguments: json.RawMessage(arguments),
	}}
}

func reply(reason provider.StopReason, blocks ...provider.Block) provider.Reply {
	return provider.Reply{
		Message:    provider.Message{Role: provider.RoleAssistant, Blocks: blocks},
		StopReason: reason,
	}
}

// full is a reply with one block of each kind, and usage after the stop.
func full() []event {
	return []event{
		delta(0, provider.BlockReasoning, "I "),
		delta(0, provider.BlockReasoning, "think"),
		{Kind: provider.EventSignature, Index: 0, Text: "sig"},
		closed(0),
		{Kind: provider.EventSignature, Index: 1, Data: []byte{1, 2}},
		closed(1),
		start(2, provider.BlockText),
		delta(2, "", "Read"),
		delta(2, provider.BlockText, "ing."),
		closed(2),
		startCall(3, "a", "read_file"),
		delta(3, provider.BlockToolCall, `{"path":`),
		delta(3, provider.BlockToolCall, ` "x.go"}`),
		closed(3),
		startCall(4, "b", "list"),
		closed(4),
		stop(provider.StopToolUse),
		{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: 7, OutputTokens: 8}},
	}
}

func fullReply() provider.Reply {
	r := reply(provider.StopToolUse,
		provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "I think", Signature: "sig"}},
		provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Redacted: []byte{1, 2}}},
		text("Reading."),
		call("a", "read_file", `{"path": "x.go"}`),
		call("b", "list", `{}`),
	)
	r.Usage = provider.Usage{InputTokens: 7, OutputTokens: 8}
	return r
}

func TestAssembleComplete(t *testing.T) {
	one := func(arguments string, reason provider.StopReason) []event {
		return []event{startCall(0, "a", "run"), delta(0, "", arguments), closed(0), stop(reason)}
	}
	tests := map[string]struct {
		events []event
		want   provider.Reply
	}{
		"every kind":               {full(), fullReply()},
		"nothing but a stop":       {[]event{stop(provider.StopEndTurn)}, reply(provider.StopEndTurn)},
		"empty block closed only":  {[]event{closed(0), stop(provider.StopEndTurn)}, reply(provider.StopEndTurn)},
		"empty block is left out":  {[]event{start(0, provider.BlockText), closed(0), stop(provider.StopEndTurn)}, reply(provider.StopEndTurn)},
		"unknown event kinds":      {[]event{{Kind: "ping", Index: 9}, stop(provider.StopEndTurn), {Kind: "ping"}}, reply(provider.StopEndTurn)},
		"interleaved blocks":       {[]event{startCall(0, "a", "x"), startCall(1, "b", "y"), delta(1, "", "{}"), delta(0, "", `{"n":1}`), closed(1), closed(0), stop(provider.StopToolUse)}, reply(provider.StopToolUse, call("a", "x", `{"n":1}`), call("b", "y", "{}"))},
		"blank arguments":          {one(" \n", provider.StopToolUse), reply(provider.StopToolUse, call("a", "run", "{}"))},
		"arguments cut":            {one(`{"a":`, provider.StopToolUse), reply(provider.StopMalformedTool)},
		"arguments are an array":   {one(`[1]`, provider.StopToolUse), reply(provider.StopMalformedTool)},
		"arguments are null":       {one(`null`, provider.StopToolUse), reply(provider.StopMalformedTool)},
		"arguments and more":       {one(`{} {}`, provider.StopToolUse), reply(provider.StopMalformedTool)},
		"calls but end of turn":    {one(`{}`, provider.StopEndTurn), reply(provider.StopToolUse, call("a", "run", "{}"))},
		"bad call and end of turn": {one(`{`, provider.StopEndTurn), reply(provider.StopMalformedTool)},
		"tool use without calls":   {[]event{stop(provider.StopToolUse)}, reply(provider.StopMalformedTool)},
		"cut by the token limit":   {one(`{"a":`, provider.StopMaxTokens), reply(provider.StopMaxTokens)},
		"cut before the arguments": {one(``, provider.StopMaxTokens), reply(provider.StopMaxTokens)},
		"filtered":                 {one(`{}`, provider.StopContentFiltered), reply(provider.StopContentFiltered)},
		"unknown stop reason":      {one(`{}`, "tired"), reply("tired")},
		"call without a name":      {[]event{startCall(0, "a", ""), closed(0), stop(provider.StopToolUse)}, reply(provider.StopMalformedTool)},
		"call without an id":       {[]event{startCall(0, "", "x"), closed(0), stop(provider.StopToolUse)}, reply(provider.StopMalformedTool)},
		"two calls with one id":    {[]event{startCall(0, "a", "x"), closed(0), startCall(1, "a", "x"), closed(1), stop(provider.StopToolUse)}, reply(provider.StopMalformedTool)},
		"one bad call of two": {
			[]event{delta(0, provider.BlockText, "hi"), closed(0), startCall(1, "a", "x"), closed(1), startCall(2, "b", "x"), delta(2, "", "{"), closed(2), stop(provider.StopToolUse)},
			reply(provider.StopMalformedTool, text("hi")),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := provider.Assemble(providertest.Stream(nil, test.events...), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
			if err := providertest.CheckPrefixes(test.events); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAssembleContradictions(t *testing.T) {
	end := stop(provider.StopToolUse)
	tests := map[string][]event{
		"empty":                      nil,
		"no stop":                    {start(0, provider.BlockText), closed(0)},
		"stop without a reason":      {{Kind: provider.EventStop}},
		"open text":                  {delta(0, provider.BlockText, "a"), end},
		"open call":                  {startCall(0, "a", "x"), delta(0, "", "{}"), end},
		"call without a start":       {delta(0, provider.BlockToolCall, "{}"), closed(0), end},
		"piece of no kind":           {delta(0, "", "a"), closed(0), end},
		"start of no kind":           {start(0, ""), closed(0), end},
		"start of a tool result":     {start(0, provider.BlockToolResult), closed(0), end},
		"opened twice":               {start(0, provider.BlockText), start(0, provider.BlockText), closed(0), end},
		"opened again":               {start(0, provider.BlockText), closed(0), start(0, provider.BlockText), closed(0), end},
		"closed twice":               {start(0, provider.BlockText), closed(0), closed(0), end},
		"piece after the end":        {start(0, provider.BlockText), closed(0), delta(0, "", "a"), end},
		"text in a call":             {startCall(0, "a", "x"), delta(0, provider.BlockText, "{}"), closed(0), end},
		"signature in a call":        {startCall(0, "a", "x"), {Kind: provider.EventSignature, Text: "s"}, closed(0), end},
		"block after the stop":       {stop(provider.StopEndTurn), start(0, provider.BlockText), closed(0)},
		"block closed after a stop":  {startCall(0, "a", "x"), end, closed(0)},
		"second stop with a reason":  {stop(provider.StopEndTurn), end},
		"second stop without reason": {stop(provider.StopEndTurn), {Kind: provider.EventStop}},
	}
	for name, events := range tests {
		t.Run(name, func(t *testing.T) {
			reply, err := provider.Assemble(providertest.Stream(nil, events...), nil)
			if err := providertest.CheckCut(reply, err); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAssembleStreamErrors(t *testing.T) {
	throttled := &provider.Error{Class: provider.ClassThrottle, Message: "busy"}
	tests := map[string]struct {
		end   error
		class provider.Class
	}{
		"broken connection":  {io.ErrUnexpectedEOF, provider.ClassInterrupted},
		"the provider's own": {throttled, provider.ClassThrottle},
		"cancelled":          {context.Canceled, ""},
		"out of time":        {context.DeadlineExceeded, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for n := range len(full()) + 1 {
				reply, err := provider.Assemble(providertest.Stream(test.end, full()[:n]...), nil)
				if !errors.Is(err, test.end) || provider.ClassOf(err) != test.class {
					t.Fatalf("after %d events: error %v of class %q, want %v of class %q", n, err, provider.ClassOf(err), test.end, test.class)
				}
				if diff := cmp.Diff(provider.Reply{}, reply); diff != "" {
					t.Fatalf("after %d events: reply beside the error:\n%s", n, diff)
				}
			}
		})
	}
}

// TestAssembleAfterTheStop has the connection break once everything is said.
func TestAssembleAfterTheStop(t *testing.T) {
	broken := &net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}
	for n := range len(full()) + 1 {
		stopped := false
		for _, e := range full()[:n] {
			stopped = stopped || e.Kind == provider.EventStop
		}
		reply, err := provider.Assemble(providertest.Stream(broken, full()[:n]...), nil)
		if stopped && (err != nil || reply.StopReason == "") {
			t.Errorf("after %d events, the stop among them: reply %+v, error %v", n, reply, err)
		}
		if !stopped && provider.ClassOf(err) != provider.ClassInterrupted {
			t.Errorf("after %d events, before the stop: error %v", n, err)
		}
	}
}

func TestAssembleEmits(t *testing.T) {
	events := append([]event{{Kind: "ping"}}, full()...)
	var got []event
	if _, err := provider.Assemble(providertest.Stream(nil, events...), func(e event) { got = append(got, e) }); err != nil {
		t.Fatal(err)
	}
	var want []event
	for i, e := range full() {
		switch i {
		case 0:
			want = append(want, start(0, provider.BlockReasoning))
		case 4:
			want = append(want, start(1, provider.BlockReasoning))
		}
		want = append(want, e)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A model that never stops its arguments must not fill the memory: what is
// beyond the limit is neither kept nor handed on, and no call is run.
func TestAssembleLimitsArguments(t *testing.T) {
	const limit = 16 << 20
	pieces := func(index, size int) []event {
		events := []event{startCall(index, string(rune('a'+index)), "write"), delta(index, "", `{"a":"`)}
		piece := strings.Repeat("x", 1<<20)
		for left := size - len(`{"a":""}`); left > 0; left -= len(piece) {
			events = append(events, delta(index, "", piece[:min(left, len(piece))]))
		}
		return append(events, delta(index, "", `"}`), closed(index))
	}
	tests := map[string]struct {
		events []event
		want   provider.StopReason
	}{
		"as much as may be":     {pieces(0, limit), provider.StopToolUse},
		"one byte more":         {pieces(0, limit+1), provider.StopMalformedTool},
		"far more":              {pieces(0, 4*limit), provider.StopMalformedTool},
		"two calls, too much":   {append(pieces(0, limit/2), pieces(1, limit/2+1)...), provider.StopMalformedTool},
		"a call after too much": {append(pieces(0, limit+1), startCall(1, "b", "write"), delta(1, "", "{}"), closed(1)), provider.StopMalformedTool},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			emitted := 0
			got, err := provider.Assemble(providertest.Stream(nil, append(test.events, stop(provider.StopToolUse))...), func(e event) {
				emitted += len(e.Text)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got.StopReason != test.want {
				t.Errorf("stop reason %q, want %q", got.StopReason, test.want)
			}
			if calls := len(got.Message.Blocks); (calls > 0) != (test.want == provider.StopToolUse) {
				t.Errorf("%d calls handed on", calls)
			}
			if emitted > limit {
				t.Errorf("%d bytes of arguments were emitted", emitted)
			}
		})
	}
}

// The checker itself must be able to fail.
func TestCheckCutFails(t *testing.T) {
	cut := &provider.Error{Class: provider.ClassInterrupted}
	for name, err := range map[string]error{
		"success":     providertest.CheckCut(reply(provider.StopEndTurn), nil),
		"other class": providertest.CheckCut(provider.Reply{}, io.ErrUnexpectedEOF),
		"handed on":   providertest.CheckCut(reply(provider.StopToolUse, call("a", "x", "{}")), cut),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := providertest.CheckCut(provider.Reply{}, cut); err != nil {
		t.Errorf("a cut reply: %v", err)
	}
}

// FuzzAssemble makes events from bytes: whatever comes, nothing panics, no
// prefix passes for a reply, and what passes keeps Reply's promises.
func FuzzAssemble(f *testing.F) {
	f.Add([]byte("\x00\x00\x02a\x01\x00\x02b\x03\x00\x00\x00\x05\x00\x00\x01"))
	f.Add([]byte("\x05\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		events := decode(data)
		if err := providertest.CheckPrefixes(events); err != nil {
			t.Fatal(err)
		}
		reply, err := provider.Assemble(providertest.Stream(nil, events...), func(event) {})
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, block := range reply.Message.Blocks {
			if block.Kind != provider.BlockToolCall {
				continue
			}
			c := block.ToolCall
			if ids[c.ID] || c.ID == "" || c.Name == "" || !json.Valid(c.Arguments) || !strings.HasPrefix(string(c.Arguments), "{") || reply.StopReason != provider.StopToolUse {
				t.Fatalf("handed on %+v with stop reason %q", c, reply.StopReason)
			}
			ids[c.ID] = true
		}
	})
}

// decode reads four bytes an event: kind, index, block kind or stop reason, text.
func decode(data []byte) []event {
	kinds := []provider.EventKind{provider.EventBlockStart, provider.EventDelta, provider.EventSignature, provider.EventBlockStop, provider.EventUsage, provider.EventStop, "ping"}
	blocks := []provider.BlockKind{"", provider.BlockText, provider.BlockToolCall, provider.BlockReasoning, provider.BlockToolResult}
	stops := []provider.StopReason{"", provider.StopToolUse, provider.StopEndTurn, provider.StopMaxTokens}
	texts := []string{"", "{", "}", `"a":1`, "[", "x"}
	var events []event
	for ; len(data) >= 4 && len(events) < 40; data = data[4:] {
		s := texts[int(data[3])%len(texts)]
		events = append(events, event{
			Kind:       kinds[int(data[0])%len(kinds)],
			Index:      int(data[1]) % 3,
			Block:      blocks[int(data[2])%len(blocks)],
			StopReason: stops[int(data[2])%len(stops)],
			ID:         s, Name: s, Text: s,
		})
	}
	return events
}

// endless gives the events of a function for ever.
type endless struct {
	next func(n int) event
	n    int
}

func (e *endless) Next() (event, error) {
	e.n++
	if e.n > 1_000_000 {
		return event{}, errors.New("read far too much")
	}
	return e.next(e.n - 1), nil
}

func (e *endless) Close() error { return nil }

// A server that never ends is not listened to for ever.
func TestAReplyHasAnEnd(t *testing.T) {
	long := strings.Repeat("a", 64<<10)
	for name, next := range map[string]func(int) event{
		"text":      func(int) event { return delta(0, provider.BlockText, long) },
		"reasoning": func(int) event { return delta(0, provider.BlockReasoning, long) },
		"signature": func(int) event { return event{Kind: provider.EventSignature, Text: long} },
		"redacted":  func(int) event { return event{Kind: provider.EventSignature, Data: []byte(long)} },
		"calls":     func(n int) event { return startCall(n, "id", "read_file") },
		"blocks":    func(n int) event { return delta(n, provider.BlockText, "a") },
	} {
		stream := &endless{next: next}
		_, err := provider.Assemble(stream, nil)
		failure, ok := errors.AsType[*provider.Error](err)
		if !ok || failure.Class != provider.ClassValidation || !strings.HasPrefix(failure.Message, "The reply had no end") {
			t.Errorf("%s: %v after %d events", name, err, stream.n)
		}
	}
}
