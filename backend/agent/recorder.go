package agent

import (
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// Results of calls that were not run.
const (
	resultCut     = "Not run: the reply was cut before its end."
	resultStopped = "Not run: the user stopped the turn."
)

// recorder turns the events of one reply into items while they arrive.
type recorder struct {
	turn *turn
	step int

	mu     sync.Mutex // guards what follows: a stream may outlive its turn
	closed bool
	parts  []*part // in the order they began
	usage  provider.Usage
}

// part is a block of the reply and its item.
type part struct {
	index int
	item  session.Item
	text  strings.Builder // of the item, or of its call's arguments
	shown bool            // empty texts are not shown
}

// event takes one event in; see [provider.Assemble].
func (r *recorder) event(event provider.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	switch event.Kind {
	case provider.EventBlockStart:
		r.start(event)
	case provider.EventDelta:
		r.extend(event)
	case provider.EventSignature:
		if p := r.part(event.Index); p != nil {
			p.item.Signature += event.Text
			p.item.Redacted = append(p.item.Redacted, event.Data...)
		}
	case provider.EventBlockStop:
		if p := r.part(event.Index); p != nil && p.item.Tool == nil {
			p.item.Streaming = false
			r.show(p)
		}
	case provider.EventUsage:
		r.usage = event.Usage
	}
}

func (r *recorder) start(event provider.Event) {
	p := &part{index: event.Index, item: session.Item{ID: r.turn.agent.o.NewID(), Step: r.step, Streaming: true}}
	r.parts = append(r.parts, p)
	switch event.Block {
	case provider.BlockToolCall:
		p.item.Kind = session.ItemTool
		p.item.Tool = &session.ToolCall{
			ID: event.ID, Name: event.Name, Title: event.Name, Kind: session.KindOther, Status: session.CallPending,
		}
		p.shown = true
		r.show(p)
	case provider.BlockReasoning:
		p.item.Kind = session.ItemReasoning
	default:
		p.item.Kind = session.ItemText
	}
}

func (r *recorder) extend(event provider.Event) {
	p := r.part(event.Index)
	if p == nil || event.Text == "" {
		return
	}
	p.text.WriteString(event.Text)
	if !p.shown {
		p.shown = true
		r.show(p)
		return
	}
	kind := session.ChangeText
	if p.item.Tool != nil {
		kind = session.ChangeArgs
	}
	r.turn.live.emit(session.Change{Kind: kind, TurnID: r.turn.head.ID, ItemID: p.item.ID, Append: event.Text})
}

func (r *recorder) part(index int) *part {
	for i := len(r.parts) - 1; i >= 0; i-- {
		if r.parts[i].index == index {
			return r.parts[i]
		}
	}
	return nil
}

// show sends a part's item whole.
func (r *recorder) show(p *part) {
	if p.item.Tool != nil {
		p.item.Tool.Arguments = p.text.String()
	} else {
		p.item.Text = p.text.String()
	}
	if p.shown || len(p.item.Redacted) > 0 {
		r.turn.add(p.item)
	}
}

// close ends the recording; later events change nothing.
func (r *recorder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// complete returns the items of the reply's tool calls. Those that were not
// handed on are marked as not run.
func (r *recorder) complete(reply provider.Reply) []*session.Item {
	handed := map[string]*provider.ToolCall{}
	for _, block := range reply.Message.Blocks {
		if block.ToolCall != nil {
			handed[block.ToolCall.ID] = block.ToolCall
		}
	}
	var calls []*session.Item
	for _, p := range r.parts {
		if p.item.Tool == nil {
			continue
		}
		call := handed[p.item.Tool.ID]
		if call == nil {
			r.cancel(p)
			continue
		}
		p.item.Streaming = false
		p.text.Reset()
		p.text.Write(call.Arguments)
		r.show(p)
		calls = append(calls, &p.item)
	}
	return calls
}

// interrupt marks the reply as cut: its text stays, its calls are not run.
func (r *recorder) interrupt() {
	for _, p := range r.parts {
		switch {
		case p.item.Tool != nil:
			r.cancel(p)
		case p.item.Streaming:
			p.item.Streaming = false
			r.show(p)
		}
	}
}

func (r *recorder) cancel(p *part) {
	p.item.Streaming = false
	p.item.Tool.Status = session.CallCancelled
	p.item.Tool.Result = resultCut
	r.show(p)
}

// retract takes all items back.
func (r *recorder) retract() {
	for _, p := range r.parts {
		r.turn.remove(p.item.ID)
	}
}
