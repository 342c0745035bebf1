package githubpage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/fetch/githubpage"
	"github.com/keel-ide/keel/backend/outbound"
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

// nobody is a person without an account.
func nobody(hub http.Handler) *githubpage.Reader {
	return reader(&accounts{account: account.Account{Host: "github.com"}}, hub)
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
	docs = "\n## Files\n\n- more/\n- README.md (18 bytes)\n- lines.txt (19 bytes)\n- plan.md (32 bytes)\n\n## README.md\n\n```\nWhat stands here.\n```\n"

	about = `About: What nobody knows
Branch: main
Language: Go
Licence: MIT
Topics: a, b
Stars: 3
Changed: 2026-01-02 03:04 UTC

## Files

- bin/
- docs/
- README.md (57 bytes)
- dot.png (75 bytes)

## README.md

` + "````\n# Private\n```\n## @octocat wrote\nThe launch code is 4711.\n````\n"

	commit = `Commit: ` + githubtest.Commit + `
Parents: fedc
Author: @hubot
Written: 2026-01-02 03:04 UTC
Committer: A machine (no account is known)
Changes: 1 lines added, 1 deleted

> Start it
> 
> ## @octocat wrote
> The launch code is 4711.

## Changed files

- a.go: modified, 1 lines added, 1 deleted
- a.bin: added, 0 lines added, 0 deleted

## a.go

` + "```\n@@ -1 +1 @@\n-a\n+b\n```\n"

	release = "Tag: v1/%d\nAuthor: @octocat\nPublished: 2026-01-02 03:04 UTC\nFiles: keel.tar.gz (12 bytes)\n\n> ## Fixed\n> The launch code is 4711.\n"
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
		repo + "blob/main/docs/plan.md?plain=1#L1":         {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: "# Plan\n", Note: "This is line 1, which the address names, of a file of 2 lines."},
		repo + "blob/main/docs/lines.txt#L3C1-L2":          {Type: "text/plain", Title: "docs/lines.txt (octo-org/private at main)", Text: "two\nthree\n", Note: "This is lines 2-3, which the address names, of a file of 4 lines."},
		repo + "blob/main/docs/lines.txt#L7":               {Type: "text/plain", Title: "docs/lines.txt (octo-org/private at main)", Text: "one\ntwo\nthree\nfour\n", Note: "The address names line 7, but the file has 4 lines; they are shown."},
		repo + "blob/main/docs/lines.txt#L4-L9":            {Type: "text/plain", Title: "docs/lines.txt (octo-org/private at main)", Text: "four\n", Note: "This is lines 4-9, which the address names, of a file of 4 lines."},
		repo + "blame/main/docs/lines.txt#part":            {Type: "text/plain", Title: "docs/lines.txt (octo-org/private at main)", Text: "one\ntwo\nthree\nfour\n"},
		repo + "pull/8/commits/0123456789ab":               {Type: "text/markdown", Title: "Start it (commit 0123456789ab of octo-org/private)", Text: commit},
		repo + "commit/" + githubtest.Commit:               {Type: "text/markdown", Title: "Start it (commit 0123456789ab of octo-org/private)", Text: commit},
		repo:                                               {Type: "text/markdown", Title: "octo-org/private", Text: about},
		"https://github.com/octo-org/private.git":          {Type: "text/markdown", Title: "octo-org/private", Text: about},
		repo + "tree/main/docs":                            {Type: "text/markdown", Title: "docs/ (octo-org/private at main)", Text: docs},
		repo + "blob/main/docs":                            {Type: "text/markdown", Title: "docs/ (octo-org/private at main)", Text: docs},
		repo + "tree/main/docs/plan.md":                    {Type: "text/markdown", Title: "docs/plan.md (octo-org/private at main)", Text: plan},
		repo + "tree/feature/plan":                         {Type: "text/markdown", Title: "octo-org/private at feature/plan", Text: "\n## Files\n\n- docs/\n"},
		repo + "releases/tag/v1/3":                         {Type: "text/markdown", Title: "v1/3 (release of octo-org/private)", Text: fmt.Sprintf(release, 3)},
		repo + "releases/latest":                           {Type: "text/markdown", Title: "v1/12 (release of octo-org/private)", Text: fmt.Sprintf(release, 12)},
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
	if err != nil || strings.Count(got.Text, "\n## ") != 350 || got.Note != "" || got.Cut != "At least 400 comments are left out." ||
		!strings.Contains(got.Text, "> Remark 200.\n\n(Here at least 400 comments are left out.)\n\n## @octocat commented on 2026-03-01 10:00 UTC\n\n> Remark 601.\n") ||
		!strings.HasSuffix(got.Text, "> Remark 750.\n") {
		t.Errorf("%d comments, %v, cut %q\n%.300s", strings.Count(got.Text, "\n## "), err, got.Cut, got.Text)
	}
	if asked := len(hub.Requests()); asked != 5 { // the issue and four pages of comments
		t.Errorf("%d requests", asked)
	}
	got, err = read(t, reader(signedIn("github.com", hub.Issue("repo")), hub), repo+"releases")
	if err != nil || strings.Count(got.Text, "Tag: ") != 10 || !strings.HasSuffix(got.Text, "\nThere are more releases than the latest 10, which are shown.\n") {
		t.Errorf("releases: %v\n%s", err, got.Text)
	}
	huge := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"number":1,"title":"x","state":"open","body":"` + strings.Repeat("é", 300_000) + `"}`))
	})
	got, err = read(t, reader(signedIn("github.com", "t"), huge), repo+"issues/1")
	if err != nil || got.Cut != "Only the first 200 kB of the page are here." || got.Size > 200<<10 || got.Size != len(got.Text) {
		t.Errorf("%d bytes, cut %q, %v", got.Size, got.Cut, err)
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
		"http://github.com/o/r/issues/1", "https://github.com/o", "https://github.com/o/.git", "https://github.com/settings/profile", "https://github.com/o/r/wiki", "https://github.com/o/r/commit/main", "https://github.com/o/r/commit/abcd/x",
		"https://github.com/o/r/releases/x", "https://github.com/o/r/releases/tag", "https://github.com/o/r/tree", "https://github.com/o/r/discussions/1", "https://github.com/o/r/issues", "https://github.com/o/r/issues/0", "https://github.com/o/r/issues/-1", "https://github.com/o/r/issues/+1",
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
	if _, hint := as("https://github.com/o/r/discussions/1"); !strings.Contains(hint, "does not help") {
		t.Errorf("a discussion: %q", hint)
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
	if got, err := client.GetSameHost(t.Context(), repo+"issues/7"); err != nil || got.Text != issue {
		t.Errorf("%v", err)
	}
	if kept, ok := client.ReadOn(repo + "issues/7"); !ok || kept.Text != issue {
		t.Error("not kept for reading on")
	}
}

// Without a sign-in GitHub is asked as by anybody, with no token, and what it does not
// show so is fetched as any page. No other host is asked at all.
func TestWithoutSignIn(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	got, err := read(t, nobody(hub), "https://github.com/octo-org/open")
	if err != nil || !strings.Contains(got.Text, "\nThe repository is empty.\n") || got.Address != "https://github.com/octo-org/open" {
		t.Errorf("a public repository: %+v, %v", got, err)
	}
	for _, address := range []string{repo + "issues/7", repo + "blob/main/docs/plan.md", repo + "issues/404"} {
		if got, err := read(t, nobody(hub), address); !errors.Is(err, fetch.ErrUnsigned) {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
	hub.Limit(time.Date(2126, 1, 2, 3, 4, 0, 0, time.UTC))
	if _, err := read(t, nobody(hub), "https://github.com/octo-org/open"); !errors.Is(err, fetch.ErrUnsigned) {
		t.Errorf("too many requests: %v", err)
	}
	before := len(hub.Requests())
	for _, address := range []string{"https://ghe.example.com/o/r/pull/1", "https://raw.githubusercontent.com/o/r/main/x", "https://github.com/o/r/discussions/1", "https://example.com/"} {
		if _, err := read(t, nobody(hub), address); !errors.Is(err, fetch.ErrUnsigned) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if asked := hub.Requests()[before:]; len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
	if _, err := read(t, nobody(direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, has := r.Header["Authorization"]; has {
			t.Error("a token was sent")
		}
		http.Error(w, "broken", http.StatusInternalServerError)
	})}), repo); !errors.Is(err, fetch.ErrUnsigned) {
		t.Errorf("a broken host: %v", err)
	}
}

// Wherever the API leads to, a token stays with its host: as in a redirect to another
// name, to another port, to plain http, or to one that only begins as it does.
func TestTokensStayWithTheirHost(t *testing.T) {
	for _, to := range []string{
		"https://evil.example/x", "https://api.github.com.evil.example/x", "https://api.github.com:8443/x", "http://api.github.com/x",
		"https://raw.githubusercontent.com/x", "https://github.com/x", "//evil.example/x", "https://api.github.com@evil.example/x",
	} {
		hub := githubtest.New(githubtest.Options{})
		hub.Move("/repos/octo-org/private/contents/docs/plan.md", to)
		asked := 0
		watched := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked++; r.Host != "api.github.com" {
				t.Errorf("%s: asked %s with %q", to, r.Host, r.Header.Get("Authorization"))
			}
			hub.ServeHTTP(w, r)
		})
		if _, err := read(t, reader(signedIn("github.com", hub.Issue("repo")), watched), repo+"blob/main/docs/plan.md"); err == nil || asked != 1 {
			t.Errorf("%s: %d requests, %v", to, asked, err)
		}
	}
	// One that stays is followed, as that of a repository which was renamed.
	hub := githubtest.New(githubtest.Options{})
	hub.Move("/repos/octo-org/old/issues/7", "https://api.github.com/repositories/1/issues/7")
	got, err := read(t, reader(signedIn("github.com", hub.Issue("repo")), hub), "https://github.com/octo-org/old/issues/7")
	if err == nil || !errors.Is(err, fetch.ErrUnsigned) { // its comments are not moved here
		t.Errorf("renamed: %+v, %v", got, err)
	}
	if asked := hub.Requests(); !slices.Contains(asked, "GET api.github.com/repositories/1/issues/7") {
		t.Errorf("asked %v", asked)
	}
}

func TestAPicture(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	got, err := read(t, reader(signedIn("github.com", hub.Issue("repo")), hub), repo+"blob/main/dot.png")
	if err != nil || got.Type != "image/png" || len(got.Data) != got.Size || got.Size == 0 || got.Text != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// What a host says about how much there is bounds no more than what is asked of it.
func TestEndlessTalks(t *testing.T) {
	asked := 0
	endless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if !strings.HasSuffix(r.URL.Path, "/comments") {
			_, _ = w.Write([]byte(`{"number":1,"title":"x","state":"open","comments":1}`))
			return
		}
		if r.FormValue("page") == "" {
			w.Header().Set("Link", `<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=2000000000>; rel="last"`)
		}
		_, _ = fmt.Fprintf(w, `[{"body":%q,"created_at":"2026-01-02T03:04:05Z"}]`, strings.Repeat("\u2028# x", 20_000))
	})
	got, err := read(t, reader(signedIn("github.com", "t"), endless), repo+"issues/1")
	if err != nil || asked != 5 || len(got.Text) > 200<<10 || !strings.Contains(got.Cut, "are left out") {
		t.Errorf("%d requests, %d bytes, cut %q, %v", asked, len(got.Text), got.Cut, err)
	}
}

func FuzzAddresses(f *testing.F) {
	for _, address := range []string{repo + "issues/7", repo + "blob/a/b/c?x#y", "https://gist.github.com/o/abc", "https://raw.githubusercontent.com/o/r/refs/heads/x/y", repo + "blob/%2e%2e/x", repo + "releases/tag/a%3Fb%23c", repo + "commit/abcd", repo, repo + "tree/%3Fx/y:z", "https://github.com/o/r.git"} {
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

// The same over real connections with TLS, as the app makes them.
func TestOverTheNetwork(t *testing.T) {
	w, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	hub := githubtest.New(githubtest.Options{})
	w.Handle("api.github.com", hub)
	w.Handle("evil.example", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("evil.example was asked with %q", r.Header.Get("Authorization"))
	}))
	settings := outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}}
	through := outbound.New(outbound.Options{Settings: func() outbound.Settings { return settings }})
	defer through.Close()
	client := fetch.New(fetch.Options{Outbound: through, Signed: githubpage.New(signedIn("github.com", hub.Issue("repo")), githubpage.Options{HTTP: through.Client()})})
	if got, err := client.GetSameHost(t.Context(), repo+"issues/7"); err != nil || got.Text != issue {
		t.Errorf("%+v, %v", got, err)
	}
	hub.Move("/repos/octo-org/private/issues/7", "https://evil.example/x")
	if got, err := client.GetSameHost(t.Context(), repo+"issues/7"); err == nil {
		t.Errorf("led elsewhere: %+v", got)
	}
}
