package google_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/google/googletest"
)

func TestRefresh(t *testing.T) {
	w := newWorld(t, googletest.Options{Lifetime: 10 * time.Minute})
	grant := w.granted(t)
	fresh, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Access == grant.Token.Access || fresh.ID == "" || fresh.Access == "" {
		t.Errorf("got %+v", fresh)
	}
	if fresh.Refresh != grant.Token.Refresh {
		t.Error("the refresh token has changed, which Google's does not")
	}
	if until := time.Until(fresh.Expiry); until > 10*time.Minute || until < 5*time.Minute {
		t.Errorf("it is good for %v", until)
	}
	if _, err := w.service.Refresh(t.Context(), grant.Account, fresh); err != nil {
		t.Errorf("once more: %v", err)
	}
}

func TestTheExpiryIsTheEarlierOfTheTwoTokens(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.SetClock(-50 * time.Minute)
	grant := w.granted(t)
	if until := time.Until(grant.Token.Expiry); until > 11*time.Minute {
		t.Errorf("the id token ends in ten minutes, and the whole is good for %v", until)
	}
}

func TestRefreshesThatDoNotCount(t *testing.T) {
	tests := map[string]struct {
		spoil   func(*world, *account.Grant)
		revoked bool
		says    string
	}{
		"taken back":       {func(w *world, _ *account.Grant) { w.RevokeAll() }, true, "ended this sign-in"},
		"nothing to renew": {func(_ *world, g *account.Grant) { g.Token.Refresh = "" }, true, "nothing to renew"},
		"somebody else":    {func(w *world, _ *account.Grant) { w.Break(googletest.WrongSubject) }, true, "somebody else's tokens"},
		"other client":     {func(w *world, _ *account.Grant) { w.set(func() { w.client.ID = "other" }) }, true, "has changed since"},
		"no client":        {func(w *world, _ *account.Grant) { w.set(func() { w.client.ID = "" }) }, false, "no longer set"},
		"wrong secret":     {func(w *world, _ *account.Grant) { w.set(func() { w.client.Secret = "x" }) }, false, "secret is not the right one"},
		"out of order":     {func(w *world, _ *account.Grant) { w.AnswerTokens("server_error") }, false, "at the moment"},
		"no id token":      {func(w *world, _ *account.Grant) { w.Break(googletest.NoIDToken) }, false, "no id token"},
		"audience":         {func(w *world, _ *account.Grant) { w.Break(googletest.WrongAudience) }, false, "another program"},
		"signature":        {func(w *world, _ *account.Grant) { w.Break(googletest.WrongSignature) }, false, "did not sign"},
		"hash":             {func(w *world, _ *account.Grant) { w.Break(googletest.WrongHash) }, false, "do not belong together"},
		"clock":            {func(w *world, _ *account.Grant) { w.SetClock(time.Hour) }, false, "behind Google's"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			grant := w.granted(t)
			test.spoil(w, &grant)
			fresh, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
			w.words(t, err, test.says, "")
			if errors.Is(err, account.ErrRevoked) != test.revoked || fresh.Access != "" {
				t.Errorf("got %+v, %v", fresh, err)
			}
		})
	}
}

func TestRefreshEndsWithItsContext(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	grant := w.granted(t)
	for _, asks := range []string{"/.well-known/openid-configuration", "/token", "/oauth2/v3/certs"} {
		ctx, cancel := context.WithCancel(t.Context())
		w.set(func() {
			w.before = func(r *http.Request) {
				if r.URL.Path == asks {
					cancel()
				}
			}
		})
		leaves(t, func() {
			if _, err := w.service.Refresh(ctx, grant.Account, grant.Token); !errors.Is(err, context.Canceled) {
				t.Errorf("while it asks for %s: %v", asks, err)
			}
		})
		cancel()
	}
}

func TestRevoke(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	for name, keep := range map[string]func(account.Token) account.Token{
		"refresh token": func(t account.Token) account.Token { return t },
		"access token":  func(t account.Token) account.Token { return account.Token{Access: t.Access} },
	} {
		t.Run(name, func(t *testing.T) {
			grant := w.granted(t)
			if err := w.service.Revoke(t.Context(), grant.Account, keep(grant.Token)); err != nil {
				t.Fatal(err)
			}
			if _, err := w.service.Refresh(t.Context(), grant.Account, grant.Token); !errors.Is(err, account.ErrRevoked) {
				t.Errorf("afterwards it can be refreshed: %v", err)
			}
			if err := w.service.Revoke(t.Context(), grant.Account, grant.Token); err != nil {
				t.Errorf("once more: %v", err)
			}
		})
	}
	if got := w.Requests()["oauth2.googleapis.com/revoke"]; got != 4 {
		t.Errorf("Google was told %d times", got)
	}
}
