package agent

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestJournalThatCannotBeWritten: nothing acts while the session cannot be
// saved, and nothing is missing once it can be again.
func TestJournalThatCannotBeWritten(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"a": "old"}},
		calls("write", `{"path":"a","content":"new"}`, "read", `{"path":"a"}`, "host", `{"command":"ask the web"}`), says("I stop."))
	b.disk.hosted["ask the web"] = func(context.Context, Host) Result {
		t.Error("a page was asked for")
		return Result{}
	}
	l := b.opened(b.id)
	if err := l.journal.Close(); err != nil {
		t.Fatal(err)
	}
	turn := b.turn("go")
	got := callsOf(turn)
	const unsaved = " failed: Nothing was done: the session could not be saved first ("
	if len(got) != 3 || !strings.HasPrefix(got[0], "write"+unsaved) || got[1] != "read completed: old" || !strings.HasPrefix(got[2], "host"+unsaved) {
		t.Errorf("calls %q", got)
	}
	if content := b.disk.now()["a"]; content != "old" {
		t.Errorf("it acted: %q", content)
	}
	journal, _, err := b.store.Open(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.journal = journal
	l.mu.Unlock()
	if err := l.sync(); err != nil {
		t.Fatal(err)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	state := b.state()
	loaded.Seq = state.Seq
	if d := cmp.Diff(state, loaded); d != "" {
		t.Errorf("journal (-state +journal):\n%s", d)
	}
}

func TestSessions(t *testing.T) {
	b := newBench(t, setup{policy: policy{asks: []string{"run"}}}, calls("run", `{"command":"x"}`), says("ok"))
	if err := b.RenameSession(t.Context(), b.id, " Named "); err != nil {
		t.Fatal(err)
	}
	if err := b.SetMode(t.Context(), b.id, "reckless"); err == nil {
		t.Error("a mode that does not exist was set")
	}
	b.send("go")
	b.question()
	want := session.Summary{ID: b.id, Title: "Named", Running: true, Waiting: true}
	summaries, err := b.Sessions(t.Context())
	if err != nil || len(summaries) != 1 {
		t.Fatal(summaries, err)
	}
	want.CreatedAt, want.UpdatedAt = summaries[0].CreatedAt, summaries[0].UpdatedAt
	if d := cmp.Diff(want, summaries[0]); d != "" {
		t.Error(d)
	}
	before := b.state()
	if err := b.DeleteSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), b.id); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("deleted session: %v", err)
	}
	if err := b.RestoreSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	after := b.state()
	if before.Turns[0].ID != after.Turns[0].ID || after.Turns[0].StopReason != session.StopCancelled {
		t.Errorf("restored session has %+v", after.Turns)
	}
}

// TestOtherWindow: a session that another window has open can be read, and
// nothing else.
func TestOtherWindow(t *testing.T) {
	b := newBench(t, setup{}, says("ok"), says("there"))
	b.turn("here")
	other := New(b.o)
	want := b.state()
	read, err := other.Session(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	read.Seq = want.Seq
	if d := cmp.Diff(want, read); d != "" {
		t.Error(d)
	}
	for what, err := range map[string]error{
		"draft": other.SaveDraft(t.Context(), b.id, "typing"), "title": other.RenameSession(t.Context(), b.id, "x"),
		"deletion": other.DeleteSession(t.Context(), b.id), "sending now": other.SendNow(t.Context(), b.id, "x"),
	} {
		if !errors.Is(err, session.ErrBusy) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := other.Send(t.Context(), b.id, Prompt{Text: "there"}); !errors.Is(err, session.ErrBusy) {
		t.Errorf("sending: %v", err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Send(t.Context(), b.id, Prompt{Text: "there"}); err != nil {
		t.Errorf("after it was closed there: %v", err)
	}
	if err := other.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestModels(t *testing.T) {
	model := func(id string, ready bool) provider.Provider {
		return named{newScripted(says("I am " + id)), provider.Info{ID: id, Name: id, Ready: ready, Hint: "Sign in."}}
	}
	for _, test := range []struct {
		name, provider, model string
		want, outcome, hint   string
	}{
		{"none chosen", "", "", "second/m1", "", ""},
		{"model of the first ready one", "", "m9", "second/m1", "", ""},
		{"chosen", "third", "m7", "third/m7", "", ""},
		{"chosen without a model", "third", "", "third/m1", "", ""},
		{"not ready", "first", "m1", "first/m1", "first is not ready.", "Sign in."},
		{"not there", "none", "m1", "none/m1", `There is no model provider "none".`, "Choose another one in the model picker."},
	} {
		store, err := session.OpenStore(t.Context(), t.TempDir(), session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		disk := newDisk(nil)
		a := New(Options{
			Sessions: store, Tools: disk, Policy: policy{}, Checkpoints: disk, Headless: true,
			Providers: []provider.Provider{model("first", false), model("second", true), model("third", true)},
			Defaults:  func() session.Session { return session.Session{Provider: test.provider, Model: test.model} },
		})
		created, err := a.CreateSession(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{Agent: a, t: t, disk: disk, store: store, id: created.ID}
		turn := b.turn("go")
		if got := turn.Provider + "/" + turn.Model; got != test.want || turn.Outcome != test.outcome || turn.Hint != test.hint {
			t.Errorf("%s: %s, %q, %q", test.name, got, turn.Outcome, turn.Hint)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

type named struct {
	*scripted
	info provider.Info
}

func (n named) Info(context.Context) provider.Info { return n.info }

func TestSystemPrompt(t *testing.T) {
	entries := []string{}
	for range maxEntries + 2 {
		entries = append(entries, "x/")
	}
	got := systemPrompt(Facts{Folder: "calc", OS: "Linux", Shell: "bash", Entries: entries})
	data, err := os.ReadFile("system.md")
	if err != nil {
		t.Fatal(err)
	}
	version, fixed, _ := strings.Cut(string(data), "\n")
	want := strings.TrimSpace(fixed) + "\n\n# Workspace\nFolder: calc\nOperating system: Linux\nShell: bash\nTop entries: " +
		strings.Join(entries[:maxEntries], ", ") + "\n(and 2 more)\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if again := systemPrompt(Facts{Folder: "calc", OS: "Linux", Shell: "bash", Entries: entries}); again != got {
		t.Error("it differs from one time to the other")
	}
	for _, name := range []string{"todo", "ask_user", "sub_agent", "in the background"} {
		if !strings.Contains(fixed, name) {
			t.Errorf("nothing is said of %s", name)
		}
	}
	if !strings.HasPrefix(version, "version: ") || strings.Contains(got, version) {
		t.Errorf("first line %q", version)
	}
}

func TestTitle(t *testing.T) {
	for _, test := range []struct{ prompt, want string }{
		{"  \n add  a\tfunction \nand more", "add a function"},
		{strings.Repeat("word ", 20), strings.TrimSpace(strings.Repeat("word ", 12)) + "…"},
		{strings.Repeat("é", 61), strings.Repeat("é", 60) + "…"},
		{strings.Repeat("é", 60), strings.Repeat("é", 60)},
	} {
		if got := title(test.prompt); got != test.want {
			t.Errorf("title of %q: %q", test.prompt, got)
		}
	}
}
