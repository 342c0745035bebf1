package folder_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/trust"
)

// asker is a window with somebody to ask, in a folder of its own.
type asker struct {
	*folder.Folder
	t      *testing.T
	home   string
	path   string
	events *trustEvents
}

// trustEvents keeps what the page was told about trust.
type trustEvents struct {
	notices
	mu   sync.Mutex
	seen []wire.TrustChanged
}

func (e *trustEvents) Trust(changed wire.TrustChanged) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen = append(e.seen, changed)
}

func (e *trustEvents) last() wire.TrustChanged {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.seen) == 0 {
		return wire.TrustChanged{}
	}
	return e.seen[len(e.seen)-1]
}

// commands is a script that runs commands, one after the other.
func commands(lines ...string) []replay.Line {
	var script []replay.Line
	for _, line := range lines {
		script = append(script, replay.Line{
			ToolCalls:  []replay.ToolCall{{Name: "run_command", Arguments: fmt.Appendf(nil, `{"command":%q}`, line)}},
			StopReason: provider.StopToolUse,
		})
	}
	return append(script, replay.Line{Text: "Done.", StopReason: provider.StopEndTurn})
}

func openAsking(t *testing.T, script []replay.Line) *asker {
	t.Helper()
	path, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a := &asker{t: t, home: t.TempDir(), path: path, events: &trustEvents{}}
	a.open(script)
	return a
}

func (a *asker) open(script []replay.Line) {
	a.t.Helper()
	f, err := folder.Open(a.t.Context(), a.path, folder.Options{
		Paths:     folder.Paths{Config: filepath.Join(a.home, "config"), Data: filepath.Join(a.home, "data")},
		Events:    a.events,
		Providers: []provider.Provider{replay.New(script)},
		Explain:   bind.Explain,
		Log:       slog.New(slog.DiscardHandler),
	})
	a.check(err)
	a.Folder = f
	a.t.Cleanup(func() {
		if err := f.Close(); err != nil {
			a.t.Error(err)
		}
	})
}

func (a *asker) check(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// start sends a prompt in a new session.
func (a *asker) start() string {
	a.t.Helper()
	made, err := a.Agent.CreateSession(a.t.Context())
	a.check(err)
	a.check(a.Agent.SetModel(a.t.Context(), made.ID, "replay", ""))
	_, err = a.Agent.Send(a.t.Context(), made.ID, agent.Prompt{Text: "go"})
	a.check(err)
	return made.ID
}

// asked waits until a call of the session is asked about.
func (a *asker) asked(id string) *session.ToolCall {
	a.t.Helper()
	return a.until(id, func(c *session.ToolCall) bool { return c.Status == session.CallWaiting })
}

// until waits for a call of the session of which ready is true.
func (a *asker) until(id string, ready func(*session.ToolCall) bool) *session.ToolCall {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	defer cancel()
	events := a.Agent.Subscribe(ctx)
	defer events.Close()
	for {
		state, err := a.Agent.Session(ctx, id)
		a.check(err)
		for _, item := range state.Turns[len(state.Turns)-1].Items {
			if item.Tool != nil && ready(item.Tool) {
				return item.Tool
			}
		}
		_, err = events.Next(ctx)
		a.check(err)
	}
}

// reply answers the question that waits in a session.
func (a *asker) reply(id string, answer wire.ApprovalAnswer) error {
	a.t.Helper()
	call := a.asked(id)
	answer.SessionID, answer.ApprovalID, answer.Hash, answer.Approved = id, call.Approval.ID, call.Approval.Hash, true
	if err := a.Answer(a.t.Context(), answer); err != nil {
		return err
	}
	a.until(id, func(c *session.ToolCall) bool { return c.ID == call.ID && c.Approval.Answer != "" })
	return nil
}

// results waits for the end and returns each call with its rule.
func (a *asker) results(id string) []string {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	defer cancel()
	a.check(a.Agent.Wait(ctx, id))
	state, err := a.Agent.Session(ctx, id)
	a.check(err)
	var all []string
	for _, item := range state.Turns[len(state.Turns)-1].Items {
		if item.Tool != nil {
			all = append(all, fmt.Sprintf("%s %s: %s", item.Tool.Command, item.Tool.Status, item.Tool.Rule))
		}
	}
	return all
}

func (a *asker) trusted() []wire.TrustedCommand {
	a.t.Helper()
	state, err := a.TrustState(a.t.Context())
	a.check(err)
	return state.Commands
}

func TestScopes(t *testing.T) {
	for _, scope := range []wire.TrustScope{wire.TrustSession, wire.TrustWorkspace, wire.TrustAlways} {
		t.Run(string(scope), func(t *testing.T) {
			a := openAsking(t, append(commands("touch a", "touch b"), commands("touch c")...))
			a.check(a.SetFolderTrust(t.Context(), true))
			first := a.start()
			a.check(a.reply(first, wire.ApprovalAnswer{Trust: "touch *", Scope: scope}))
			if d := cmp.Diff([]string{"touch a completed: untrusted command", "touch b completed: trusted command"}, a.results(first)); d != "" {
				t.Errorf("the first session (-want +got):\n%s", d)
			}
			second := a.start()
			want := "touch c completed: trusted command"
			if scope == wire.TrustSession {
				want = "touch c completed: untrusted command"
				a.check(a.reply(second, wire.ApprovalAnswer{}))
			}
			if d := cmp.Diff([]string{want}, a.results(second)); d != "" {
				t.Errorf("another session (-want +got):\n%s", d)
			}
			entry := wire.TrustedCommand{TrustEntry: wire.TrustEntry{Pattern: "touch *", Scope: scope}, Uses: 2, Counts: true}
			if scope == wire.TrustSession {
				entry.SessionID, entry.SessionTitle, entry.Uses = first, "go", 1
			}
			if d := cmp.Diff([]wire.TrustedCommand{entry}, a.trusted(), cmpopts.IgnoreFields(wire.TrustedCommand{}, "LastUsed")); d != "" {
				t.Errorf("trusted (-want +got):\n%s", d)
			}
			if a.trusted()[0].LastUsed == 0 {
				t.Error("no last use")
			}
			// What is trusted and counted outlives the window, but not the session.
			before := a.trusted()
			a.check(a.Close())
			a.open(nil)
			if d := cmp.Diff(before, a.trusted()); d != "" {
				t.Errorf("in the next window (-want +got):\n%s", d)
			}
			a.check(a.Agent.DeleteSession(t.Context(), first))
			if left := len(a.trusted()); (left == 0) != (scope == wire.TrustSession) {
				t.Errorf("after deleting the session: %d", left)
			}
		})
	}
}

func TestUntrustedFolder(t *testing.T) {
	a := openAsking(t, commands("touch a", "touch b", "touch c"))
	a.check(a.AddTrusted(t.Context(), wire.TrustPlace{TrustEntry: wire.TrustEntry{Pattern: "touch *", Scope: wire.TrustAlways}, Index: -1}))
	id := a.start()
	for _, scope := range []wire.TrustScope{wire.TrustWorkspace, wire.TrustAlways} {
		if err := a.reply(id, wire.ApprovalAnswer{Trust: "touch a", Scope: scope}); !errors.Is(err, folder.ErrUntrusted) {
			t.Errorf("trusting for %s: %v", scope, err)
		}
	}
	if err := a.reply(id, wire.ApprovalAnswer{Trust: "touch a", Scope: "elsewhere"}); !errors.Is(err, folder.ErrScope) {
		t.Errorf("trusting for a scope that there is not: %v", err)
	}
	want := []wire.TrustedCommand{{
		TrustEntry: wire.TrustEntry{Pattern: "touch *", Scope: wire.TrustAlways},
		Note:       "It does not count here: you have not trusted this folder.",
	}}
	if d := cmp.Diff(want, a.trusted()); d != "" {
		t.Errorf("trusted (-want +got):\n%s", d)
	}
	explained, err := a.ExplainTrust(t.Context(), wire.TrustQuestion{Command: "touch x", SessionID: id})
	a.check(err)
	if explained.Effect != approval.Ask || explained.Pattern != "touch *" || len(explained.Steps) == 0 {
		t.Errorf("explained: %+v", explained)
	}
	a.check(a.reply(id, wire.ApprovalAnswer{}))
	a.asked(id) // touch b: still nothing counts
	a.check(a.SetFolderTrust(t.Context(), true))
	if changed := a.events.last(); !changed.Folder.Trusted || changed.Folder.Path != a.path {
		t.Errorf("the page was told %+v", changed)
	}
	a.check(a.reply(id, wire.ApprovalAnswer{}))
	if d := cmp.Diff([]string{"touch a completed: untrusted command", "touch b completed: untrusted command", "touch c completed: trusted command"}, a.results(id)); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// Nothing in the folder itself makes it trusted, nor trusts a command.
func TestAFolderCannotTrustItself(t *testing.T) {
	a := openAsking(t, commands("touch a"))
	for name, text := range map[string]string{
		"trusted-folders.json":        fmt.Sprintf(`{"folders": [%q]}`, a.path),
		"trusted-commands.json":       `{"commands": ["*"]}`,
		".vscode/settings.json":       `{"keelAgent.trustedCommands": ["*"], "keelAgent.commandGuard": false}`,
		".keel/trusted-commands.json": `{"commands": ["*"]}`,
	} {
		path := filepath.Join(a.path, filepath.FromSlash(name))
		a.check(os.MkdirAll(filepath.Dir(path), 0o700))
		a.check(os.WriteFile(path, []byte(text), 0o600))
	}
	if state := a.FolderTrust(); state.Trusted || len(state.Effects) == 0 {
		t.Errorf("trusted: %+v", state)
	}
	if got := a.trusted(); len(got) > 0 {
		t.Errorf("trusted: %+v", got)
	}
}

func TestTheListIsEdited(t *testing.T) {
	a := openAsking(t, nil)
	a.check(a.SetFolderTrust(t.Context(), true))
	made, err := a.Agent.CreateSession(t.Context())
	a.check(err)
	entry := func(pattern string, scope wire.TrustScope) wire.TrustEntry {
		e := wire.TrustEntry{Pattern: pattern, Scope: scope}
		if scope == wire.TrustSession {
			e.SessionID = made.ID
		}
		return e
	}
	list := func() []string {
		var all []string
		for _, each := range a.trusted() {
			all = append(all, string(each.Scope)+" "+each.Pattern)
		}
		return all
	}
	for _, scope := range []wire.TrustScope{wire.TrustAlways, wire.TrustWorkspace, wire.TrustSession} {
		for _, pattern := range []string{"a", "b", "c"} {
			a.check(a.AddTrusted(t.Context(), wire.TrustPlace{TrustEntry: entry(pattern, scope), Index: -1}))
		}
		seq := a.events.last().Seq
		place, err := a.RemoveTrusted(t.Context(), entry("b", scope))
		a.check(err)
		if place.Index != 1 || a.events.last().Seq <= seq {
			t.Errorf("%s: removed from %d, told %+v", scope, place.Index, a.events.last())
		}
		a.check(a.AddTrusted(t.Context(), place)) // undone
		a.check(a.EditTrusted(t.Context(), wire.TrustEdit{From: entry("b", scope), To: entry("B *", scope)}))
		if _, err := a.RemoveTrusted(t.Context(), entry("b", scope)); !errors.Is(err, trust.ErrNotFound) {
			t.Errorf("%s: removing what is gone: %v", scope, err)
		}
	}
	want := []string{
		"always a", "always B *", "always c", "workspace a", "workspace B *", "workspace c", "session a", "session B *", "session c",
	}
	if d := cmp.Diff(want, list()); d != "" {
		t.Errorf("list (-want +got):\n%s", d)
	}
	a.check(a.EditTrusted(t.Context(), wire.TrustEdit{From: entry("a", wire.TrustSession), To: entry("new", wire.TrustAlways)}))
	if d := cmp.Diff([]string{"always a", "always B *", "always c", "always new", "workspace a", "workspace B *", "workspace c", "session B *", "session c"}, list()); d != "" {
		t.Errorf("after moving one (-want +got):\n%s", d)
	}
	if err := a.AddTrusted(t.Context(), wire.TrustPlace{TrustEntry: entry(" ", wire.TrustAlways)}); !errors.Is(err, trust.ErrEmpty) {
		t.Errorf("an empty pattern: %v", err)
	}
	// A scope that cannot take it leaves the old one where it was.
	lost := wire.TrustEntry{Pattern: "x", Scope: wire.TrustSession, SessionID: "missing"}
	if err := a.EditTrusted(t.Context(), wire.TrustEdit{From: entry("a", wire.TrustWorkspace), To: lost}); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("moving to a session that is gone: %v", err)
	}
	if got := list(); got[4] != "workspace a" {
		t.Errorf("after that: %q", got)
	}
}

func TestNotesOnPatterns(t *testing.T) {
	a := openAsking(t, nil)
	a.check(a.SetFolderTrust(t.Context(), true))
	want := map[string]string{
		"*": "Every command runs without asking, but for what is on the deny list.", "go test *": "", "npm install": "",
		"python *": "What it trusts can run any other program.", "npm exec *": "What it trusts can run any other program.",
		"npm*": "Its star means nothing: a star counts only at the very end, after a space.",
	}
	for pattern := range want {
		a.check(a.AddTrusted(t.Context(), wire.TrustPlace{TrustEntry: wire.TrustEntry{Pattern: pattern, Scope: wire.TrustAlways}, Index: -1}))
	}
	got := map[string]string{}
	for _, each := range a.trusted() {
		got[each.Pattern] = each.Note
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
}

func TestImports(t *testing.T) {
	a := openAsking(t, nil)
	where := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", where)
	file := filepath.Join(where, "Kiro", "User", "settings.json")
	a.check(os.MkdirAll(filepath.Dir(file), 0o700))
	a.check(os.WriteFile(file, []byte(`{"kiroAgent.trustedCommands": ["npm *", "python *", "*"], "kiroAgent.commandDenylist": ["sudo"]}`), 0o600))
	a.check(a.AddTrusted(t.Context(), wire.TrustPlace{TrustEntry: wire.TrustEntry{Pattern: "npm *", Scope: wire.TrustAlways}, Index: -1}))
	want := []wire.TrustImport{{
		Editor: "Kiro", File: file, Denied: []string{"sudo"},
		Patterns: []wire.TrustImportPattern{
			{Pattern: "npm *", Original: "npm *", Known: true, Usable: true},
			{Pattern: "python *", Original: "python *", Usable: true, Wide: true},
			{Pattern: "*", Original: "*", Usable: true, Wide: true},
		},
	}}
	got, err := a.TrustImports(t.Context())
	a.check(err)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	a.check(a.ImportTrusted(t.Context(), wire.TrustImportRequest{Patterns: []string{"npm *", "python *", ""}, Denied: []string{"sudo"}}))
	v := a.Settings.Values()
	if d := cmp.Diff([][]string{{"npm *", "python *"}, {"sudo"}}, [][]string{v.TrustedCommands, v.CommandDenylist}); d != "" {
		t.Errorf("taken over (-want +got):\n%s", d)
	}
}

func TestStateOfTheSettings(t *testing.T) {
	a := openAsking(t, nil)
	a.check(os.MkdirAll(filepath.Join(a.path, ".vscode"), 0o700))
	a.check(os.WriteFile(filepath.Join(a.path, ".vscode", "settings.json"), []byte(`{"keelAgent.commandGuard": true, "keelAgent.commandDenylist": ["rm"]}`), 0o600))
	a.check(a.Close())
	a.open(nil)
	a.check(a.Settings.Write(t.Context(), "settings.json", `{"keelAgent.commandGuard": false, "keelAgent.commandDenylist": ["sudo"]}`))
	state, err := a.TrustState(t.Context())
	a.check(err)
	want := wire.TrustState{
		Seq: state.Seq, Commands: []wire.TrustedCommand{}, Denied: []wire.DeniedText{{Text: "sudo"}, {Text: "rm", Folder: true}},
		Guard: true, GuardBy: "workspace", Folder: wire.FolderTrust{Path: a.path, Effects: trust.Effects(false)},
	}
	if d := cmp.Diff(want, state); d != "" {
		t.Errorf("state (-want +got):\n%s", d)
	}
	a.check(a.Settings.Write(t.Context(), "settings.json", `{"keelAgent.trustedCommands": 1}`))
	if state, err = a.TrustState(t.Context()); err != nil || state.Broken == "" {
		t.Errorf("broken settings: %+v, %v", state, err)
	}
}

func TestDamagedTrustIsTold(t *testing.T) {
	a := openAsking(t, nil)
	a.check(os.WriteFile(filepath.Join(a.home, "data", "trusted-folders.json"), []byte("{"), 0o600))
	if a.FolderTrust().Trusted {
		t.Error("trusted by a damaged list")
	}
	a.events.notices.mu.Lock()
	defer a.events.notices.mu.Unlock()
	if len(a.events.told) != 1 || a.events.told[0].Message != "The list of folders that you trust was damaged, so no folder is trusted." {
		t.Errorf("told: %+v", a.events.told)
	}
}
