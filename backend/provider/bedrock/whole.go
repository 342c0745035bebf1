package bedrock

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/keel-ide/keel/backend/provider"
)

// askWhole gets the reply in one piece and plays it as a stream.
func askWhole(ctx context.Context, c connection, input converse) (provider.Stream, error) {
	output, err := c.runtime().Converse(ctx, input.whole())
	if err != nil {
		return nil, err
	}
	events, err := wholeEvents(output)
	if err != nil {
		return nil, badReply(err)
	}
	return &played{cause: ctx.Err, events: events}, nil
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
