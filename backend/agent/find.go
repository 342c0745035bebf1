package agent

import (
	"context"

	"github.com/keel-ide/keel/backend/session"
)

// Search looks for the words of text in the titles, prompts and replies of all
// sessions, and in what their tool calls are called and run; see
// [session.Store.Search].
func (a *Agent) Search(ctx context.Context, text string) ([]session.Found, error) {
	found, err := a.o.Sessions.Search(ctx, text)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if l := a.opened(found[i].ID); l != nil {
			l.summarise(&found[i].Summary)
		}
	}
	return found, nil
}

// Export writes a session as Markdown, without secrets that were said in it; see
// [session.Markdown].
func (a *Agent) Export(ctx context.Context, id string) (string, error) {
	s, err := a.Session(ctx, id)
	if err != nil {
		return "", err
	}
	return a.o.Redact(session.Markdown(s)), nil
}
