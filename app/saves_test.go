package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
)

// What the user saves, makes, moves, copies and deletes while a command runs
// stays as it is when the command's turn is reverted.
func TestARevertLeavesWhatTheUserDidMeanwhile(t *testing.T) {
	home, path := t.TempDir(), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name string) { check(os.WriteFile(filepath.Join(path, name), []byte(name), 0o600)) }
	for _, name := range []string{"saved", "moved", "deleted", "copied", "linked"} {
		write(name)
	}
	check(os.Symlink("linked", filepath.Join(path, "link")))
	opened, err := folder.Open(ctx, path, folder.Options{
		Paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: true,
		Grants:   []string{"*"},
		Providers: []provider.Provider{replay.New([]replay.Line{
			{ToolCalls: []replay.ToolCall{{Name: "run_command", Arguments: []byte(
				`{"command":"touch started; until [ -e gate ]; do sleep 0.02; done; rm gate started; echo out > out"}`)}}, StopReason: provider.StopToolUse},
			{Text: "Done.", StopReason: provider.StopEndTurn},
		})},
		Explain: bind.Explain,
		Log:     log,
	})
	check(err)
	defer func() { check(opened.Close()) }()
	session, err := opened.Agent.CreateSession(ctx)
	check(err)
	check(opened.Agent.SetModel(ctx, session.ID, "replay", ""))
	turn, err := opened.Agent.Send(ctx, session.ID, agent.Prompt{Text: "do it"})
	check(err)
	for {
		if _, err := os.Stat(filepath.Join(path, "started")); err == nil {
			break
		}
		check(ctx.Err())
		<-time.After(5 * time.Millisecond)
	}

	server := httptest.NewServer(byteHandler{desk: desk{opened}, log: log})
	defer server.Close()
	for name, query := range map[string]string{"saved": "overwrite", "link": "overwrite", "made": "create"} {
		response, got := request(t, server, http.MethodPut, "/keel/file/workspace", url.Values{"path": {name}, query: {"1"}}, []byte("typed"))
		if response.StatusCode != http.StatusOK {
			t.Fatalf("saving %q: %s %s", name, response.Status, got)
		}
	}
	files := bind.NewFiles(bind.NewSeam(ctx, log, desk{opened}))
	check(files.MakeFolder(wire.AreaWorkspace, "sub"))
	check(files.Move(wire.AreaWorkspace, "moved", "sub/moved", false))
	check(files.Copy(wire.AreaWorkspace, "copied", "sub/copied", false))
	check(files.Delete(wire.AreaWorkspace, "deleted", false))
	write("gate")
	check(opened.Agent.Wait(ctx, session.ID))

	restored, err := opened.Agent.RevertTurn(ctx, session.ID, turn, nil)
	check(err)
	if restored.Deleted != 1 || restored.Written != 0 {
		t.Errorf("reverted %+v, want what the command made and nothing else", restored)
	}
	got := map[string]string{}
	check(filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		inside, _ := filepath.Rel(path, name)
		got[filepath.ToSlash(inside)] = string(content)
		return err
	}))
	want := map[string]string{
		"saved": "typed", "linked": "typed", "made": "typed",
		"copied": "copied", "sub/copied": "copied", "sub/moved": "moved",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the folder (-want +got):\n%s", d)
	}
}
