package folder

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// turnless is an agent's host without a turn.
type turnless struct {
	answer string
	err    error
	task   agent.SubTask
}

func (t *turnless) Output([]byte)       {}
func (t *turnless) Todo([]session.Todo) {}
func (t *turnless) Ask(context.Context, session.Question) (string, error) {
	return t.answer, t.err
}
func (t *turnless) SubAgent(_ context.Context, task agent.SubTask) (string, error) {
	t.task = task
	return "done", nil
}

// openTools opens a folder with one file and returns the tools as its agent has
// them.
func openTools(t *testing.T, headless bool) (*Folder, *tools) {
	t.Helper()
	home, path := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "mine.txt"), []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(t.Context(), path, Options{
		Paths:    Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: headless,
		Explain:  func(err error) error { return err },
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, f.tools(f.Commands)
}

// call prepares and runs a call.
func call(t *testing.T, set *tools, sessionID string, host agent.Host, name, arguments string) agent.Result {
	t.Helper()
	return callFor(t, set, agent.View{SessionID: sessionID}, host, name, arguments)
}

func callFor(t *testing.T, set *tools, whose agent.View, host agent.Host, name, arguments string) agent.Result {
	t.Helper()
	prepared, err := set.Prepare(t.Context(), whose, name, json.RawMessage(arguments))
	if err != nil {
		return agent.Result{IsError: true, Text: err.Error()}
	}
	return prepared.Run(t.Context(), host)
}

func TestToolsReachTheTurn(t *testing.T) {
	_, set := openTools(t, true)
	host := &turnless{answer: "yes"}
	if got := call(t, set, "s", host, "ask_user", `{"question":"ok?"}`); got.Text != "yes" {
		t.Errorf("asked: %+v", got)
	}
	host.err = agent.ErrNobody
	if got := call(t, set, "s", host, "ask_user", `{"question":"ok?"}`); got.IsError || !strings.Contains(got.Text, "nobody to ask") {
		t.Errorf("nobody: %+v", got)
	}
	if got := call(t, set, "s", host, "sub_agent", `{"task":"look","write":true}`); got.Text != "done" {
		t.Errorf("sub agent: %+v", got)
	}
	if d := cmp.Diff(agent.SubTask{Prompt: "look", Write: true}, host.task); d != "" {
		t.Errorf("task (-want +got):\n%s", d)
	}
	if got := call(t, set, "s", host, "diagnostics", `{}`); !strings.Contains(got.Text, "no editor window") {
		t.Errorf("without a window: %+v", got)
	}
}

func TestABackgroundCommandBelongsToItsSession(t *testing.T) {
	f, set := openTools(t, true)
	started := call(t, set, "s", &turnless{}, "run_command", `{"command":"echo hello; exec sleep 3600","background":true}`)
	if started.Background == nil || started.IsError {
		t.Fatalf("started: %+v", started)
	}
	id := started.Background.ID()
	if got := call(t, set, "other", &turnless{}, "command_output", `{"id":"`+id+`"}`); !got.IsError {
		t.Errorf("another session: %+v", got)
	}
	if got := call(t, set, "s", &turnless{}, "command_output", `{"id":"`+id+`"}`); got.IsError || !strings.Contains(got.Text, "still runs") {
		t.Errorf("its own: %+v", got)
	}
	if got := callFor(t, set, agent.View{SessionID: "s", SubAgent: "i"}, &turnless{}, "command_output", `{"id":"`+id+`"}`); got.IsError {
		t.Errorf("a sub agent of it: %+v", got)
	}
	if err := f.Commands.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	code, err := started.Background.Follow(t.Context(), func([]byte) {})
	if err != nil || code == 0 {
		t.Errorf("followed to %d, %v", code, err)
	}
}

func TestToolsKnowWhatTheEditorsHold(t *testing.T) {
	f, set := openTools(t, false)
	if got := call(t, set, "s", &turnless{}, "diagnostics", `{}`); !strings.Contains(got.Text, "no language service") {
		t.Errorf("before the page has told: %+v", got)
	}
	problem := wire.Problem{Path: "./mine.txt", Line: 1, Column: 2, Severity: "error", Source: "spell", Message: "odd"}
	f.EditorState.SetProblems(2, []wire.Problem{problem})
	f.EditorState.SetProblems(1, nil) // overtaken
	if got := call(t, set, "s", &turnless{}, "diagnostics", `{}`); got.Text != "mine.txt:1:2: error: odd (spell)\n" {
		t.Errorf("problems: %+v", got)
	}
	f.EditorState.SetUnsaved(2, []string{"mine.txt"})
	f.EditorState.SetUnsaved(1, nil) // overtaken
	if got := call(t, set, "s", &turnless{}, "write_file", `{"path":"mine.txt","content":"theirs"}`); !got.IsError || !strings.Contains(got.Text, "unsaved changes in mine.txt") {
		t.Errorf("unsaved: %+v", got)
	}
	f.EditorState.SetUnsaved(3, nil)
	call(t, set, "s", &turnless{}, "read_file", `{"path":"mine.txt"}`)
	if got := callFor(t, set, agent.View{SessionID: "s", SubAgent: "i"}, &turnless{}, "write_file", `{"path":"mine.txt","content":"its own"}`); !got.IsError {
		t.Errorf("a sub agent that has not read it: %+v", got)
	}
	if got := call(t, set, "s", &turnless{}, "write_file", `{"path":"mine.txt","content":"theirs"}`); got.IsError {
		t.Errorf("saved: %+v", got)
	}
}
