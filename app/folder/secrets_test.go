package folder_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
)

// secretEvents keeps what the page was sent.
type secretEvents struct {
	notices
	mu   sync.Mutex
	sent []wire.SecretsState
}

func (e *secretEvents) Secrets(state wire.SecretsState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent = append(e.sent, state)
}

func (e *secretEvents) last() wire.SecretsState {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sent) == 0 {
		return wire.SecretsState{}
	}
	return e.sent[len(e.sent)-1]
}

// openAt opens a folder with a home, as a start of Keel does.
func openAt(t *testing.T, home string, k *keychain, events *secretEvents) *folder.Folder {
	t.Helper()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	var f *folder.Folder
	redactor := redact.New(redact.Options{})
	store := secret.New(secret.Options{
		Folder: filepath.Join(paths.Data, "secrets"), Keychain: k, Reachable: k.reachable, Learned: redactor.Learn,
		Changed: func() { f.TellSecrets() },
	})
	f, err := folder.Open(t.Context(), t.TempDir(), folder.Options{
		Paths: paths, Headless: events == nil, Secrets: store, Redactor: redactor, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Events: eventsOrNone(events),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func eventsOrNone(events *secretEvents) folder.Events {
	if events == nil {
		return nil
	}
	return events
}

// A key is sealed with a passphrase, and after a restart read again only once it
// was given.
func TestSealedKeys(t *testing.T) {
	home, k, events := t.TempDir(), &keychain{gone: true}, &secretEvents{}
	f := openAt(t, home, k, events)
	if err := f.Providers.SetKey(t.Context(), "github-models", key); err != nil {
		t.Fatal(err)
	}
	if got := events.last(); !got.Undecided || got.Place != wire.SecretsKeychain {
		t.Errorf("the page was sent %+v", got)
	}
	short, known := errors.AsType[*wire.Error](bind.Explain(f.UsePassphrase(t.Context(), "short")))
	if !known || short.Code != wire.CodeInvalid || short.Hint == "" {
		t.Errorf("a short passphrase: %+v", short)
	}
	if err := f.UsePassphrase(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	if got := events.last(); got.Place != wire.SecretsPassphrase || got.Kept != 1 || got != f.SecretsState(t.Context()) {
		t.Errorf("the page was sent %+v", got)
	}
	nowhere(t, home)

	events = &secretEvents{}
	f = openAt(t, home, k, events)
	if state := f.SecretsState(t.Context()); !state.Locked || state.Message == "" {
		t.Errorf("%+v", state)
	}
	wrong, known := errors.AsType[*wire.Error](bind.Explain(f.UnlockSecrets(t.Context(), "another passphrase")))
	if !known || wrong.Code != wire.CodeInvalid || !strings.Contains(wrong.Message, "not the passphrase") {
		t.Errorf("a wrong passphrase: %+v", wrong)
	}
	if err := f.UnlockSecrets(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	if info, _ := infoOf(t, f, "github-models"); !info.HasKey {
		t.Errorf("%+v", info)
	}
	k.gone, k.kept = false, map[string]string{}
	if err := f.UseKeychain(t.Context()); err != nil || k.kept["github-models"] != key {
		t.Errorf("%v, the keychain holds %d", err, len(k.kept))
	}
	if err := f.ForgetSecrets(t.Context()); err != nil || len(k.kept) != 0 {
		t.Errorf("%v, the keychain holds %d", err, len(k.kept))
	}
}

// Without a window nobody gives the passphrase: a turn says so.
func TestLockedWithoutWindow(t *testing.T) {
	home, k := t.TempDir(), &keychain{gone: true}
	f := openAt(t, home, k, &secretEvents{})
	if err := f.UsePassphrase(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	f = openAt(t, home, k, nil)
	endpoints(t, f, `{"work": "https://llm.example.com/v1"}`)
	for _, state := range f.Providers.States(t.Context()) {
		if state.ID == "openai:work" && (!strings.Contains(state.Problem, "sealed with a passphrase") || !strings.Contains(state.ProblemHint, "window")) {
			t.Errorf("%+v", state)
		}
	}
	made, err := f.Agent.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.SetModel(t.Context(), made.ID, "openai:work", "m1"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Agent.Send(t.Context(), made.ID, agent.Prompt{Text: "Hello"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.Wait(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	state, err := f.Agent.Session(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if turn := state.Turns[0]; !strings.Contains(turn.Outcome, "sealed with a passphrase") || !strings.Contains(turn.Hint, "window") {
		t.Errorf("%+v", turn)
	}
}
