package account_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
)

// write puts a list in its place.
func (w *world) write(t *testing.T, list any) {
	t.Helper()
	text, ok := list.(string)
	if !ok {
		data, err := json.Marshal(map[string]any{"version": 1, "accounts": list})
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	if err := os.MkdirAll(filepath.Dir(w.file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// entry is an account as it stands in a list, with changes.
func entry(id string, change map[string]any) map[string]any {
	kind, rest, _ := strings.Cut(id, ":")
	host, subject, _ := strings.Cut(rest, "/")
	one := map[string]any{"id": id, "kind": kind, "host": host, "subject": subject, "since": "2026-01-02T03:04:05Z"}
	for key, value := range change {
		one[key] = value
	}
	return one
}

// What somebody wrote into the list shows as what it is, is on for as few as it
// may be, and leads nowhere else.
func TestHostileList(t *testing.T) {
	w := newWorld(t)
	bidi := "a\u202eb\x1b]0;c\a"
	w.write(t, []any{
		entry("github:github.com/1", map[string]any{
			"login": bidi, "name": bidi + strings.Repeat("n", 1000), "email": bidi, "expired": bidi, "scopes": []string{bidi, "", "repo"},
			"manage": "javascript:alert(1)", "avatar": []byte("<svg/>"), "role": "1/../x\n",
			"uses": []string{"git-agent", "git-agent", "bedrock", "\x1b[2J", "github-models"},
		}),
		entry("github:github.com/2", map[string]any{"uses": []string{"git-agent", "github-models", "git-terminal"}, "since": "-0001-01-01T00:00:00Z"}),
	})
	if s := w.open(t, nil).State(); s.Problem == nil || len(s.Accounts) != 0 {
		t.Errorf("a time that is none was taken: %+v", s)
	}
	w.write(t, []any{
		entry("github:github.com/1", map[string]any{
			"login": bidi, "name": bidi + strings.Repeat("n", 1000), "email": bidi, "expired": bidi, "scopes": []string{bidi, "", "repo"},
			"manage": "javascript:alert(1)", "avatar": []byte("<svg/>"), "role": "1/../x\n",
			"uses": []string{"git-agent", "git-agent", "bedrock", "\x1b[2J", "github-models"},
		}),
		entry("github:github.com/2", map[string]any{"uses": []string{"git-agent", "github-models", "git-terminal"}}),
		entry("github:ghe.example.com/1", map[string]any{"uses": []string{"git-agent", "github-models"}}),
		entry("unheard-of:x/1", map[string]any{"uses": []string{"git-agent"}}),
	})
	s := w.open(t, nil).State()
	if s.Problem != nil || len(s.Accounts) != 4 {
		t.Fatalf("%+v", s)
	}
	one := s.Accounts[0]
	if one.Login != "ab]0;c" || len(one.Name) != 256 || one.Email != "ab]0;c" || one.Expired != "ab]0;c" || one.Manage != "" || one.Avatar != nil || one.Role != "" {
		t.Errorf("shown as %+v", one)
	}
	if d := cmp.Diff([]string{"ab]0;c", "repo"}, one.Scopes); d != "" {
		t.Error(d)
	}
	var uses [][]account.Use
	for _, each := range s.Accounts {
		uses = append(uses, each.Uses)
	}
	if d := cmp.Diff([][]account.Use{{account.UseGitAgent, account.UseModels}, {account.UseGitTerminal}, {account.UseGitAgent}, nil}, uses); d != "" {
		t.Errorf("uses (-want +got):\n%s", d)
	}
}

// A list that Keel cannot have written is set aside, whatever it is.
func TestHostileFile(t *testing.T) {
	for name, text := range map[string]any{
		"deep":          "{\"version\":1,\"accounts\":" + strings.Repeat("[", 1<<20),
		"large":         "{\"version\":1,\"accounts\":[]}" + strings.Repeat(" ", 9<<20),
		"twice":         []any{entry("github:github.com/1", nil), entry("github:github.com/1", nil)},
		"another id":    []any{entry("github:github.com/1", map[string]any{"host": "evil.example"})},
		"an odd id":     []any{entry("github:github.com/1\x1b[2J", nil)},
		"a long id":     []any{entry("github:github.com/"+strings.Repeat("1", 5000), nil)},
		"null":          "null",
		"another shape": "{\"version\":1,\"accounts\":{\"a\":1}}",
		"a token":       []any{entry("github:github.com/1", map[string]any{"access": "gho_x"})},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.write(t, text)
			a := w.open(t, nil)
			if s := a.State(); len(s.Accounts) != 0 || s.Problem == nil {
				t.Errorf("taken: %.500v", s)
			}
			signIn(t, a, account.Request{Kind: account.GitHub})
			if aside, _ := filepath.Glob(w.file + ".damaged-*"); len(aside) != 1 {
				t.Errorf("set aside: %q", aside)
			}
		})
	}
}

// A service's rights and tokens are another machine's word.
func TestHostileGrant(t *testing.T) {
	w := newWorld(t)
	token := account.Token{Access: "a"}
	w.github.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
		return account.Grant{Account: account.Account{Subject: "7"}, Token: token}, nil
	}
	a := w.open(t, nil)
	for i := range 500 {
		token.Scopes = append(token.Scopes, fmt.Sprintf("\x1b[2J\u202e%d%s", i, strings.Repeat("s", 1000)))
	}
	got := signIn(t, a, account.Request{Kind: account.GitHub})
	if len(got.Scopes) > 100 || len(got.Scopes[0]) > 256 || strings.ContainsAny(got.Scopes[0], "\x1b\u202e") {
		t.Errorf("%d rights, the first is %.50q", len(got.Scopes), got.Scopes[0])
	}
	for what, bad := range map[string]account.Token{
		"two lines":       {Access: "a\r\nb"},
		"a long one":      {Access: strings.Repeat("a", 1<<20)},
		"an odd refresh":  {Access: "a", Refresh: "b\x00"},
		"an odd identity": {Access: "a", ID: "b c"},
	} {
		token = bad
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
		if err != nil {
			t.Fatal(err)
		}
		s := ended(t, a, id)
		if s.Stage != account.Failed {
			t.Errorf("with %s it ended as %s", what, s.Stage)
			continue
		}
		said(t, s.Err, nil)
	}
	if kept := slices.Collect(func(yield func(string) bool) {
		for _, value := range w.vault.all() {
			yield(value)
		}
	}); len(kept) != 1 || strings.Contains(kept[0], "\\r") {
		t.Errorf("kept %.200q", kept)
	}
}

// A page that asks with nonsense gets short errors, and changes nothing.
func TestHostilePage(t *testing.T) {
	w := newWorld(t)
	a := w.open(t, nil)
	one := signIn(t, a, account.Request{Kind: account.GitHub})
	huge := strings.Repeat("\u202e\"'<", 1<<20)
	for _, odd := range []string{"", huge, "'; --", "../../x", "\x00", one.ID + "\x00"} {
		for what, err := range map[string]error{
			"kind":    second(a.Begin(t.Context(), account.Request{Kind: account.Kind(odd)})),
			"host":    second(a.Begin(t.Context(), account.Request{Kind: account.GitHub, Host: "x" + odd})),
			"method":  second(a.Begin(t.Context(), account.Request{Kind: account.GitHub, Method: account.Method("x" + odd)})),
			"cancel":  a.Cancel(t.Context(), "x"+odd),
			"paste":   a.Paste(t.Context(), "x"+odd, odd),
			"open":    a.Open(t.Context(), "x"+odd),
			"out":     a.SignOut(t.Context(), "x"+odd),
			"use":     a.SetUse(t.Context(), one.ID, account.Use("x"+odd), true),
			"use of":  a.SetUse(t.Context(), "x"+odd, account.UsePages, true),
			"role":    a.SetRole(t.Context(), one.ID, odd),
			"role of": a.SetRole(t.Context(), "x"+odd, odd),
		} {
			if text := said(t, err, nil).Error(); len(text) > 2000 {
				t.Errorf("%s: an error of %d bytes", what, len(text))
			}
		}
	}
	if d := cmp.Diff([]account.Account{one}, a.State().Accounts); d != "" {
		t.Error(d)
	}
}

func second(_ string, err error) error { return err }
