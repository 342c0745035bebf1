package folder_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/redact"
)

// grown keeps what the page was told about the audit log.
type grown struct {
	notices
	mu   sync.Mutex
	told []wire.AuditChanged
	at   []time.Time
}

func (g *grown) Audit(changed wire.AuditChanged) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, changed)
	g.at = append(g.at, time.Now())
}

func (g *grown) last() wire.AuditChanged {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.told) == 0 {
		return wire.AuditChanged{}
	}
	return g.told[len(g.told)-1]
}

// TestNoSecretReachesAuditLogOrExport: a secret that the model writes, one that the
// keychain gave, and one of a known shape. The session's own journal and the
// outputs of its commands are the conversation as it was, and keep them.
func TestNoSecretReachesAuditLogOrExport(t *testing.T) {
	const kept, token = "k3ychain-value-0", "ghp_aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hJ3lM6"
	home, path := t.TempDir(), t.TempDir()
	redactor := redact.New(redact.Options{Known: []string{kept}})
	events := &grown{}
	data := filepath.Join(home, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(data, "keel.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	log := slog.New(redactor.Handler(slog.NewTextHandler(file, nil)))
	f, err := folder.Open(t.Context(), path, folder.Options{
		Paths: folder.Paths{Config: filepath.Join(home, "config"), Data: data}, Headless: true, Grants: []string{"echo *"},
		Providers: []provider.Provider{replay.New([]replay.Line{
			{ToolCalls: []replay.ToolCall{
				{Name: "run_command", Arguments: []byte(`{"command": "echo ` + token + ` ` + kept + ` DB_PASSWORD=hunter2"}`)},
				{Name: "run_command", Arguments: []byte(`{"command": "rm ` + kept + `"}`)},
				{Name: "no_such_tool", Arguments: []byte(`{"token": "` + token + `"}`)},
			}},
			{Text: "I used " + token + " and " + kept + ".", StopReason: provider.StopEndTurn},
		})},
		Events: events, Redactor: redactor, Explain: bind.Explain, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	state, _ := turn(t, f)
	log.Error("a test", "token", token, "text", "with "+kept)
	exported, err := f.Agent.Export(t.Context(), state.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "export.md"), []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	var clean, holding int
	walk(t, data, func(name, text string) {
		found := strings.Contains(text, token) || strings.Contains(text, kept) || strings.Contains(text, "hunter2")
		conversation := strings.Contains(name, "/sessions/") || strings.Contains(name, "/commands/")
		switch {
		case found && !conversation:
			t.Errorf("a secret reached %s", name)
		case found:
			holding++
		case strings.Contains(text, "‹redacted: "):
			clean++
		}
	})
	if holding == 0 || clean < 3 {
		t.Errorf("%d files of the conversation hold a secret and %d are redacted: the test looks at too little", holding, clean)
	}
	page, err := f.AuditPage(t.Context(), wire.AuditQuery{Kind: "execute"})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Entries) != 2 || page.Entries[0].Outcome != "denied" || page.Entries[1].Outcome != "allowed" {
		t.Errorf("entries: %+v", page.Entries)
	}
	want := wire.AuditPage{Seq: 5, Sessions: []wire.AuditSession{{ID: state.ID, Title: state.Title}}, File: filepath.Dir(first(t, data, "*/audit/*.jsonl"))}
	if d := cmp.Diff(want, page, cmpopts.IgnoreFields(wire.AuditPage{}, "Entries")); d != "" {
		t.Errorf("page (-want +got):\n%s", d)
	}
	if err := f.Agent.DeleteSession(t.Context(), state.ID); err != nil {
		t.Fatal(err)
	}
	page, err = f.AuditPage(t.Context(), wire.AuditQuery{SessionID: state.ID})
	if err != nil || len(page.Entries) != 3 || page.Sessions[0] != (wire.AuditSession{ID: state.ID}) {
		t.Errorf("after the session was deleted: %+v, %v", page, err)
	}
	deadline := time.After(30 * time.Second)
	for events.last().Seq != 5 {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("the page was told %+v", events.told)
		}
	}
}

func first(t *testing.T, data, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(data, "workspaces", pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("nothing matches %q: %v", pattern, err)
	}
	return found[0]
}

func walk(t *testing.T, root string, look func(name, text string)) {
	t.Helper()
	if err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		look(filepath.ToSlash(path), string(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// An empty window has a log of its own, for who signs in and out there.
func TestAuditWithoutAFolder(t *testing.T) {
	home := t.TempDir()
	f, err := folder.Open(t.Context(), "", folder.Options{
		Paths: folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}, Headless: true,
		Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page, err := f.AuditPage(t.Context(), wire.AuditQuery{Limit: 10})
	if err != nil || len(page.Entries) != 0 || page.File != filepath.Join(home, "data", "no-folder", "audit") {
		t.Errorf("its log is %+v, %v", page, err)
	}
}
