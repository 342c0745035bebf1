package agent

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// compactPrompt asks the model for a summary.
//
//go:embed compact.md
var compactPrompt string

var errNoSummary = errors.New("the model wrote nothing")

// summary shows a summary while it is written.
type summary struct {
	turn *turn
	item session.Item

	mu     sync.Mutex // guards what follows: a stream may outlive its turn
	closed bool
	kinds  map[int]provider.BlockKind
	shown  bool
	usage  provider.Usage
}

// event takes one event in. Only text counts: calls are not run.
func (s *summary) event(event provider.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	switch event.Kind {
	case provider.EventBlockStart:
		s.kinds[event.Index] = event.Block
	case provider.EventDelta:
		if s.kinds[event.Index] == provider.BlockText && event.Text != "" {
			s.extend(event.Text)
		}
	case provider.EventUsage:
		s.usage = event.Usage
	case provider.EventSignature, provider.EventBlockStop, provider.EventStop:
	}
}

func (s *summary) extend(text string) {
	if !s.shown {
		s.shown = true
		s.turn.add(s.item)
	}
	s.turn.live.emit(session.Change{Kind: session.ChangeText, TurnID: s.turn.head.ID, ItemID: s.item.ID, Append: text})
}

func (s *summary) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// retract takes what was shown back.
func (s *summary) retract() {
	if s.shown {
		s.turn.remove(s.item.ID)
	}
}

// summarise has the model write a summary of its turns, and of the last one's
// steps up to one. The conversation changes only when there is one.
func (t *turn) summarise(ctx context.Context, m model, upTo int, limit int64) error {
	request := t.summaryRequest(m, upTo, limit)
	wait := t.retries(m)
	defer wait.end()
	for {
		s := &summary{
			turn: t, kinds: map[int]provider.BlockKind{},
			item: session.Item{ID: t.agent.o.NewID(), Step: upTo, Kind: session.ItemSummary, Streaming: true},
		}
		reply, err := t.attempt(ctx, m, request, s)
		t.spend(m, s.usage)
		made := strings.TrimSpace(textOf(reply.Message))
		if err == nil && made == "" {
			err = errNoSummary
		}
		if err == nil {
			t.replace(s.item, made, limit)
			return nil
		}
		s.retract()
		if ctx.Err() != nil || errors.Is(err, errNoSummary) || !wait.again(ctx, err) {
			return err
		}
	}
}

// replace makes a summary the start of the conversation.
func (t *turn) replace(item session.Item, made string, limit int64) {
	t.read(func(s session.Session) { item.Text = summaryText(s, item.Step, made, limit) })
	item.Streaming = false
	t.add(item)
}

// summaryRequest is what is covered, and the wish for a summary. Where that is
// itself too long, long texts in it are cut, and at last its middle is left out.
func (t *turn) summaryRequest(m model, upTo int, limit int64) provider.Request {
	var said []provider.Message
	t.read(func(s session.Session) { said = history(covered(s, upTo), m.info.ID, m.id) })
	request := provider.Request{Model: m.id, System: t.system}
	for longest := 16 << 10; ; longest /= 2 {
		request.Messages = Normalise(append(slices.Clip(said), user(text(compactPrompt))))
		if t.noImages {
			request.Messages = withoutImages(request.Messages)
		}
		request.Tools = declare(t.agent.specs(m), request.Messages)
		if limit == 0 || len(said) < 2 || t.live.gauge.tokens(m, requestTokens(request)) <= limit*9/10 {
			return request
		}
		if longest >= 1<<10 {
			said = shorter(said, longest)
		} else {
			said = slices.Delete(slices.Clone(said), 1, 1+(len(said)+3)/4)
		}
	}
}

// shorter returns messages in which no text is longer than a number of bytes.
func shorter(messages []provider.Message, longest int) []provider.Message {
	short := make([]provider.Message, len(messages))
	for i, message := range messages {
		short[i] = provider.Message{Role: message.Role, Blocks: slices.Clone(message.Blocks)}
		for j := range short[i].Blocks {
			block := &short[i].Blocks[j]
			block.Text = shortenedFrame(block.Text, longest)
			if result := block.ToolResult; result != nil && len(result.Content) > longest {
				block.ToolResult = &provider.ToolResult{ID: result.ID, Content: shortened(result.Content, longest), IsError: result.IsError}
			}
			if call := block.ToolCall; call != nil && len(call.Arguments) > longest {
				block.ToolCall = &provider.ToolCall{ID: call.ID, Name: call.Name, Arguments: json.RawMessage(`{"left_out":true}`)}
			}
		}
	}
	return short
}

func textOf(message provider.Message) string {
	var texts []string
	for _, block := range message.Blocks {
		if block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "" {
			texts = append(texts, block.Text)
		}
	}
	return strings.Join(texts, "\n\n")
}

func noticeNoSummary(err error) string {
	return fmt.Sprintf("The older part of the conversation was left out of what the model reads, because no summary of it could be made (%s). It stays in this session; tell the model again what it should know.", sentence(err))
}
