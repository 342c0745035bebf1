package bedrock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/keel-ide/keel/backend/provider"
)

// late answers after a time, unless its context ends before.
func late(after time.Duration, output *bedrockruntime.ConverseOutput, err error) func(context.Context) (*bedrockruntime.ConverseOutput, error) {
	return func(ctx context.Context) (*bedrockruntime.ConverseOutput, error) {
		select {
		case <-time.After(after):
			return output, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func said(text string) *bedrockruntime.ConverseOutput {
	return &bedrockruntime.ConverseOutput{
		StopReason: types.StopReasonEndTurn,
		Output: &types.ConverseOutputMemberMessage{Value: types.Message{
			Role: types.ConversationRoleAssistant, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}},
		}},
	}
}

// A reply in one piece that takes minutes shows that it is being written more
// often than the agent's patience ends.
func TestALongReplyGivesSignsOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, err := askWhole(t.Context(), late(5*time.Minute, said("Hello"), nil), func(err error) error { return err })
		if err != nil {
			t.Fatal(err)
		}
		patient := &patience{Stream: stream, last: time.Now()}
		reply, err := provider.Assemble(patient, nil)
		if err != nil || len(reply.Message.Blocks) != 1 || reply.Message.Blocks[0].Text != "Hello" {
			t.Errorf("reply %+v, %v", reply, err)
		}
		if patient.longest > time.Minute {
			t.Errorf("nothing came for %v", patient.longest)
		}
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	})
}

// patience notes how long nothing came.
type patience struct {
	provider.Stream
	last    time.Time
	longest time.Duration
}

func (p *patience) Next() (provider.Event, error) {
	event, err := p.Stream.Next()
	p.longest = max(p.longest, time.Since(p.last))
	p.last = time.Now()
	return event, err
}

func TestTheEndsOfALongReply(t *testing.T) {
	refusal := errors.New("refused")
	explained := &provider.Error{Class: provider.ClassThrottle, Message: "busy"}
	for name, test := range map[string]struct {
		after time.Duration
		err   error
		soon  error
		class provider.Class
	}{
		"a refusal at once": {after: time.Second, err: refusal, soon: refusal},
		"a refusal later":   {after: time.Minute, err: refusal, class: provider.ClassThrottle},
		"never an end":      {after: time.Hour, class: provider.ClassInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stream, err := askWhole(t.Context(), late(test.after, said("x"), test.err), func(error) error { return explained })
				if !errors.Is(err, test.soon) {
					t.Fatalf("asking: %v", err)
				}
				if err != nil {
					return
				}
				if _, err := provider.Assemble(stream, nil); provider.ClassOf(err) != test.class {
					t.Errorf("reply: %v", err)
				}
				if err := stream.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A stop ends the request, at any moment.
func TestALongReplyIsStopped(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 2 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			time.AfterFunc(after, stop)
			start := time.Now()
			stream, err := askWhole(ctx, late(time.Hour, said("x"), nil), func(err error) error { return err })
			if err == nil {
				_, err = provider.Assemble(stream, nil)
				if closing := stream.Close(); closing != nil {
					t.Error(closing)
				}
			}
			if !errors.Is(err, context.Canceled) || time.Since(start) != after {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		})
	}
}
