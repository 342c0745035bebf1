package github_test

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
	"github.com/keel-ide/keel/backend/outbound"
)

// A company's own certificate authority: without trust nothing is sent and the
// setting is named, with it the sign-in works, over real connections.
func TestOwnCertificateAuthority(t *testing.T) {
	hub := githubtest.New(githubtest.Options{Host: "example.com", Interval: time.Second})
	server := httptest.NewUnstartedServer(hub)
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	at := func(trusted bool) *github.Service {
		way := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		}}
		t.Cleanup(way.CloseIdleConnections)
		if trusted {
			pool := x509.NewCertPool()
			pool.AddCert(server.Certificate())
			way.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			way.TLSClientConfig.RootCAs = pool
		}
		return github.New(github.Options{ClientIDs: func() map[string]string { return map[string]string{"example.com": clientID} }, HTTP: &http.Client{Transport: way}})
	}
	_, err := at(false).SignIn(t.Context(), account.Request{Host: "example.com"}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "does not trust") || !strings.Contains(text, "keelAgent.network.certificates") || len(hub.Requests()) > 0 {
		t.Errorf("without trust: %s, %v", text, hub.Requests())
	}
	got, err := at(true).SignIn(t.Context(), account.Request{Host: "example.com"}, newTalk(decide(hub, true)))
	if err != nil || got.Account.Login != githubtest.Login {
		t.Errorf("with trust: %v", err)
	}
}

// The way of the product: the proxy and the authority of the settings lead to
// GitHub under its real names.
func TestThroughTheProxyOfTheSettings(t *testing.T) {
	world, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	hub := githubtest.New(githubtest.Options{Interval: time.Second})
	for _, host := range hub.Hosts() {
		world.Handle(host, hub)
	}
	settings := outbound.Settings{Proxy: world.Proxy()}
	through := outbound.New(outbound.Options{Settings: func() outbound.Settings { return settings }, Environ: func() []string { return nil }})
	t.Cleanup(func() { _ = through.Close() })
	s := github.New(github.Options{ClientID: clientID, HTTP: through.Client()})
	_, err = s.SignIn(t.Context(), account.Request{}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "keelAgent.network.certificates") || len(hub.Requests()) > 0 {
		t.Errorf("without trust: %s, %v", text, hub.Requests())
	}
	settings.Certificates = []string{world.Certificates()}
	got, err := s.SignIn(t.Context(), account.Request{}, newTalk(decide(hub, true)))
	if err != nil || got.Account.Login != githubtest.Login || len(got.Account.Avatar) == 0 {
		t.Errorf("with trust: %v, %+v", err, got.Account)
	}
	if err := s.Revoke(t.Context(), got.Account, got.Token); err != nil || hub.Live(got.Token.Access, "") {
		t.Errorf("taken back: %v", err)
	}
	world.Switch(accounttest.Switches{Refusing: true})
	_, err = s.SignIn(t.Context(), account.Request{}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "makes no connection to github.com") {
		t.Errorf("refusing: %s", text)
	}
	world.Switch(accounttest.Switches{Expired: true})
	_, err = s.SignIn(t.Context(), account.Request{}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "date and time") {
		t.Errorf("expired: %s", text)
	}
}
