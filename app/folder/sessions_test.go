package folder_test

import (
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// listed is a window that remembers the last list of sessions.
type listed struct {
	silent

	mu   sync.Mutex
	last wire.SessionsChanged
}

func (l *listed) Sessions(changed wire.SessionsChanged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if changed.Seq > l.last.Seq {
		l.last = changed
	}
}

func (l *listed) holds(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.last.Sessions, func(each session.Summary) bool { return each.ID == id })
}

// What a session's end changes in the list is told before it is gone; that it is
// gone is told as well, so that no page shows it for ever.
func TestTheListIsToldOfWhatIsDeleted(t *testing.T) {
	home := t.TempDir()
	window := &listed{}
	f, err := folder.Open(t.Context(), t.TempDir(), folder.Options{
		Paths:   folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Explain: bind.Explain, Events: window, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	made, err := f.Agent.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := f.DeleteSession(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		if window.holds(made.ID) {
			t.Fatal("the last list has what was deleted")
		}
		if err := f.RestoreSession(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		if !window.holds(made.ID) {
			t.Fatal("the last list is without what was brought back")
		}
	}
}
