package github_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

func serviceAt(hub http.Handler, host string) *github.Service {
	return github.New(github.Options{ClientIDs: func() map[string]string { return map[string]string{host: clientID} }, HTTP: &http.Client{Transport: direct{hub}}})
}

// consent does in a browser what a person does on GitHub's page, and returns the
// address that the browser is led to.
func consent(t *testing.T, hub *githubtest.GitHub, address, decision string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	form := at.Query()
	form.Set("decision", decision)
	browser := &http.Client{Transport: direct{hub}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm("https://github.com/login/oauth/authorize", form)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusFound {
		body, _ := io.ReadAll(response.Body)
		t.Errorf("GitHub's page: %s\n%s", response.Status, body)
	}
	return response.Header.Get("Location")
}

// visit opens an address of this machine and returns the page.
func visit(ctx context.Context, address string) string {
	jar, _ := cookiejar.New(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err.Error()
	}
	response, err := (&http.Client{Jar: jar}).Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// webSignIn signs in with a browser that does what come says with the address
// that it is led to.
func webSignIn(t *testing.T, s *github.Service, hub *githubtest.GitHub, decision string, come func(person *talk, back string)) (account.Grant, *talk, error) {
	t.Helper()
	done := make(chan struct{})
	var person *talk
	person = newTalk(func(p account.Progress) {
		if p.Stage == account.InBrowser {
			go func() {
				defer close(done)
				come(person, consent(t, hub, p.Address, decision))
			}()
		}
	})
	grant, err := s.SignIn(t.Context(), account.Request{Method: account.Browser}, person)
	if grant.Ended != nil { // as Accounts does
		grant.Ended(err)
	}
	<-done
	return grant, person, err
}

func TestBrowser(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	var page string
	got, person, err := webSignIn(t, withSecret(hub, "client-secret"), hub, "authorize", func(_ *talk, back string) { page = visit(t.Context(), back) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(octocat(), got.Account, cmpopts.IgnoreFields(account.Account{}, "Avatar")); d != "" {
		t.Errorf("account (-want +got):\n%s", d)
	}
	if !hub.Live(got.Token.Access, "") || !person.knows(got.Token.Access) || !strings.Contains(page, "You are signed in to Keel") {
		t.Errorf("token or page: %s", page)
	}
	shown := person.shown[1]
	query, err := url.Parse(shown.Address)
	if err != nil {
		t.Fatal(err)
	}
	if q := query.Query(); shown.Paste == nil || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || !person.knows(q.Get("state")) || shown.Until.IsZero() {
		t.Errorf("shown: %+v", shown)
	}
	if len(person.opened) != 1 || person.opened[0] != shown.Address {
		t.Errorf("opened: %v", person.opened)
	}
}

// A token whose person cannot be asked for is handed back with the error, for
// Accounts to take back; the browser is not told that somebody is signed in.
func TestNoName(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	nameless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/user" {
			http.Error(w, "out of order", http.StatusBadGateway)
			return
		}
		hub.ServeHTTP(w, r)
	})
	s := withSecret(nameless, "client-secret")
	var page string
	got, _, err := webSignIn(t, s, hub, "authorize", func(_ *talk, back string) { page = visit(t.Context(), back) })
	words(t, err)
	if !hub.Live(got.Token.Access, "") || got.Account.ID != "" || !strings.Contains(page, "The sign-in did not work") {
		t.Fatalf("%v, and the page: %s", err, page)
	}
	if err := s.Revoke(t.Context(), account.Account{Kind: account.GitHub, Host: "github.com"}, got.Token); err != nil || hub.Live(got.Token.Access, "") {
		t.Errorf("taken back: %v", err)
	}
}

func TestBrowserEndings(t *testing.T) {
	restate := func(back string) string {
		at, err := url.Parse(back)
		if err != nil {
			t.Fatal(err)
		}
		query := at.Query()
		query.Set("state", "another")
		at.RawQuery = query.Encode()
		return at.String()
	}
	for _, tt := range []struct {
		name, secret, decision string
		come                   func(ctx context.Context, person *talk, back string)
		want                   string
	}{
		{"denied", "client-secret", "cancel", func(ctx context.Context, _ *talk, back string) { visit(ctx, back) }, "refused in the browser"},
		{"wrong client secret", "another", "authorize", func(ctx context.Context, _ *talk, back string) { visit(ctx, back) }, "client secret"},
		{"no client secret", "", "", nil, "wants a client secret"},
		{"wrong state, then the right one", "client-secret", "authorize", func(ctx context.Context, _ *talk, back string) {
			visit(ctx, restate(back)) // changes nothing
			visit(ctx, back)
		}, ""},
		{"pasted address", "client-secret", "authorize", func(_ context.Context, person *talk, back string) { person.pasted <- back }, ""},
		{"pasted code", "client-secret", "authorize", func(_ context.Context, person *talk, back string) {
			at, _ := url.Parse(back)
			person.pasted <- at.Query().Get("code")
		}, ""},
		{"pasted address of another sign-in and nonsense, then the right one", "client-secret", "authorize", func(_ context.Context, person *talk, back string) {
			check := person.last().Paste
			for text, says := range map[string]string{restate(back): "another sign-in", "I do not know": "neither the address"} {
				if err := check(text); err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%q: %v", text, err)
				}
				person.pasted <- text
			}
			if err := check(back); err != nil {
				t.Error(err)
			}
			person.pasted <- back
		}, ""},
		{"pasted code of nobody", "client-secret", "authorize", func(_ context.Context, person *talk, _ string) { person.pasted <- strings.Repeat("a", 20) }, "does not know the code"},
		{"the answer of another service", "client-secret", "authorize", func(ctx context.Context, _ *talk, back string) { visit(ctx, back+"&iss=https%3A%2F%2Fevil.example") }, "answer of another service"},
		{"an answer that says whose it is", "client-secret", "authorize", func(ctx context.Context, _ *talk, back string) {
			visit(ctx, back+"&iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := githubtest.New(githubtest.Options{})
			s := withSecret(hub, tt.secret)
			var err error
			if tt.come == nil {
				_, err = s.SignIn(t.Context(), account.Request{Method: account.Browser}, newTalk(nil))
			} else {
				_, _, err = webSignIn(t, s, hub, tt.decision, func(person *talk, back string) { tt.come(t.Context(), person, back) })
			}
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if text := words(t, err); !strings.Contains(text, tt.want) {
				t.Error(text)
			}
		})
	}
}
