package github_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// Tokens of a GitHub App run out after eight hours, and each refresh token is
// good once.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{Expiring: true})
		s := service(hub)
		got, err := s.SignIn(t.Context(), account.Request{}, newTalk(decide(hub, true)))
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(got.Token.Expiry); left != 8*time.Hour || got.Token.Refresh == "" || got.Account.Login != githubtest.Login {
			t.Fatalf("good for %v: %+v", left, got.Account)
		}
		time.Sleep(9 * time.Hour) // faked
		fresh, err := s.Refresh(t.Context(), got.Account, got.Token)
		if err != nil || !hub.Live(fresh.Access, "") || fresh.Access == got.Token.Access || fresh.Refresh == got.Token.Refresh || time.Until(fresh.Expiry) != 8*time.Hour {
			t.Fatalf("refreshed: %v", err)
		}
		if _, err := s.Refresh(t.Context(), got.Account, got.Token); !errors.Is(err, account.ErrRevoked) {
			t.Errorf("with the old one: %v", err)
		}
	})
}

func TestATokenOfAnOAuthAppCannotBeRefreshed(t *testing.T) {
	_, err := service(githubtest.New(githubtest.Options{})).Refresh(t.Context(), octocat(), account.Token{Access: "gho_x"})
	if !errors.Is(err, account.ErrRevoked) || !strings.Contains(words(t, err), "Sign in again") {
		t.Error(err)
	}
}

// What fails on the way is no reason to sign in again.
func TestARefreshThatFailsOnTheWayCanBeTriedAgain(t *testing.T) {
	_, err := service(http.NotFoundHandler()).Refresh(t.Context(), octocat(), account.Token{Access: "ghu_x", Refresh: "ghr_x"})
	if errors.Is(err, account.ErrRevoked) {
		t.Error(err)
	}
	words(t, err)
}

func TestRevoke(t *testing.T) {
	for _, tt := range []struct {
		name, host, secret string
		expiring           bool
		asked              string // the request that does it
		left               bool   // the token is still good
	}{
		{"with a client secret", "github.com", "client-secret", false, "DELETE api.github.com/applications/" + clientID + "/token", false},
		{"without", "github.com", "", false, "POST api.github.com/credentials/revoke", false},
		{"a GitHub App's", "github.com", "", true, "POST api.github.com/credentials/revoke", false},
		{"at an Enterprise host with one", "ghe.example.com", "client-secret", false, "DELETE ghe.example.com/api/v3/applications/" + clientID + "/token", false},
		{"at an Enterprise host without", "ghe.example.com", "", false, "", true},
		{"with a wrong client secret", "github.com", "another", false, "DELETE api.github.com/applications/" + clientID + "/token", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := githubtest.New(githubtest.Options{Host: tt.host, Expiring: tt.expiring})
			access := hub.Issue("repo")
			a := octocat()
			a.Host = tt.host
			err := withSecret(hub, tt.secret).Revoke(t.Context(), a, account.Token{Access: access, Client: clientID})
			if tt.asked == "" {
				if text := words(t, err); !strings.Contains(text, "https://ghe.example.com/settings/connections/applications/"+clientID) || len(hub.Requests()) > 0 {
					t.Errorf("%s\n%v", text, hub.Requests())
				}
			} else if !slices.Equal(hub.Requests(), []string{tt.asked}) {
				t.Errorf("asked %v: %v", hub.Requests(), err)
			}
			if hub.Live(access, "") != tt.left {
				t.Errorf("still good: %v (%v)", !tt.left, err)
			}
		})
	}
}

// GitHub says of a token that is gone that there is none, as it does of a client
// that it does not know.
func TestRevokingAgainIsNoError(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	s := withSecret(hub, "client-secret")
	token := account.Token{Access: hub.Issue(), Client: clientID}
	for range 2 {
		if err := s.Revoke(t.Context(), octocat(), token); err != nil {
			t.Error(err)
		}
	}
}

func TestATokenThatIsRevokedMeanwhile(t *testing.T) {
	hub := githubtest.New(githubtest.Options{})
	token := hub.Issue("repo")
	api := github.API(&http.Client{Transport: direct{hub}}, "github.com", token)
	if _, _, err := api.Users.Get(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	hub.RevokeAll()
	_, _, err := api.Users.Get(t.Context(), "")
	if refused, ok := github.Refused(err, time.Now()); !ok || refused.Status != http.StatusUnauthorized {
		t.Errorf("%v %+v", err, refused)
	}
}

// Redirects are followed on the host itself, as for a repository that was
// renamed, and nobody else is asked, with the token or without.
func TestRedirectsNeverCarryTheToken(t *testing.T) {
	for _, to := range []string{"https://evil.example/user", "https://api.github.com.evil.example/user", "https://sub.api.github.com/user", "http://api.github.com/user"} {
		hub := githubtest.New(githubtest.Options{})
		token := hub.Issue("repo")
		hub.Move("/user", to)
		elsewhere := 0
		guard := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "api.github.com" || r.URL.Scheme != "https" {
				elsewhere++
			}
			hub.ServeHTTP(w, r)
		})
		_, _, err := github.API(&http.Client{Transport: direct{guard}}, "github.com", token).Users.Get(t.Context(), "")
		if err == nil || elsewhere > 0 {
			t.Errorf("to %s: asked %d times elsewhere, %v", to, elsewhere, err)
		}
	}
	hub := githubtest.New(githubtest.Options{})
	token := hub.Issue("repo")
	hub.Move("/repos/octo-org/old/issues/7", "https://api.github.com/repositories/1/issues/7")
	issue, _, err := github.API(&http.Client{Transport: direct{hub}}, "github.com", token).Issues.Get(t.Context(), "octo-org", "old", 7)
	if err != nil || issue.GetNumber() != 7 {
		t.Errorf("on the host itself: %v", err)
	}
}
