package folder_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// supervised is an opened folder in which the practice model waits with a change.
type supervised struct {
	t       *testing.T
	path    string
	folder  *folder.Folder
	session string
}

// silent is a window that shows nothing.
type silent struct{}

func (silent) Session(session.Event)               {}
func (silent) Sessions(wire.SessionsChanged)       {}
func (silent) Files(wire.FilesChanged)             {}
func (silent) Search(wire.TextMatches)             {}
func (silent) Terminal(wire.TerminalOutput)        {}
func (silent) Settings(wire.SettingsChanged)       {}
func (silent) Notice(wire.Notice)                  {}
func (silent) Checkpoints(wire.CheckpointActivity) {}
func (silent) Trust(wire.TrustChanged)             {}
func (silent) Audit(wire.AuditChanged)             {}
func (silent) Accounts(wire.AccountsState)         {}
func (silent) Secrets(wire.SecretsState)           {}
func (silent) Extensions(wire.ExtensionsState)     {}
func (silent) Extension(wire.ExtensionProgress)    {}

const (
	shopping = "# Shopping\n\nmilk, two\n\nbread\n\nmilk, one\n\neggs\n\nmilk, none\n"
	middle   = "# Shopping\n\nmilk, two\n\nbread\n\ncream, one\n\neggs\n\nmilk, none\n"
)

func supervise(t *testing.T) *supervised {
	t.Helper()
	home, path := t.TempDir(), t.TempDir()
	put(t, filepath.Join(path, "notes.md"), shopping)
	f, err := folder.Open(t.Context(), path, folder.Options{
		Paths:   folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Explain: bind.Explain, Events: silent{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	made, err := f.Agent.CreateSession(t.Context())
	s := &supervised{t: t, path: path, folder: f, session: made.ID}
	s.check(err)
	s.check(f.Agent.SetModel(t.Context(), made.ID, "practice", ""))
	s.check(f.Agent.SetMode(t.Context(), made.ID, session.Supervised))
	_, err = f.Agent.Send(t.Context(), made.ID, agent.Prompt{Text: `replace "milk" with "cream" in notes.md`})
	s.check(err)
	return s
}

func (s *supervised) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// until waits for a call's question of which ready is true.
func (s *supervised) until(ready func(session.Approval) bool) session.Approval {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	events := s.folder.Agent.Subscribe(ctx)
	defer events.Close()
	for {
		state, err := s.folder.Agent.Session(ctx, s.session)
		s.check(err)
		for _, item := range state.Turns[0].Items {
			if item.Tool != nil && item.Tool.Approval != nil && ready(*item.Tool.Approval) {
				return *item.Tool.Approval
			}
		}
		if _, err := events.Next(ctx); err != nil {
			s.t.Fatalf("waiting for a question: %v", err)
		}
	}
}

func (s *supervised) asked() session.Approval {
	s.t.Helper()
	return s.until(func(asked session.Approval) bool { return asked.Answer == "" })
}

func (s *supervised) decide(asked session.Approval, decisions ...session.Decision) {
	s.t.Helper()
	if len(asked.Hunks) != len(decisions) {
		s.t.Fatalf("%d hunks, want %d", len(asked.Hunks), len(decisions))
	}
	for i, decision := range decisions {
		s.check(s.folder.Review.DecideProposal(s.t.Context(), wire.ProposalDecision{
			SessionID: s.session, ApprovalID: asked.ID, Hash: asked.Hash, Hunks: []string{asked.Hunks[i].ID}, Decision: decision, Reason: "Because.",
		}))
	}
}

// ended returns the file and what the model said last.
func (s *supervised) ended() (file, said string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	s.check(s.folder.Agent.Wait(ctx, s.session))
	content, err := os.ReadFile(filepath.Join(s.path, "notes.md"))
	s.check(err)
	state, err := s.folder.Agent.Session(ctx, s.session)
	s.check(err)
	for _, item := range state.Turns[0].Items {
		if item.Kind == session.ItemText {
			said = item.Text
		}
	}
	return string(content), said
}

// TestProposalByHunks is the whole way, from the practice model to the disk.
func TestProposalByHunks(t *testing.T) {
	s := supervise(t)
	s.decide(s.asked(), session.Rejected, session.Accepted, session.Rejected)
	file, said := s.ended()
	if d := cmp.Diff(middle, file); d != "" {
		t.Errorf("file (-want +got):\n%s", d)
	}
	if !strings.Contains(said, "You accepted 1 of 3 changes") {
		t.Errorf("the model said %q", said)
	}
}

// TestWatcherFindsAChangedFile has another program write the file while the change
// waits.
func TestWatcherFindsAChangedFile(t *testing.T) {
	s := supervise(t)
	asked := s.asked()
	put(t, filepath.Join(s.path, "notes.md"), strings.Replace(shopping, "eggs", "eggs, six", 1))
	again := s.until(func(now session.Approval) bool { return now.Hash != asked.Hash })
	if again.ID != asked.ID || !strings.HasPrefix(again.Reason, "This file was changed meanwhile") {
		t.Errorf("asked again: %+v", again)
	}
	s.decide(again, session.Rejected, session.Accepted, session.Rejected)
	file, _ := s.ended()
	if d := cmp.Diff(strings.Replace(middle, "eggs", "eggs, six", 1), file); d != "" {
		t.Errorf("file (-want +got):\n%s", d)
	}
}

// TestWatcherFindsADeletedFile has it deleted.
func TestWatcherFindsADeletedFile(t *testing.T) {
	s := supervise(t)
	asked := s.asked()
	s.check(os.Rename(filepath.Join(s.path, "notes.md"), filepath.Join(s.path, "other.md")))
	s.until(func(now session.Approval) bool { return now.Answer == "cancelled" })
	s.check(os.Rename(filepath.Join(s.path, "other.md"), filepath.Join(s.path, "notes.md")))
	file, said := s.ended()
	if d := cmp.Diff(shopping, file); d != "" || !strings.Contains(said, "deleted or renamed") {
		t.Errorf("the model said %q; file (-want +got):\n%s", said, d)
	}
	err := s.folder.Review.DecideProposal(t.Context(), wire.ProposalDecision{SessionID: s.session, ApprovalID: asked.ID, Hash: asked.Hash})
	if explained, ok := errors.AsType[*wire.Error](bind.Explain(err)); !ok || explained.Code != wire.CodeNotFound {
		t.Errorf("deciding about it then: %v", err)
	}
}
