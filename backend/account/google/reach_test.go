package google_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/google"
	"github.com/keel-ide/keel/backend/account/google/googletest"
	"github.com/keel-ide/keel/backend/outbound"
)

// leaves wants that nothing runs afterwards that did not run before.
func leaves(t *testing.T, do func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	do()
	settled(t, before)
}

func TestGoogleCannotBeReached(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "not with me", http.StatusForbidden)
	}))
	defer proxy.Close()
	tests := map[string]struct {
		cut         func(*http.Transport)
		says, hints string
	}{
		"proxy refuses": {func(t *http.Transport) {
			t.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
			t.OnProxyConnectResponse = func(context.Context, *url.URL, *http.Request, *http.Response) error {
				return &outbound.Error{Message: "The proxy makes no connection.", Hint: "Ask whoever runs it."}
			}
		}, "The proxy makes no connection.", "Ask whoever runs it."},
		"unknown authority": {func(t *http.Transport) { t.TLSClientConfig = &tls.Config{} }, "an authority that this computer does not trust", "keelAgent.network.certificates"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			grant := w.granted(t)
			test.cut(w.transport)
			_, err := w.service.SignIn(t.Context(), account.Request{}, newTalk())
			w.words(t, err, test.says, test.hints)
			_, err = w.service.Refresh(t.Context(), grant.Account, grant.Token)
			w.words(t, err, test.says, test.hints)
			w.words(t, w.service.Revoke(t.Context(), grant.Account, grant.Token), test.says, test.hints)
		})
	}
}

func TestTheKeysCannotBeReached(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.before = func(r *http.Request) {
		if r.URL.Path == "/oauth2/v3/certs" {
			r.URL.Host = "127.0.0.1:1"
		}
	}
	ended, _ := w.signIn(t)
	w.words(t, ended.err, "Google could not be reached", "try again")
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := []byte(strings.Repeat("x", 64<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	target, err := url.Parse(endless.URL)
	if err != nil {
		t.Fatal(err)
	}
	service := google.New(google.Options{BuiltIn: google.Client{ID: "x", Secret: "y"}, HTTP: &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			r.URL.Scheme, r.URL.Host = target.Scheme, target.Host
			return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		}),
	}})
	_, err = service.SignIn(t.Context(), account.Request{}, newTalk())
	if err == nil || !strings.Contains(err.Error(), "does not speak as Google does") {
		t.Errorf("got %v", err)
	}
}
