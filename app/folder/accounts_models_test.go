package folder

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

// countingGitHub gives tokens with a number; they are refreshed unless it has revoked
// them.
type countingGitHub struct {
	given   int
	renews  bool // tokens come with something to refresh them with
	revoked bool
}

func (*countingGitHub) Kind() account.Kind { return account.GitHub }

func (*countingGitHub) Hosts(context.Context) []account.Host {
	return []account.Host{{Host: "github.com", Title: "GitHub", Methods: []account.Method{account.Device}}}
}

func (g *countingGitHub) token() account.Token {
	g.given++
	t := account.Token{Access: "token" + strconv.Itoa(g.given)}
	if g.renews {
		t.Refresh = "again"
	}
	return t
}

func (g *countingGitHub) SignIn(context.Context, account.Request, account.Conversation) (account.Grant, error) {
	return account.Grant{Account: account.Account{Subject: "1", Login: "ann"}, Token: g.token()}, nil
}

func (g *countingGitHub) Refresh(context.Context, account.Account, account.Token) (account.Token, error) {
	if g.revoked {
		return account.Token{}, &account.Error{Message: "GitHub has ended this sign-in.", Err: account.ErrRevoked}
	}
	return g.token(), nil
}

func (*countingGitHub) Revoke(context.Context, account.Account, account.Token) error { return nil }

// models takes one token only, and notes what was sent.
type models struct {
	takes string
	sent  []string
}

func (m *models) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(data)
	}
	m.sent = append(m.sent, r.Header.Get("Authorization")+" "+body)
	status := http.StatusUnauthorized
	if r.Header.Get("Authorization") == "Bearer "+m.takes {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// A request whose token is not taken is sent once more with a fresh one; where
// there is none, that is what the turn is told.
func TestGitHubModelsToken(t *testing.T) {
	for _, each := range []struct {
		name    string
		github  countingGitHub
		key     string // sent in the place of the account's token
		takes   string
		want    []string
		refused bool // the answer says so
		waits   bool // an error that a turn waits with
	}{
		{name: "taken", takes: "token1", want: []string{"Bearer token1 ask"}},
		{name: "refreshed", github: countingGitHub{renews: true}, takes: "token2", want: []string{"Bearer token1 ask", "Bearer token2 ask"}},
		{name: "refreshed in vain", github: countingGitHub{renews: true}, takes: "none", want: []string{"Bearer token1 ask", "Bearer token2 ask"}, refused: true},
		{name: "revoked", github: countingGitHub{renews: true, revoked: true}, takes: "none", want: []string{"Bearer token1 ask"}, waits: true},
		{name: "nothing to refresh with", takes: "none", want: []string{"Bearer token1 ask"}, waits: true},
		{name: "a key by hand", key: "key", takes: "none", want: []string{"Bearer key ask"}, refused: true},
	} {
		t.Run(each.name, func(t *testing.T) {
			accounts, err := NewAccounts(AccountsOptions{
				Paths:    Paths{Data: filepath.Join(t.TempDir(), "data")},
				Secrets:  secret.New(secret.Options{Reachable: func() error { return errors.New("none") }}),
				Values:   func() settings.Values { return settings.Values{} },
				Redactor: redact.New(redact.Options{}),
				Services: []account.Service{&each.github},
				Log:      slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			defer accounts.Close()
			changes := accounts.Subscribe(t.Context())
			if _, err := accounts.Begin(t.Context(), account.Request{Kind: account.GitHub}); err != nil {
				t.Fatal(err)
			}
			for accounts.State().SignIns[0].Stage != account.Done {
				if _, err := changes.Next(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			key := each.key
			if key == "" {
				one, on := accounts.For(account.UseModels, gitHubHost)
				if !on {
					t.Fatal("the account is not used for models")
				}
				token, err := accounts.Token(t.Context(), one.ID)
				if err != nil {
					t.Fatal(err)
				}
				key = token.Access
			}
			service := &models{takes: each.takes}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://models.github.ai/inference", strings.NewReader("ask"))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+key)
			response, err := signedIn{accounts, service}.RoundTrip(request)
			if err == nil {
				defer response.Body.Close()
			}
			if diff := cmp.Diff(each.want, service.sent); diff != "" {
				t.Error(diff)
			}
			if waits := provider.ClassOf(err) == provider.ClassAuth; waits != each.waits {
				t.Errorf("the error %v lets a turn wait: %t", err, waits)
			}
			if err == nil && (response.StatusCode == http.StatusUnauthorized) != each.refused {
				t.Errorf("the answer is %d", response.StatusCode)
			}
			if request.Header.Get("Authorization") != "Bearer "+key {
				t.Error("the request was changed")
			}
		})
	}
}
