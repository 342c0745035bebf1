package agent

import (
	"errors"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestDeniedEnd: the way out is one that there is. Only commands can be trusted.
func TestDeniedEnd(t *testing.T) {
	for kind, want := range map[session.ToolKind]bool{session.KindExecute: true, session.KindFetch: false, session.KindEdit: false} {
		end := deniedEnd(&session.ToolCall{Kind: kind, Title: "Do it"}, "Nobody said so.")
		if end.outcome != "Do it was not allowed: Nobody said so." || strings.Contains(end.hint, "--trust") != want || end.hint == "" {
			t.Errorf("%s: %+v", kind, end)
		}
	}
}

func TestSentence(t *testing.T) {
	for want, err := range map[string]error{
		"It is busy":        &provider.Error{Message: "It is busy.", Err: errors.New("429")},
		"the model is mute": errors.New("the model is mute"),
	} {
		if got := sentence(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
