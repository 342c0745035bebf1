package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// ending is why a turn ended, for a person: what happened and what to do next.
type ending struct{ reason, outcome, hint string }

// goesOn reports whether queued messages may follow by themselves.
func (e ending) goesOn() bool {
	switch e.reason {
	case session.StopCancelled, session.StopInterrupted, session.StopFailed, string(provider.StopContextExceeded):
		return false
	}
	return true
}

// cancelledEnd is the ending of a turn whose ctx has ended.
func cancelledEnd(ctx context.Context) ending {
	if errors.Is(context.Cause(ctx), ErrClosed) {
		return ending{session.StopCancelled, "Keel was closed while this turn was running.", "What it did so far stays. Send a message to go on."}
	}
	if errors.Is(context.Cause(ctx), errSentNow) {
		return ending{session.StopCancelled, "You stopped this turn to send a message.", "What it did so far stays."}
	}
	return ending{session.StopCancelled, "You stopped this turn.", "What it did so far stays. Send a message to go on."}
}

// limitEnd is the ending of a turn that has taken all its steps and is not to
// go on.
func limitEnd(ctx context.Context, steps int) ending {
	if ctx.Err() != nil {
		return cancelledEnd(ctx)
	}
	return ending{session.StopStepLimit, fmt.Sprintf("The turn reached its limit of %d steps.", steps), "Send \"go on\" to continue."}
}

// deniedEnd is the ending of a turn in which a call was not allowed, where
// nobody could be asked.
func deniedEnd(call *session.ToolCall, reason string) ending {
	hint := "Run the prompt in Keel's window, where you are asked."
	if call.Kind == session.KindExecute {
		hint = "Allow the command with --trust, or run the prompt in Keel's window."
	}
	return ending{session.StopDenied, fmt.Sprintf("%s was not allowed: %s", call.Title, reason), hint}
}

// replyEnd is the ending that a complete reply without tool calls makes.
func replyEnd(reply provider.Reply) ending {
	reason := string(reply.StopReason)
	switch reply.StopReason {
	case provider.StopEndTurn:
		if len(reply.Message.Blocks) == 0 {
			return ending{reason, "The model sent an empty reply.", "Send a message to go on."}
		}
		return ending{reason: reason}
	case provider.StopMaxTokens:
		return ending{
			reason, "The reply reached the model's length limit and was cut.",
			"A tool call it may have been writing was not run. Send \"go on\" to continue.",
		}
	case provider.StopSequence:
		return ending{reason, "The reply reached a stop sequence.", "Send a message to go on."}
	case provider.StopGuardrail:
		return ending{
			reason, "A guardrail of the model service stopped the reply.",
			"Ask in another way, or look at the guardrail's configuration.",
		}
	case provider.StopContentFiltered:
		return ending{reason, "The model service's content filter stopped the reply.", "Ask in another way."}
	case provider.StopMalformedOutput:
		return ending{reason, "The model's reply was malformed.", "Nothing of it was run. Send \"try again\", or choose another model."}
	case provider.StopMalformedTool:
		return ending{
			reason, "The model made a tool call that cannot be understood.",
			"It was not run. Send \"try again\", or choose another model.",
		}
	case provider.StopContextExceeded:
		return ending{reason, "The conversation no longer fits into the model.", "Start a new session, or choose a model with more room."}
	}
	return ending{reason, fmt.Sprintf("The model stopped for a reason Keel does not know: %q.", reason), "Send a message to go on."}
}

// errorEnd is the ending that an error of the provider makes.
func errorEnd(err error) ending {
	failure, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return ending{session.StopFailed, fmt.Sprintf("The turn failed: %v.", err), "Send \"try again\" to go on."}
	}
	reason := session.StopFailed
	switch failure.Class {
	case provider.ClassInterrupted:
		reason = session.StopInterrupted
	case provider.ClassContext:
		reason = string(provider.StopContextExceeded)
	}
	return ending{reason, failure.Message, failure.Hint}
}

// failed is errorEnd, and notes where a sign-in is what was missing.
func (t *turn) failed(err error) ending {
	if failure, ok := errors.AsType[*provider.Error](err); ok && failure.Class == provider.ClassAuth {
		t.mu.Lock()
		t.head.NoSignIn = true
		t.mu.Unlock()
	}
	return errorEnd(err)
}

// sentence is what an error says to a person, or to a model, within another
// sentence.
func sentence(err error) string {
	if failure, ok := errors.AsType[*provider.Error](err); ok {
		return strings.TrimSuffix(failure.Message, ".")
	}
	return err.Error()
}

// stopped turns the ending into a cancellation when ctx has ended.
func (e *ending) stopped(ctx context.Context) {
	if ctx.Err() != nil {
		*e = cancelledEnd(ctx)
	}
}
