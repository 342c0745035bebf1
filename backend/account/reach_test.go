package account_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/outbound"
)

// Each reason is made by net/http itself, over real connections.
func TestUnreachable(t *testing.T) {
	safe := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(safe.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	trusting := func() *http.Transport {
		pool := x509.NewCertPool()
		pool.AddCert(safe.Certificate())
		way := &http.Transport{}
		way.TLSClientConfig = safe.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		way.TLSClientConfig.RootCAs = pool
		return way
	}
	late := trusting()
	late.TLSClientConfig.Time = func() time.Time { return time.Now().AddDate(300, 0, 0) }
	lost := trusting()
	lost.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Name: "nobody.invalid", Err: "no such host", IsNotFound: true}
	}
	tests := []struct {
		name, ask string
		way       *http.Transport
		why, hint string
	}{
		{"unknown authority", safe.URL, &http.Transport{}, "does not trust", "keelAgent.network.certificates"},
		{"another name", strings.Replace(safe.URL, "127.0.0.1", "localhost", 1), trusting(), "belongs to another server", "signed in"},
		{"clock", safe.URL, late, "not valid at this time", "date and time"},
		{"plain", strings.Replace(plain.URL, "http:", "https:", 1), trusting(), "does not speak an encrypted", "keelAgent.network.proxy"},
		{"refused", gone.URL, trusting(), "refuses connections", "network connection"},
		{"no such name", "https://nobody.invalid", lost, "no server by the name nobody.invalid", "name"},
		{"cut", cutting(t), trusting(), "connection was cut", "network connection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Cleanup(tt.way.CloseIdleConnections)
			client := &http.Client{Transport: tt.way}
			answer, err := client.Get(tt.ask + "/?code=s3cret")
			if err == nil {
				answer.Body.Close()
				t.Fatal("there was an answer")
			}
			got := account.Unreachable("GitHub", err)
			if !strings.HasPrefix(got.Message, "GitHub could not be reached: ") || !strings.Contains(got.Message, tt.why) || !strings.Contains(got.Hint, tt.hint) {
				t.Errorf("%v: %q, %q", err, got.Message, got.Hint)
			}
			if text := got.Error() + got.Hint; strings.Contains(text, "s3cret") {
				t.Errorf("it holds what was asked: %s", text)
			}
			if again := account.Unreachable("Google", got); again != got {
				t.Errorf("said twice: %v", again)
			}
		})
	}
	way := &outbound.Error{Message: "The proxy makes no connection.", Hint: "Ask whoever runs it."}
	if got := account.Unreachable("GitHub", &url.Error{Op: "Get", URL: "https://github.com/?code=s3cret", Err: way}); got.Message != way.Message || got.Hint != way.Hint {
		t.Errorf("of a proxy: %v", got)
	}
	timeout, done := context.WithTimeout(t.Context(), 0)
	defer done()
	request, err := http.NewRequestWithContext(timeout, http.MethodGet, safe.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		answer.Body.Close()
	}
	if got := account.Unreachable("GitHub", err); !strings.Contains(got.Message, "in time") {
		t.Errorf("after its time: %v", got)
	}
}

// cutting is a server that hangs up on whoever asks.
func cutting(t *testing.T) string {
	return "http://" + listen(t, func(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)) })
}

func listen(t *testing.T, serve func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}
