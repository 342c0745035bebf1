package github_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
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

func TestAProxyThatRefuses(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
				_, _ = io.WriteString(connection, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			}
			_ = connection.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	way := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})}
	s := github.New(github.Options{ClientID: clientID, HTTP: &http.Client{Transport: way}})
	_, err = s.SignIn(t.Context(), account.Request{}, newTalk(nil))
	if text := words(t, err); !strings.Contains(text, "GitHub could not be reached: the proxy refuses") {
		t.Error(text)
	}
}
