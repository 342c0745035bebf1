package github_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// direct answers requests by a handler, without a network: such a client works
// where time is faked.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	served := r.Clone(r.Context())
	served.Host, served.RequestURI = r.URL.Host, r.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	record := httptest.NewRecorder()
	d.ServeHTTP(record, served)
	response := record.Result()
	response.Request = r
	return response, nil
}

// talk is a person at a sign-in.
type talk struct {
	on     func(account.Progress) // does what the person does; may be nil
	pasted chan string

	mu      sync.Mutex // guards all below
	shown   []account.Progress
	opened  []string
	secrets []string
}

func newTalk(on func(account.Progress)) *talk { return &talk{on: on, pasted: make(chan string, 1)} }

func (t *talk) Show(p account.Progress) {
	t.mu.Lock()
	t.shown = append(t.shown, p)
	t.mu.Unlock()
	if t.on != nil {
		t.on(p)
	}
}

func (t *talk) Open(_ context.Context, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.opened = append(t.opened, address)
}

func (t *talk) Pasted() <-chan string { return t.pasted }

func (t *talk) Secret(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secrets = append(t.secrets, value)
}

// last is what was shown last.
func (t *talk) last() account.Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.shown[len(t.shown)-1]
}

// stages are those shown, in order.
func (t *talk) stages() []account.Stage {
	t.mu.Lock()
	defer t.mu.Unlock()
	var stages []account.Stage
	for _, p := range t.shown {
		stages = append(stages, p.Stage)
	}
	return stages
}

// knows tells whether a value was named a secret.
func (t *talk) knows(value string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.secrets, value)
}

const clientID = "Iv1.keel"

func service(hub http.Handler) *github.Service {
	return github.New(github.Options{ClientID: clientID, HTTP: &http.Client{Transport: direct{hub}}})
}

// withSecret is a service that has a client secret.
func withSecret(hub http.Handler, secret string) *github.Service {
	return github.New(github.Options{
		ClientID:     clientID,
		ClientSecret: func(context.Context, string, string) (string, error) { return secret, nil },
		HTTP:         &http.Client{Transport: direct{hub}},
	})
}

// words are those of an error that is for a person.
func words(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	said, ok := err.(*account.Error) //nolint:errorlint // it has to be one itself: that is what the contract says
	if !ok {
		t.Fatalf("not in words for a person: %T %v", err, err)
	}
	if said.Message == "" || said.Hint == "" {
		t.Errorf("half an error: %q, %q", said.Message, said.Hint)
	}
	return said.Message + " " + said.Hint
}

func octocat() account.Account {
	return account.Account{
		Kind: account.GitHub, Host: "github.com", Subject: "583231", Login: githubtest.Login, Name: githubtest.Name, Email: githubtest.Email,
		Scopes: []string{"read:user", "user:email"}, Manage: "https://github.com/settings/connections/applications/" + clientID,
	}
}

func TestHosts(t *testing.T) {
	s := github.New(github.Options{
		ClientIDs: func() map[string]string {
			return map[string]string{"GHE.example.com": "one", "tenant.ghe.com": "two", "not a host/": "three", "empty.example.com": " "}
		},
		ClientSecret: func(_ context.Context, host, id string) (string, error) {
			if host == "ghe.example.com" && id == "one" {
				return "kept", nil
			}
			return "", nil
		},
	})
	got := s.Hosts(t.Context())
	want := []account.Host{
		{
			Host: "github.com", Title: "GitHub", Setting: github.Setting, SetupAddress: "https://github.com/settings/applications/new",
			Setup: got[0].Setup, // read below
		},
		{
			Host: "ghe.example.com", Title: "GitHub Enterprise (ghe.example.com)", Setting: github.Setting, SetupAddress: "https://ghe.example.com/settings/applications/new",
			Methods: []account.Method{account.Device, account.Browser}, TakesSecret: true, HasSecret: true,
		},
		{
			Host: "tenant.ghe.com", Title: "GitHub Enterprise (tenant.ghe.com)", Setting: github.Setting, SetupAddress: "https://tenant.ghe.com/settings/applications/new",
			Methods: []account.Method{account.Device}, TakesSecret: true,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("hosts (-want +got):\n%s", d)
	}
	setup := strings.Join(got[0].Setup, "\n")
	if len(got[0].Setup) != 3 || !strings.Contains(setup, "Enable Device Flow") || !strings.Contains(setup, github.Setting) || !strings.Contains(setup, "https://github.com/settings/applications/new") {
		t.Errorf("setup:\n%s", setup)
	}
	_, err := s.SignIn(t.Context(), account.Request{}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "Enable Device Flow") {
		t.Errorf("without a client id: %s", text)
	}
	_, err = s.SignIn(t.Context(), account.Request{Host: "evil.example.com"}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "evil.example.com") {
		t.Errorf("at a host that the settings do not name: %s", text)
	}
}

func TestHost(t *testing.T) {
	for name, want := range map[string]string{
		"GitHub.com": "github.com", " ghe.example.com ": "ghe.example.com", "ghe.example.com:8443": "ghe.example.com:8443", "ghe.example.com:443": "ghe.example.com",
		"bücher.example": "xn--bcher-kva.example", "10.0.0.7": "10.0.0.7", "[fd00::1]": "[fd00::1]", "[fd00::1]:8443": "[fd00::1]:8443",
		"": "", "https://github.com": "", "github.com/": "", "github.com/x": "", "user@github.com": "", "user:pass@github.com": "", "github.com?x": "", "github.com?": "",
		"github.com#x": "", "github.com:": "", "github.com:0": "", "github.com:99999": "", "github.com:http": "", "a b": "", ".github.com": "", "git\nhub.com": "",
		"github.com\\evil.example": "", "%67ithub.com": "", strings.Repeat("a.", 150) + "com": "",
	} {
		got, err := github.Host(name)
		if got != want {
			t.Errorf("%q: %q (%v), want %q", name, got, err, want)
		}
		if want == "" {
			words(t, err)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, name := range []string{"github.com", "user@github.com:1/x?y#z", "[::1]:8", "bücher.example", "a%2fb"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		host, err := github.Host(name)
		if err != nil {
			return
		}
		again, err := github.Host(host)
		if err != nil || again != host || strings.ContainsAny(host, "/@?#\\ %\r\n\t") {
			t.Errorf("%q becomes %q, and that %q (%v)", name, host, again, err)
		}
	})
}

func TestScopes(t *testing.T) {
	for use, want := range map[account.Use][]string{
		"": {"read:user", "user:email"}, account.UsePages: {"repo"}, account.UseGitTerminal: {"repo"}, account.UseGitAgent: {"repo"},
		account.UseModels: nil, account.UseBedrock: nil,
	} {
		if d := cmp.Diff(want, github.Scopes(use)); d != "" {
			t.Errorf("%q (-want +got):\n%s", use, d)
		}
	}
}

func TestHeld(t *testing.T) {
	for _, each := range []struct{ scopes, want []string }{
		{[]string{"repo"}, []string{"public_repo", "repo", "repo:invite", "repo:status", "repo_deployment", "security_events"}},
		{[]string{"public_repo", "delete_repo"}, []string{"delete_repo", "public_repo"}},
		{[]string{"user", "user:email"}, []string{"read:user", "user", "user:email", "user:follow"}},
		{[]string{"read:user"}, []string{"read:user"}},
		{[]string{"admin:org"}, []string{"admin:org", "read:org", "write:org"}},
		{[]string{"write:org"}, []string{"read:org", "write:org"}},
		{[]string{"read:org"}, []string{"read:org"}},
		{nil, nil},
	} {
		if d := cmp.Diff(each.want, github.Held(each.scopes)); d != "" {
			t.Errorf("%q (-want +got):\n%s", each.scopes, d)
		}
	}
}
