package folder_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

// pages is a script that fetches, an address after the other; none of them exists.
func pages(addresses ...string) []replay.Line {
	var script []replay.Line
	for _, address := range addresses {
		script = append(script, replay.Line{
			ToolCalls:  []replay.ToolCall{{Name: "fetch_url", Arguments: fmt.Appendf(nil, `{"url":%q}`, address)}},
			StopReason: provider.StopToolUse,
		})
	}
	return append(script, replay.Line{Text: "Done.", StopReason: provider.StopEndTurn})
}

// A host is trusted by the answer that its question offers, always and nowhere else.
func TestAnsweringTrustsAHost(t *testing.T) {
	a := openAsking(t, pages("https://docs.invalid/a", "https://docs.invalid/b", "http://docs.invalid/c", "https://other.invalid/d"))
	a.check(os.MkdirAll(filepath.Join(a.path, ".vscode"), 0o700))
	a.check(os.WriteFile(filepath.Join(a.path, ".vscode", "settings.json"), []byte(`{"keelAgent.trustedHosts": ["*.invalid", "other.invalid"]}`), 0o600))
	id := a.start()
	call := a.asked(id)
	if call.Address != "https://docs.invalid/a" || !cmp.Equal(call.Approval.Patterns, []string{"docs.invalid"}) {
		t.Errorf("asked about %q, offering %q", call.Address, call.Approval.Patterns)
	}
	for _, wrong := range []struct {
		answer wire.ApprovalAnswer
		want   error
	}{
		{wire.ApprovalAnswer{Trust: "*.invalid", Scope: wire.TrustAlways}, approval.ErrChanged},
		{wire.ApprovalAnswer{Trust: "docs.invalid", Scope: wire.TrustWorkspace}, folder.ErrScope},
		{wire.ApprovalAnswer{Trust: "docs.invalid", Scope: wire.TrustSession}, agent.ErrAnswer},
	} {
		if err := a.reply(id, wrong.answer); !errors.Is(err, wrong.want) {
			t.Errorf("%+v: %v, want %v", wrong.answer, err, wrong.want)
		}
	}
	if hosts := a.Settings.Values().TrustedHosts; len(hosts) > 0 {
		t.Errorf("trusted already: %q", hosts)
	}
	a.check(a.reply(id, wire.ApprovalAnswer{Trust: "docs.invalid", Scope: wire.TrustAlways}))
	if d := cmp.Diff([]string{"docs.invalid"}, a.Settings.Values().TrustedHosts); d != "" {
		t.Errorf("trusted (-want +got):\n%s", d)
	}
	for _, address := range []string{"http://docs.invalid/c", "https://other.invalid/d"} {
		call := a.until(id, func(c *session.ToolCall) bool { return c.Status == session.CallWaiting && c.Address == address })
		a.check(a.Answer(t.Context(), wire.ApprovalAnswer{SessionID: id, ApprovalID: call.Approval.ID, Hash: call.Approval.Hash}))
	}
	got := strings.Join(a.results(id), "\n")
	want := " failed: web address\n failed: trusted host\n rejected: web address\n rejected: web address"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	raw, err := os.ReadFile(filepath.Join(a.home, "config", "settings.json"))
	if err != nil || strings.Contains(string(raw), "trustedCommands") {
		t.Errorf("the user's settings: %s, %v", raw, err)
	}
}
