package app

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// proposal is a server over a folder in which a change waits.
type proposal struct {
	server    *httptest.Server
	file      string
	agent     *agent.Agent
	sessionID string
	asked     session.Approval
}

const (
	before = "\uFEFFmilk\r\nbread\r\n\r\nmilk\r\n"
	after  = "\uFEFFcream\r\nbread\r\n\r\ncream\r\n"
	mine   = "\uFEFFcream\r\nbread\r\n\r\nbutter\r\n"
)

func propose(t *testing.T) *proposal {
	t.Helper()
	path := t.TempDir()
	p := &proposal{file: filepath.Join(path, "notes.md")}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.WriteFile(p.file, []byte(before), 0o600))
	server, opened := serveWith(t, t.TempDir(), path, folder.Options{})
	p.server, p.agent = server, opened.Agent
	made, err := p.agent.CreateSession(t.Context())
	check(err)
	p.sessionID = made.ID
	check(p.agent.SetModel(t.Context(), made.ID, "practice", ""))
	check(p.agent.SetMode(t.Context(), made.ID, session.Supervised))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	events := p.agent.Subscribe(ctx)
	defer events.Close()
	_, err = p.agent.Send(ctx, made.ID, agent.Prompt{Text: `replace "milk" with "cream" in notes.md`})
	check(err)
	for p.asked.ID == "" {
		state, err := p.agent.Session(ctx, made.ID)
		check(err)
		for _, item := range state.Turns[0].Items {
			if item.Tool != nil && item.Tool.Approval != nil {
				p.asked = *item.Tool.Approval
				return p
			}
		}
		_, err = events.Next(ctx)
		check(err)
	}
	return p
}

func (p *proposal) request(t *testing.T, method, side, hash, body string) (*http.Response, []byte) {
	t.Helper()
	return request(t, p.server, method, "/keel/proposal/"+p.asked.ID, url.Values{
		"session": {p.sessionID}, "side": {side}, "hash": {hash},
	}, []byte(body))
}

func TestProposalPassesUnchanged(t *testing.T) {
	p := propose(t)
	for side, want := range map[string]string{"before": before, "after": after} {
		response, got := p.request(t, http.MethodGet, side, "", "")
		if d := cmp.Diff(want, string(got)); d != "" || response.Header.Get("X-Keel-Version") != p.asked.Hash {
			t.Errorf("%s: version %q, want %q (-want +got):\n%s", side, response.Header.Get("X-Keel-Version"), p.asked.Hash, d)
		}
	}
	response, got := p.request(t, http.MethodPut, "after", p.asked.Hash, mine)
	hash := response.Header.Get("X-Keel-Version")
	if response.StatusCode != http.StatusOK || hash == "" || hash == p.asked.Hash {
		t.Fatalf("saving: %s, version %q: %s", response.Status, hash, got)
	}
	if _, got := p.request(t, http.MethodGet, "after", "", ""); string(got) != mine {
		t.Errorf("read back %q", got)
	}
	err := p.agent.Answer(t.Context(), agent.Answer{SessionID: p.sessionID, ApprovalID: p.asked.ID, Hash: hash, Approved: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.agent.Wait(ctx, p.sessionID); err != nil {
		t.Fatal(err)
	}
	onDisk, err := os.ReadFile(p.file)
	if d := cmp.Diff(mine, string(onDisk)); err != nil || d != "" {
		t.Errorf("file (-want +got, %v):\n%s", err, d)
	}
	wantFailure(t, wire.CodeNotFound, func() (*http.Response, []byte) { return p.request(t, http.MethodGet, "after", "", "") })
}

func TestProposalRefusals(t *testing.T) {
	p := propose(t)
	for _, test := range []struct {
		name, method, side, hash, body string
		want                           wire.Code
	}{
		{"another hash", http.MethodPut, "after", "older", mine, wire.CodeChanged},
		{"a null character", http.MethodPut, "after", p.asked.Hash, "a\x00", wire.CodeInvalid},
		{"too large", http.MethodPut, "after", p.asked.Hash, string(make([]byte, agent.LargestProposal+1)), wire.CodeTooLarge},
		{"no such side", http.MethodGet, "beside", "", "", wire.CodeNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantFailure(t, test.want, func() (*http.Response, []byte) { return p.request(t, test.method, test.side, test.hash, test.body) })
		})
	}
	if response, _ := p.request(t, http.MethodPut, "before", p.asked.Hash, mine); response.StatusCode != http.StatusNotFound {
		t.Errorf("the file's own side was written to: %s", response.Status)
	}
	if _, got := p.request(t, http.MethodGet, "after", "", ""); string(got) != after {
		t.Errorf("it is now %q", got)
	}
	p.sessionID = "another"
	wantFailure(t, wire.CodeNotFound, func() (*http.Response, []byte) { return p.request(t, http.MethodGet, "after", "", "") })
}

func wantFailure(t *testing.T, want wire.Code, ask func() (*http.Response, []byte)) {
	t.Helper()
	response, got := ask()
	var failure wire.Error
	if err := json.Unmarshal(got, &failure); err != nil {
		t.Fatalf("%s: %q is no explained failure", response.Status, got)
	}
	if response.StatusCode < 400 || failure.Code != want || failure.Message == "" {
		t.Errorf("%s: %+v, want code %q", response.Status, failure, want)
	}
}
