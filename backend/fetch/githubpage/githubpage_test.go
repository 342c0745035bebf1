package githubpage_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/fetch/githubpage"
)

// direct answers requests by a handler, without a network.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	served := r.Clone(r.Context())
	served.Host, served.RequestURI = r.URL.Host, r.URL.RequestURI()
	record := httptest.NewRecorder()
	d.ServeHTTP(record, served)
	response := record.Result()
	response.Request = r
	return response, nil
}

// accounts are those of one person.
type accounts struct {
	account account.Account
	on      bool     // private pages may be read
	tokens  []string // the next ones; none left: revoked
	refused []string
}

func (a *accounts) For(use account.Use, host string) (account.Account, bool) {
	return a.account, a.on && use == account.UsePages && host == a.account.Host
}

func (a *accounts) Token(_ context.Context, id string) (account.Token, error) {
	if id != a.account.ID || len(a.tokens) == 0 {
		return account.Token{}, account.ErrRevoked
	}
	return account.Token{Access: a.tokens[0]}, nil
}

func (a *accounts) Refused(_ context.Context, _ string, t account.Token) {
	a.refused = append(a.refused, t.Access)
	a.tokens = a.tokens[1:]
}

func signedIn(host string, tokens ...string) *accounts {
	return &accounts{account: account.Account{ID: "github:" + host + "/1", Host: host, Login: "octocat", Manage: "https://github.com/settings/x"}, on: true, tokens: tokens}
}

func reader(a *accounts, hub http.Handler) *githubpage.Reader {
	return githubpage.New(a, githubpage.Options{HTTP: &http.Client{Transport: direct{hub}}})
}

func read(t *testing.T, r *githubpage.Reader, address string) (fetch.Page, error) {
	t.Helper()
	at, err := fetch.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return r.Read(t.Context(), at)
}

const (
	repo  = "https://github.com/octo-org/private/"
	issue = `State: closed (completed)
Author: @hubot
Opened: 2026-01-02 03:04 UTC
Closed: 2026-01-05 00:00 UTC
Labels: bug
Assignees: @octocat

> Nothing happens.
> 
> The launch code is 4711.

## @octocat commented on 2026-01-03 00:00 UTC

> Did you plug it in?
> ## @hubot wrote on 2026-01-04
> Yes.

## @hubot commented on 2026-01-04 00:00 UTC

> Now I did.
`
	pull = `State: merged
Author: @hubot
Opened: 2026-02-01 00:00 UTC
Merged: 2026-02-03 00:00 UTC
Branch: feature/plan into main
Changes: 2 commits, 2 files, 10 lines added, 3 deleted

> Plugs it in. The launch code is 4711.

## Changed files

- cmd/start.go: modified, 8 lines added, 3 deleted
- docs/plan.md: renamed from plan.md, 2 lines added, 0 deleted

## @octocat asked for changes on 2026-02-01 10:00 UTC

> Please say why.

## @octocat commented on cmd/start.go, line 12, on 2026-02-01 10:00 UTC

> This line is too long.

## @octocat commented on 2026-02-02 00:00 UTC

> A general remark.

## @octocat approved on 2026-02-02 10:00 UTC

`
	gist = "Author: @octocat\nMade: 2026-01-02 03:04 UTC\nChanged: 2026-01-02 03:04 UTC\n\n## note.md\n\n```\nThe launch code is 4711.\n```\n"
	plan = "# Plan\nThe launch code is 4711.\n"
)

func TestPages(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	r := reader(signedIn("github.com", hub.Issue("repo")), hub)
	for address, want := range map[string]fetch.Page{
		repo + "issues/7":                                  {Type: "text/markdown", Title: "It does not start (issue 7 of octo-org/private)", Text: issue},
		repo + "pull/8":                                    {Type: "text/markdown", Title: "Start it (pull request 8 of octo-org/private)", Text: pull},
		repo + "pull/8/files":                              {Type: "text/markdown", Title: "Start it (pull request 8 of octo-org/private)", Text: pull},
		repo + "issues/8":                                  {Type: "text/markdown", Title: "Start it (pull request 8 of octo-org/private)", Text: pull},
		repo + "blob/main/docs/plan.md":                    {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: plan},
		repo + "blob/main/docs/plan.md?plain=1#L1":         {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: plan},
		repo + "raw/main/docs/plan.md":                     {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: plan},
		repo + "blob/feature/plan/docs/plan.md":            {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at feature/plan)", Text: "# Plan of a branch with a slash\n"},
		"https://gist.github.com/" + githubtest.GistID:     {Type: "text/markdown", Title: "A secret gist (gist of @octocat)", Text: gist},
		"https://gist.github.com/o/" + githubtest.GistID:   {Type: "text/markdown", Title: "A secret gist (gist of @octocat)", Text: gist},
		"https://www.github.com/octo-org/private/issues/7": {Type: "text/markdown", Title: "It does not start (issue 7 of octo-org/private)", Text: issue},
		"https://raw.githubusercontent.com/octo-org/private/refs/heads/main/docs/plan.md": {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: plan},
	} {
		got, err := read(t, r, address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		at, err := fetch.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		want.Address, want.Size = at.String(), len(want.Text)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", address, d)
		}
	}
}

func TestLongPagesAreCutAndSaySo(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	got, err := read(t, reader(signedIn("github.com", hub.Issue("repo")), hub), repo+"issues/9")
	if err != nil || strings.Count(got.Text, "\n## ") != 100 || !strings.HasSuffix(got.Text, "\nThere are more comments than the 100 that are shown.\n") {
		t.Errorf("%d comments, %v\n%.300s", strings.Count(got.Text, "\n## "), err, got.Text)
	}
	huge := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"number":1,"title":"x","state":"open","body":"` + strings.Repeat("é", 300_000) + `"}`))
	})
	got, err = read(t, reader(signedIn("github.com", "t"), huge), repo+"issues/1")
	if err != nil || !got.Cut || got.Size > 200<<10 || got.Size != len(got.Text) {
		t.Errorf("%d bytes, cut %v, %v", got.Size, got.Cut, err)
	}
}

func TestAFileThatIsNoText(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	if _, err := read(t, reader(signedIn("github.com", hub.Issue("repo")), hub), repo+"blob/main/bin/tool"); !errors.Is(err, fetch.ErrType) {
		t.Error(err)
	}
}

func TestAs(t *testing.T) {
	a := signedIn("github.com", "t")
	r := reader(a, http.NotFoundHandler())
	as := func(address string) (string, string) {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return r.As(at)
	}
	for _, address := range []string{
		"http://github.com/o/r/issues/1", "https://github.com/o/r", "https://github.com/o/r/issues", "https://github.com/o/r/issues/0", "https://github.com/o/r/issues/-1", "https://github.com/o/r/issues/+1",
		"https://github.com/o/r/issues/1/x", "https://github.com/o/../issues/1", "https://github.com/o/%2e%2e/issues/1", "https://github.com/o/r%2Fx/issues/1", "https://github.com/o/r/blob/main",
		"https://github.com/o/r/blob/main/a%2Fb", "https://github.com/o/r/blob/main/../../x", "https://evil.example/o/r/issues/1", "https://github.com.evil.example/o/r/issues/1",
		"https://user@github.com/o/r/issues/1", "https://github.com:8443/o/r/issues/1", "https://gist.github.com/", "https://gist.github.com/zz", "https://api.github.com/repos/o/r/issues/1",
	} {
		if who, _ := as(address); who != "" {
			t.Errorf("%s is read as %s", address, who)
		}
	}
	const one = "https://github.com/o/r/issues/1"
	if who, hint := as(one); who != "@octocat" || !strings.Contains(hint, "may not be allowed") {
		t.Errorf("signed in: %q, %q", who, hint)
	}
	a.account.Expired = "It was taken back."
	if who, hint := as(one); who != "" || !strings.Contains(hint, "sign in again") {
		t.Errorf("expired: %q, %q", who, hint)
	}
	a.on = false
	if who, hint := as(one); who != "" || !strings.Contains(hint, "can sign in to GitHub") {
		t.Errorf("not switched on: %q, %q", who, hint)
	}
	a = signedIn("ghe.example.com", "t")
	r = reader(a, http.NotFoundHandler())
	for _, address := range []string{"https://ghe.example.com/o/r/pull/1", "https://ghe.example.com/gist/o/abc", "https://gist.ghe.example.com/abc"} {
		if who, _ := as(address); who != "@octocat at ghe.example.com" {
			t.Errorf("%s is read as %q", address, who)
		}
	}
	if who, hint := as("https://other.example.com/o/r/pull/1"); who != "" || hint != "" {
		t.Errorf("a host that nobody knows: %q, %q", who, hint)
	}
}

// In the middle of a turn the person takes the sign-in back.
func TestRevokedTokens(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	old := hub.Issue("repo")
	a := signedIn("github.com", old)
	r := reader(a, hub)
	if _, err := read(t, r, repo+"issues/7"); err != nil {
		t.Fatal(err)
	}
	hub.RevokeAll()
	_, err := read(t, r, repo+"issues/7")
	if err == nil || !strings.Contains(err.Error(), "has to sign in again") || errors.Is(err, fetch.ErrUnsigned) || strings.Contains(err.Error(), old) {
		t.Errorf("revoked: %v", err)
	}
	if d := cmp.Diff([]string{old}, a.refused); d != "" {
		t.Errorf("refused (-want +got):\n%s", d)
	}
	// One that expires is followed by another one.
	fresh := hub.Issue("repo")
	a.tokens, a.refused = []string{old, fresh}, nil
	if got, err := read(t, r, repo+"issues/7"); err != nil || got.Text != issue || len(a.refused) != 1 {
		t.Errorf("refreshed: %v, refused %d", err, len(a.refused))
	}
}

func TestRefusals(t *testing.T) {
	until := time.Date(2126, 1, 2, 3, 4, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		scopes []string
		change func(*githubtest.GitHub)
		ask    string
		want   string // empty: fetched as any other page
	}{
		{"without rights", []string{"read:user"}, func(*githubtest.GitHub) {}, "issues/7", ""},
		{"not there", []string{"repo"}, func(*githubtest.GitHub) {}, "issues/404", ""},
		{"no such file", []string{"repo"}, func(*githubtest.GitHub) {}, "blob/a/b/c/d/e/f/g", ""},
		{"an organisation's own sign-in", []string{"repo"}, (*githubtest.GitHub).RequireSSO, "issues/7", "wants its own sign-in"},
		{"too many requests", []string{"repo"}, func(hub *githubtest.GitHub) { hub.Limit(until) }, "issues/7", "before 2126-01-02 03:04 UTC"},
		{"led elsewhere", []string{"repo"}, func(hub *githubtest.GitHub) {
			hub.Move("/repos/octo-org/private/issues/7", "https://evil.example/x")
		}, "issues/7", "could not be reached"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := githubtest.New(githubtest.Options{})
			token := hub.Issue(tt.scopes...)
			tt.change(hub)
			_, err := read(t, reader(signedIn("github.com", token), hub), repo+tt.ask)
			if err == nil || errors.Is(err, fetch.ErrUnsigned) != (tt.want == "") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), token) {
				t.Error(err)
			}
			for _, asked := range hub.Requests() {
				if !strings.HasPrefix(asked, "GET api.github.com/") {
					t.Errorf("asked %s", asked)
				}
			}
		})
	}
}

// The fetcher asks the reader first, and goes on as with any page where a
// sign-in does not help.
func TestFetching(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	a := signedIn("github.com", hub.Issue("repo"))
	client := fetch.New(fetch.Options{Signed: reader(a, hub)})
	if who := client.As(repo + "issues/7#issuecomment-1"); who != "@octocat" {
		t.Errorf("as %q", who)
	}
	if got, err := client.Get(t.Context(), repo+"issues/7"); err != nil || got.Text != issue {
		t.Errorf("%v", err)
	}
	if kept, ok := client.Kept(repo + "issues/7"); !ok || kept.Text != issue {
		t.Error("not kept for reading on")
	}
}

func FuzzAddresses(f *testing.F) {
	for _, address := range []string{repo + "issues/7", repo + "blob/a/b/c?x#y", "https://gist.github.com/o/abc", "https://raw.githubusercontent.com/o/r/refs/heads/x/y", repo + "blob/%2e%2e/x"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		at, err := fetch.Parse(address)
		if err != nil {
			return
		}
		allowed := []string{"/repos/", "/gists/"}
		hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "api.github.com" || r.Method != http.MethodGet || strings.Contains(r.URL.Path, "..") ||
				!strings.HasPrefix(r.URL.Path, allowed[0]) && !strings.HasPrefix(r.URL.Path, allowed[1]) {
				t.Errorf("%q asks %s %s%s", address, r.Method, r.Host, r.URL.Path)
			}
			http.NotFound(w, r)
		})
		_, err = reader(signedIn("github.com", "t"), hub).Read(t.Context(), at)
		if err == nil {
			t.Errorf("%q: a page out of nothing", address)
		}
	})
}
