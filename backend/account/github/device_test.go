package github_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// decide types the code in and agrees, or not.
func decide(hub *githubtest.GitHub, authorize bool) func(account.Progress) {
	return func(p account.Progress) {
		if p.Stage == account.Code {
			hub.Decide(p.Code, authorize)
		}
	}
}

func TestDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{})
		person := newTalk(decide(hub, true))
		start := time.Now()
		got, err := service(hub).SignIn(t.Context(), account.Request{Kind: account.GitHub, Scopes: []string{"repo"}}, person)
		if err != nil {
			t.Fatal(err)
		}
		want := octocat()
		want.Scopes = []string{"read:user", "repo", "user:email"}
		if d := cmp.Diff(want, got.Account, cmpopts.IgnoreFields(account.Account{}, "Avatar")); d != "" {
			t.Errorf("account (-want +got):\n%s", d)
		}
		picture, err := png.Decode(bytes.NewReader(got.Account.Avatar))
		if err != nil || picture.Bounds().Dx() != 64 || picture.Bounds().Dy() != 64 {
			t.Errorf("avatar: %v", err)
		}
		if !hub.Live(got.Token.Access, "repo") || got.Token.Refresh != "" || !got.Token.Expiry.IsZero() || got.Token.Client != clientID {
			t.Errorf("token: %+v", got.Token)
		}
		if d := cmp.Diff([]account.Stage{account.Starting, account.Code, account.Finishing}, person.stages()); d != "" {
			t.Errorf("stages (-want +got):\n%s", d)
		}
		code := person.shown[1]
		if !regexp.MustCompile(`^[A-Z0-9]{4}-[A-Z0-9]{4}$`).MatchString(code.Code) || !code.Until.Equal(start.Add(15*time.Minute)) || code.Address != "https://github.com/login/device" {
			t.Errorf("code: %+v", code)
		}
		if d := cmp.Diff([]string{code.Address}, person.opened); d != "" {
			t.Errorf("opened (-want +got):\n%s", d)
		}
		if !person.knows(got.Token.Access) || len(person.secrets) != 2 {
			t.Errorf("%d secrets, the token among them: %v", len(person.secrets), person.knows(got.Token.Access))
		}
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("polled after %v", waited)
		}
	})
}

func TestDeviceSlowDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{})
		hub.SlowDown(2)
		start := time.Now()
		if _, err := service(hub).SignIn(t.Context(), account.Request{}, newTalk(decide(hub, true))); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 5*time.Second+10*time.Second+15*time.Second {
			t.Errorf("signed in after %v", waited)
		}
	})
}

// A code that nobody types in is asked about until it expires, at its pace: the
// server would slow down a client that asks more often.
func TestDeviceCodeExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{})
		start := time.Now()
		_, err := service(hub).SignIn(t.Context(), account.Request{}, newTalk(nil))
		if text := words(t, err); !strings.Contains(text, "has expired") {
			t.Error(text)
		}
		if waited := time.Since(start); waited != 15*time.Minute {
			t.Errorf("after %v", waited)
		}
		if asked := len(hub.Requests()); asked != 180 { // the code, and 179 polls
			t.Errorf("%d requests", asked)
		}
	})
}

func TestDeviceRefusals(t *testing.T) {
	forget := func(hub *githubtest.GitHub) http.Handler { // answers polls of a code that is not known any more
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/login/oauth/access_token" {
				hub = githubtest.New(githubtest.Options{})
			}
			hub.ServeHTTP(w, r)
		})
	}
	as := func(fields map[string]any) func(*githubtest.GitHub) http.Handler {
		return func(*githubtest.GitHub) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(fields)
			})
		}
	}
	same := func(hub *githubtest.GitHub) http.Handler { return hub }
	for _, tt := range []struct {
		name   string
		change func(*githubtest.GitHub)
		serve  func(*githubtest.GitHub) http.Handler
		on     func(*githubtest.GitHub) func(account.Progress)
		want   string
	}{
		{"denied", nil, same, func(hub *githubtest.GitHub) func(account.Progress) { return decide(hub, false) }, "refused in the browser"},
		{"expired early", nil, same, func(hub *githubtest.GitHub) func(account.Progress) {
			return func(p account.Progress) { hub.Expire() }
		}, "has expired"},
		{"switched off", (*githubtest.GitHub).DisableDevice, same, nil, "Enable Device Flow"},
		{"forgotten", nil, forget, nil, "does not know the code"},
		{"no such client", nil, func(*githubtest.GitHub) http.Handler {
			return githubtest.New(githubtest.Options{ClientID: "another"})
		}, nil, "does not know Keel's client id"},
		{"another page", nil, as(map[string]any{"device_code": "d", "user_code": "AAAA-BBBB", "verification_uri": "https://github.com.evil.example/login", "expires_in": 900}), nil, "does not understand"},
		{"a page of another kind", nil, as(map[string]any{"device_code": "d", "user_code": "AAAA-BBBB", "verification_uri": "javascript:alert(1)", "expires_in": 900}), nil, "does not understand"},
		{"an unknown error", nil, as(map[string]any{"error": "<b>go to</b> evil"}), nil, "(bgotobevil)"},
		{"not GitHub", nil, func(*githubtest.GitHub) http.Handler { return http.NotFoundHandler() }, nil, "does not understand"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hub := githubtest.New(githubtest.Options{})
				if tt.change != nil {
					tt.change(hub)
				}
				var on func(account.Progress)
				if tt.on != nil {
					on = tt.on(hub)
				}
				person := newTalk(on)
				_, err := service(tt.serve(hub)).SignIn(t.Context(), account.Request{}, person)
				if text := words(t, err); !strings.Contains(text, tt.want) {
					t.Error(text)
				}
				if len(person.opened) > 0 && person.opened[0] != "https://github.com/login/device" {
					t.Errorf("opened %v", person.opened)
				}
			})
		})
	}
}

func TestDeviceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := service(hub).SignIn(ctx, account.Request{}, newTalk(nil))
			ended <- err
		}()
		time.Sleep(12 * time.Second) // faked: in the middle between two polls
		cancel()
		synctest.Wait()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		default:
			t.Error("it goes on")
		}
	})
}

// A train goes through a tunnel.
func TestDeviceSurvivesANetworkThatComesBack(t *testing.T) {
	for failures, want := range map[int64]string{3: "", 5: "does not understand"} {
		synctest.Test(t, func(t *testing.T) {
			hub := githubtest.New(githubtest.Options{})
			var left atomic.Int64
			left.Store(failures)
			flaky := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/login/oauth/access_token" && left.Add(-1) >= 0 {
					http.Error(w, "upstream", http.StatusBadGateway)
					return
				}
				hub.ServeHTTP(w, r)
			})
			_, err := service(flaky).SignIn(t.Context(), account.Request{}, newTalk(decide(hub, true)))
			if want == "" && err != nil {
				t.Errorf("after %d failures: %v", failures, err)
			}
			if want != "" && !strings.Contains(words(t, err), want) {
				t.Errorf("after %d failures: %v", failures, err)
			}
		})
	}
}

func TestDeviceGrantsFewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := githubtest.New(githubtest.Options{})
		hub.GrantOnly("read:user")
		got, err := service(hub).SignIn(t.Context(), account.Request{Scopes: []string{"repo"}}, newTalk(decide(hub, true)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"read:user"}, got.Account.Scopes); d != "" || got.Account.Email != "" {
			t.Errorf("scopes (-want +got):\n%s%q", d, got.Account.Email)
		}
	})
}

func TestEnterprise(t *testing.T) {
	for host, api := range map[string]string{"ghe.example.com:8443": "GET ghe.example.com:8443/api/v3/user", "tenant.ghe.com": "GET api.tenant.ghe.com/user"} {
		synctest.Test(t, func(t *testing.T) {
			hub := githubtest.New(githubtest.Options{Host: host})
			s := serviceAt(hub, host)
			got, err := s.SignIn(t.Context(), account.Request{Host: host}, newTalk(decide(hub, true)))
			if err != nil {
				t.Fatal(err)
			}
			if got.Account.Host != host || got.Account.Login != githubtest.Login || got.Account.Manage != "https://"+host+"/settings/connections/applications/"+clientID || len(got.Account.Avatar) == 0 {
				t.Errorf("account: %+v", got.Account)
			}
			if requests := strings.Join(hub.Requests(), "\n"); !strings.Contains(requests, api+"\n") {
				t.Errorf("requests:\n%s", requests)
			}
		})
	}
}
