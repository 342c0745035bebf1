package bedrock

import (
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"

	"github.com/keel-ide/keel/backend/provider"
)

// Stream starts a reply of request.Model, an id, an inference profile id or an
// ARN.
func (p *Provider) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	if request.Model == "" {
		return nil, noModel()
	}
	c, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	served := p.served(request.Model)
	if served.blind && hasImages(request) {
		return nil, takesNoPictures(request.Model)
	}
	renewed := false
	for {
		form := p.form(request.Model)
		points := cachePointsOf(served.id)
		if form.noCache {
			points = cachePoints{}
		}
		stream, err := p.ask(ctx, c, request, form, points)
		if err == nil {
			return stream, nil
		}
		if isCancelled(ctx, err) {
			return nil, ctx.Err()
		}
		if learnt, ok := form.learn(err, request, points); ok {
			p.learn(request.Model, learnt)
			continue
		}
		if !renewed && p.renew(c, err) {
			renewed = true
			if c, err = p.connect(ctx); err != nil {
				return nil, err
			}
			continue
		}
		return nil, p.refused(ctx, c, request.Model, err)
	}
}

// renew tells whether a request that ended with err can be sent with new
// credentials: those of an account that Bedrock did not accept. They are not used
// again.
func (p *Provider) renew(c connection, err error) bool {
	if c.account == nil || err == nil || explain(err, subject{}).Class != provider.ClassAuth {
		return false
	}
	p.forget()
	return true
}

// refused says what the SDK's error means and draws the consequences.
func (p *Provider) refused(ctx context.Context, c connection, model string, err error) error {
	about := subject{model: model, region: c.config.Region}
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && needsProfile(refusal.ErrorMessage()) {
		about.profile = findProfile(ctx, c, model)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	explained := explain(err, about)
	if explained.Class == provider.ClassAuth {
		p.forget()
	}
	return ofAccount(c.account, explained)
}

// ask sends the request once. Errors are the SDK's.
func (p *Provider) ask(ctx context.Context, c connection, request provider.Request, form form, points cachePoints) (provider.Stream, error) {
	input, err := newConverse(request, form, points)
	if _, known := errors.AsType[*provider.Error](err); known {
		return nil, err
	}
	if err != nil {
		return nil, badRequest(err)
	}
	if form.whole && len(request.Tools) > 0 {
		return askWhole(ctx, func(ctx context.Context) (*bedrockruntime.ConverseOutput, error) {
			return c.runtime().Converse(ctx, input.whole())
		}, func(err error) error { return p.refused(ctx, c, request.Model, err) })
	}
	streaming, cancel := context.WithCancel(ctx)
	output, err := c.runtime().ConverseStream(streaming, input.stream())
	if err != nil {
		cancel()
		return nil, err
	}
	return &stream{
		done: streaming.Done(), cause: streaming.Err, cancel: cancel, events: output.GetStream(),
		subject: subject{model: request.Model, region: c.config.Region}, account: c.account, signedOut: p.forget,
	}, nil
}

// stream reads one reply.
type stream struct {
	done    <-chan struct{} // closed when the caller's context ends, or on Close
	cause   func() error    // why it is closed; nil while it is not
	cancel  context.CancelFunc
	events  *bedrockruntime.ConverseStreamEventStream
	subject subject
	account *Account // whose credentials the request was signed with; nil for none of Keel's
	// signedOut is called when Bedrock ends the reply for its credentials.
	signedOut func()
}

// Next returns the next event that means something to the agent.
func (s *stream) Next() (provider.Event, error) {
	for {
		select {
		case event, more := <-s.events.Events():
			if !more {
				return provider.Event{}, s.end()
			}
			if translated, ok := translate(event); ok {
				return translated, nil
			}
		case <-s.done:
			return provider.Event{}, s.cause()
		}
	}
}

// end says how the stream ended: a cut one ends with io.EOF as well.
func (s *stream) end() error {
	if err := s.cause(); err != nil {
		return err
	}
	if err := s.events.Err(); err != nil {
		explained := explainStream(err, s.subject)
		if explained.Class == provider.ClassAuth {
			s.signedOut()
			if s.account != nil {
				// The next attempt gets new ones by itself.
				explained.Class = provider.ClassBounded
				explained.Hint = "Keel gets new credentials and tries again."
			}
		}
		return explained
	}
	return io.EOF
}

// Close ends the reply and frees its connection.
func (s *stream) Close() error {
	s.cancel()
	_ = s.events.Close() // what it returns is the stream's error, given by Next
	return nil
}

// translate returns the event for the agent, or false for one that has no
// meaning for it: the start of the message, blocks of other kinds, and events
// newer than this program.
func translate(event types.ConverseStreamOutput) (provider.Event, bool) {
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		call, ok := e.Value.Start.(*types.ContentBlockStartMemberToolUse)
		if !ok {
			return provider.Event{}, false
		}
		return provider.Event{
			Kind: provider.EventBlockStart, Index: index(e.Value.ContentBlockIndex), Block: provider.BlockToolCall,
			ID: aws.ToString(call.Value.ToolUseId), Name: aws.ToString(call.Value.Name),
		}, true
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		return translateDelta(index(e.Value.ContentBlockIndex), e.Value.Delta)
	case *types.ConverseStreamOutputMemberContentBlockStop:
		return provider.Event{Kind: provider.EventBlockStop, Index: index(e.Value.ContentBlockIndex)}, true
	case *types.ConverseStreamOutputMemberMessageStop:
		return provider.Event{Kind: provider.EventStop, StopReason: provider.StopReason(e.Value.StopReason)}, true
	case *types.ConverseStreamOutputMemberMetadata:
		return usageEvent(e.Value.Usage)
	}
	return provider.Event{}, false
}

func translateDelta(index int, delta types.ContentBlockDelta) (provider.Event, bool) {
	event := provider.Event{Kind: provider.EventDelta, Index: index}
	switch d := delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		event.Block, event.Text = provider.BlockText, d.Value
	case *types.ContentBlockDeltaMemberToolUse:
		event.Block, event.Text = provider.BlockToolCall, aws.ToString(d.Value.Input)
	case *types.ContentBlockDeltaMemberReasoningContent:
		event.Block = provider.BlockReasoning
		switch r := d.Value.(type) {
		case *types.ReasoningContentBlockDeltaMemberText:
			event.Text = r.Value
		case *types.ReasoningContentBlockDeltaMemberSignature:
			event.Kind, event.Text = provider.EventSignature, r.Value
		case *types.ReasoningContentBlockDeltaMemberRedactedContent:
			event.Kind, event.Data = provider.EventSignature, r.Value
		default:
			return provider.Event{}, false
		}
	default:
		return provider.Event{}, false
	}
	return event, true
}

func usageEvent(usage *types.TokenUsage) (provider.Event, bool) {
	if usage == nil {
		return provider.Event{}, false
	}
	return provider.Event{Kind: provider.EventUsage, Usage: provider.Usage{
		InputTokens:      int64(aws.ToInt32(usage.InputTokens)),
		OutputTokens:     int64(aws.ToInt32(usage.OutputTokens)),
		CacheReadTokens:  int64(aws.ToInt32(usage.CacheReadInputTokens)),
		CacheWriteTokens: int64(aws.ToInt32(usage.CacheWriteInputTokens)),
	}}, true
}

func index(i *int32) int { return int(aws.ToInt32(i)) }
