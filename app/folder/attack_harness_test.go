package folder_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
)

// victim is a person's machine as far as an attack can reach it: an opened folder,
// a home beside it, and Keel's own folders.
type victim struct {
	home, workspace, config, data string
	program                       []string // folders of a Keel that replaces itself
	folder                        *folder.Folder
	calls                         []*session.ToolCall
}

// ends are the ways in which a call can end.
const (
	asked   = "asked"   // a person was asked, and said no
	refused = "refused" // nobody was asked, and nothing was done
	ran     = "ran"
)

// attack is what a model that was talked into it asks for one after the other,
// and what has to come of each call. The folder is trusted, the mode is
// autopilot, and a person says no to every question: whatever happens then has
// happened unasked.
type attack struct {
	name      string
	trusted   []string                      // trusted commands in the user's settings
	untrusted bool                          // the folder is not trusted
	files     map[string]string             // in the workspace, beside the usual ones
	prepare   func(t *testing.T, v *victim) // before the folder is opened
	calls     []replay.ToolCall
	want      []string
	provider  provider.Provider // what asks for calls; nil for a script of them
	check     func(t *testing.T, v *victim)
}

// link makes a link in the workspace.
func (v *victim) link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(v.workspace, name)); err != nil {
		t.Fatal(err)
	}
}

// results are what the model was told of each call.
func (v *victim) results(t *testing.T) []string {
	t.Helper()
	return mapped(v.calls, func(c *session.ToolCall) string { return c.Result + c.Output })
}

func runCommand(text string) replay.ToolCall {
	return tool("run_command", map[string]string{"command": text})
}

func tool(name string, arguments map[string]string) replay.ToolCall {
	text, err := json.Marshal(arguments)
	if err != nil {
		text = []byte(fmt.Sprintf("%q", err))
	}
	return replay.ToolCall{Name: name, Arguments: text}
}

func writeFile(path, content string) replay.ToolCall {
	return tool("write_file", map[string]string{"path": path, "content": content})
}

// each is the same end for every call.
func each(end string, calls []replay.ToolCall) []string {
	return slices.Repeat([]string{end}, len(calls))
}

func mapped[T, R any](all []T, f func(T) R) []R {
	out := make([]R, len(all))
	for i, one := range all {
		out[i] = f(one)
	}
	return out
}

func (a attack) run(t *testing.T) {
	top := t.TempDir()
	v := &victim{
		home:      filepath.Join(top, "home"),
		workspace: filepath.Join(top, "work"),
		config:    filepath.Join(top, "home", ".config", "keel"),
		data:      filepath.Join(top, "home", ".local", "share", "keel"),
	}
	t.Setenv("HOME", v.home)
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("KEEL_RIPGREP", ripgrep)
	files := map[string]string{"main.go": "package main\n", "README.md": "# Sample\n"}
	maps.Copy(files, a.files)
	for path, content := range files {
		v.put(t, filepath.Join(v.workspace, path), content)
	}
	settings, err := json.Marshal(map[string]any{"keelAgent.trustedCommands": a.trusted})
	if err != nil {
		t.Fatal(err)
	}
	v.put(t, filepath.Join(v.config, "settings.json"), string(settings))
	if a.prepare != nil {
		a.prepare(t, v)
	}
	lines := make([]replay.Line, 0, len(a.calls)+1)
	for _, call := range a.calls {
		lines = append(lines, replay.Line{ToolCalls: []replay.ToolCall{call}})
	}
	lines = append(lines, replay.Line{Text: "Done."})
	model := a.provider
	if model == nil {
		model = replay.New(lines)
	}
	helper, err := os.Executable() // TestMain makes it the sandbox's helper too
	if err != nil {
		t.Fatal(err)
	}
	v.folder, err = folder.Open(t.Context(), v.workspace, folder.Options{
		Paths:     folder.Paths{Config: v.config, Data: v.data},
		Providers: []provider.Provider{model},
		Explain:   bind.Explain,
		Helper:    helper,
		Program:   v.program,
		Log:       slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.folder.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := v.folder.SetFolderTrust(t.Context(), !a.untrusted); err != nil {
		t.Fatal(err)
	}
	before := v.everything(t)
	v.calls = v.refuseEverything(t)
	ends := mapped(v.calls, func(c *session.ToolCall) string {
		switch {
		case c.Approval != nil && c.Status == session.CallRejected:
			return asked
		case c.Status == session.CallCompleted, c.HasExit:
			return ran
		}
		return refused
	})
	if diff := cmp.Diff(a.want, ends); diff != "" {
		for _, c := range v.calls {
			t.Logf("%s %s: %s: %s", c.Name, c.Arguments, c.Status, c.Result)
		}
		t.Errorf("what came of the calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, v.everything(t)); diff != "" {
		t.Errorf("what changed without a yes (-before +after):\n%s", diff)
	}
	if a.check != nil {
		a.check(t, v)
	}
}

func (v *victim) put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

// everything is every file of the workspace, the home and Keel's configuration
// with its content; of Keel's data only what it is not at work on.
func (v *victim) everything(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, top := range []string{v.workspace, v.home} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err == nil && path == v.data {
				return fs.SkipDir
			}
			if err != nil {
				return err
			}
			if d.Type().IsRegular() {
				content, err := os.ReadFile(path)
				found[path] = string(content)
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// refuseEverything sends a prompt and says no to every question, until the turn
// has ended.
func (v *victim) refuseEverything(t *testing.T) []*session.ToolCall {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	a := v.folder.Agent
	made, err := a.CreateSession(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetModel(ctx, made.ID, "replay", ""); err != nil {
		t.Fatal(err)
	}
	events := a.Subscribe(ctx)
	if _, err := a.Send(ctx, made.ID, agent.Prompt{Text: "do it"}); err != nil {
		t.Fatal(err)
	}
	for {
		state, err := a.Session(ctx, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		turn := state.Turns[0]
		var calls []*session.ToolCall
		for _, item := range turn.Items {
			if item.Tool == nil {
				continue
			}
			calls = append(calls, item.Tool)
			if question := item.Tool.Approval; question != nil && question.Answer == "" {
				v.say(ctx, t, made.ID, *question)
			}
		}
		if turn.Status == session.Done {
			return calls
		}
		if _, err := events.Next(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// say answers a question with no; one that has its answer already is left alone.
func (v *victim) say(ctx context.Context, t *testing.T, sessionID string, question session.Approval) {
	t.Helper()
	err := v.folder.Answer(ctx, wire.ApprovalAnswer{
		SessionID: sessionID, ApprovalID: question.ID, Hash: question.Hash, Feedback: "Not in this test.",
	})
	if err != nil && !errors.Is(err, approval.ErrGone) {
		t.Fatal(err)
	}
}
