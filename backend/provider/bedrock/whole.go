package bedrock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/keel-ide/keel/backend/provider"
)

// Limits of a reply in one piece.
const (
	refusalLimit = 30 * time.Second // refusals come within, so that the request can be made in another form
	signInterval = 20 * time.Second // between signs of life: a reply may be written for minutes
	wholeLimit   = 15 * time.Minute
)

// eventWriting says that the reply is still being written. It means nothing to a
// reply; that it came does.
const eventWriting provider.EventKind = "writing"

// askWhole gets the reply in one piece and plays it as a stream. An error that
// comes soon is the SDK's; of a later one the stream tells, as refused says it.
func askWhole(ctx context.Context, converse func(context.Context) (*bedrockruntime.ConverseOutput, error), refused func(error) error) (provider.Stream, error) {
	asking, cancel := context.WithTimeoutCause(ctx, wholeLimit, errTooLong)
	w := &writing{
		ended: asking.Err, cause: func() error { return context.Cause(asking) },
		cancel: cancel, refused: refused, answered: make(chan answer, 1),
	}
	go func() { // it ends with asking
		output, err := converse(asking)
		w.answered <- answer{output, err}
	}()
	soon := time.NewTimer(refusalLimit)
	defer soon.Stop()
	select {
	case <-soon.C:
		return w, nil
	case got := <-w.answered:
		cancel()
		if got.err != nil {
			return nil, got.err
		}
		return play(ctx.Err, got.output)
	}
}

func play(cause func() error, output *bedrockruntime.ConverseOutput) (*played, error) {
	events, err := wholeEvents(output)
	if err != nil {
		return nil, badReply(err)
	}
	return &played{cause: cause, events: events}, nil
}

type answer struct {
	output *bedrockruntime.ConverseOutput
	err    error
}

var errTooLong = errors.New("the reply was not there in time")

// writing is a reply in one piece that is being written.
type writing struct {
	ended    func() error // the context's that asks
	cause    func() error
	cancel   context.CancelFunc
	refused  func(error) error
	answered chan answer
	played   *played // once it is there
}

func (w *writing) Next() (provider.Event, error) {
	if w.played != nil {
		return w.played.Next()
	}
	sign := time.NewTimer(signInterval)
	defer sign.Stop()
	select {
	case <-sign.C:
		return provider.Event{Kind: eventWriting}, nil
	case got := <-w.answered:
		w.answered <- answer{err: io.ErrUnexpectedEOF} // for Close, and for whoever asks again
		if got.err != nil {
			return provider.Event{}, w.late(got.err)
		}
		var err error
		if w.played, err = play(w.ended, got.output); err != nil {
			return provider.Event{}, err
		}
		return w.played.Next()
	}
}

// late says what an error means that came when a stream was promised already.
func (w *writing) late(err error) error {
	switch {
	case errors.Is(w.cause(), errTooLong):
		return badReply(errTooLong)
	case w.ended() != nil:
		return w.ended()
	}
	return w.refused(err)
}

// Close ends the request and waits for its end.
func (w *writing) Close() error {
	w.cancel()
	<-w.answered
	return nil
}

// wholeEvents is the stream that the reply would have been.
func wholeEvents(output *bedrockruntime.ConverseOutput) ([]provider.Event, error) {
	message, ok := output.Output.(*types.ConverseOutputMemberMessage)
	if !ok {
		return nil, fmt.Errorf("reply of type %T", output.Output)
	}
	var events []provider.Event
	for i, block := range message.Value.Content {
		switch b := block.(type) {
		case *types.ContentBlockMemberText:
			events = append(events, provider.Event{Kind: provider.EventDelta, Index: i, Block: provider.BlockText, Text: b.Value})
		case *types.ContentBlockMemberReasoningContent:
			events = append(events, wholeReasoning(i, b.Value)...)
		case *types.ContentBlockMemberToolUse:
			id := aws.ToString(b.Value.ToolUseId)
			events = append(events, provider.Event{
				Kind: provider.EventBlockStart, Index: i, Block: provider.BlockToolCall, ID: id, Name: aws.ToString(b.Value.Name),
			})
			if b.Value.Input != nil {
				arguments, err := b.Value.Input.MarshalSmithyDocument()
				if err != nil {
					return nil, fmt.Errorf("arguments of tool call %q: %w", id, err)
				}
				events = append(events, provider.Event{Kind: provider.EventDelta, Index: i, Block: provider.BlockToolCall, Text: string(arguments)})
			}
		default:
			continue
		}
		events = append(events, provider.Event{Kind: provider.EventBlockStop, Index: i})
	}
	events = append(events, provider.Event{Kind: provider.EventStop, StopReason: provider.StopReason(output.StopReason)})
	if usage, ok := usageEvent(output.Usage); ok {
		events = append(events, usage)
	}
	return events, nil
}

func wholeReasoning(i int, block types.ReasoningContentBlock) []provider.Event {
	switch r := block.(type) {
	case *types.ReasoningContentBlockMemberReasoningText:
		return []provider.Event{
			{Kind: provider.EventDelta, Index: i, Block: provider.BlockReasoning, Text: aws.ToString(r.Value.Text)},
			{Kind: provider.EventSignature, Index: i, Block: provider.BlockReasoning, Text: aws.ToString(r.Value.Signature)},
		}
	case *types.ReasoningContentBlockMemberRedactedContent:
		return []provider.Event{{Kind: provider.EventSignature, Index: i, Block: provider.BlockReasoning, Data: r.Value}}
	}
	return nil
}

// played is a stream of events that are all there.
type played struct {
	cause  func() error // why the caller gave up; nil while it has not
	events []provider.Event
}

func (p *played) Next() (provider.Event, error) {
	if err := p.cause(); err != nil {
		return provider.Event{}, err
	}
	if len(p.events) == 0 {
		return provider.Event{}, io.EOF
	}
	event := p.events[0]
	p.events = p.events[1:]
	return event, nil
}

func (p *played) Close() error { return nil }
