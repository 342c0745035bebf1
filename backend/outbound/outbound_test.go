package outbound_test

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/outbound"
)

func TestTheProxyOfTheSettings(t *testing.T) {
	w := newWorld(t)
	c := &chosen{settings: outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}}}
	// The environment's does not count then.
	c.environment = []string{"HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=*"}
	transport := c.transport(t)
	if got, err := get(t, transport, api); got != "from the world" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := get(t, transport, "http://api.github.com/"); got != "from the world" || err != nil {
		t.Errorf("without TLS: %q, %v", got, err)
	}
	_, err := get(t, transport, "https://example.com/")
	wants(t, err, outbound.ProxyRefused, "The proxy 127.0.0.1:", "example.com", "403 Forbidden", "keelAgent.network.proxy", "keelAgent.network.noProxy")
	if got := c.transport(t).State(); got.Proxy != w.Proxy() || !got.FromSettings || got.Certificates != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTheProxyOfTheEnvironment(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		c := &chosen{environment: []string{name + "=" + w.Proxy(), "SSL_CERT_FILE=" + w.Certificates()}}
		if got, err := get(t, c.transport(t), api); got != "from the world" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	dir := t.TempDir()
	text, err := os.ReadFile(w.Certificates())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "one.pem"), string(text))
	c := &chosen{environment: []string{"HTTPS_PROXY=" + strings.TrimPrefix(w.Proxy(), "http://"), "SSL_CERT_DIR=" + dir}}
	if got, err := get(t, c.transport(t), api); got != "from the world" || err != nil {
		t.Errorf("without a scheme: %q, %v", got, err)
	}
	_, err = get(t, c.transport(t), "https://example.com/")
	wants(t, err, outbound.ProxyRefused, "HTTPS_PROXY", "NO_PROXY")
}

func TestWhatGoesThroughAProxy(t *testing.T) {
	const proxy = "http://proxy.example.com:3128"
	setting := outbound.Settings{Proxy: proxy, NoProxy: []string{".internal.example.com", "10.0.0.0/8", "plain.example.com:8443"}}
	tests := map[string]struct {
		settings    outbound.Settings
		environment []string
		direct, via []string
	}{
		"settings": {settings: setting,
			direct: []string{"https://a.internal.example.com", "http://10.1.2.3", "https://plain.example.com:8443"},
			via:    []string{"https://api.github.com", "http://api.github.com", "https://internal.example.com", "https://11.1.2.3", "https://plain.example.com"}},
		"all without": {settings: outbound.Settings{Proxy: proxy, NoProxy: []string{"*"}}, direct: []string{"https://api.github.com"}},
		"environment": {environment: []string{"HTTPS_PROXY=" + proxy, "no_proxy=a.example.com"},
			direct: []string{"https://a.example.com", "https://b.a.example.com", "http://api.github.com"}, via: []string{"https://api.github.com"}},
		"environment, and hosts of the settings": {settings: outbound.Settings{NoProxy: []string{"b.example.com"}}, environment: []string{"HTTPS_PROXY=" + proxy, "NO_PROXY=a.example.com"},
			direct: []string{"https://a.example.com", "https://b.example.com"}, via: []string{"https://api.github.com"}},
		"nothing": {direct: []string{"https://api.github.com"}},
	}
	// This machine, and where clouds keep its credentials.
	never := []string{"http://localhost:11434", "http://LocalHost.", "http://a.localhost", "http://127.0.0.1:1", "https://127.9.9.9", "http://[::1]:1", "http://[::ffff:127.0.0.1]", "http://169.254.169.254/latest", "http://169.254.170.2", "http://[fd00:ec2::254]"}
	for name, test := range tests {
		c := &chosen{settings: test.settings, environment: test.environment}
		transport := c.transport(t)
		look := func(address, want string) {
			t.Helper()
			at, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			got, err := transport.ProxyFor(at)
			if err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s: %s goes through %v, %v; want %s", name, address, got, err, want)
			}
		}
		for _, address := range append(test.direct, never...) {
			look(address, "<nil>")
		}
		for _, address := range test.via {
			look(address, proxy)
		}
	}
}

func TestThisMachineIsReachedDirectly(t *testing.T) {
	server := httptest.NewServer(say("here"))
	defer server.Close()
	c := &chosen{settings: outbound.Settings{Proxy: "http://127.0.0.1:1"}}
	if got, err := get(t, c.transport(t), server.URL); got != "here" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNameAndPassword(t *testing.T) {
	w := newWorld(t)
	w.Switch(accounttest.Switches{Name: "me", Password: "hunter2:ä"})
	with := func(user *url.Userinfo) string {
		at, err := url.Parse(w.Proxy())
		if err != nil {
			t.Fatal(err)
		}
		at.User = user
		return at.String()
	}
	for name, test := range map[string]struct {
		proxy string
		words string // of the error; empty: it works
	}{
		"none":  {with(nil), "wants a name and a password"},
		"wrong": {with(url.UserPassword("me", "hunter3")), "does not accept the name and the password"},
		"right": {with(url.UserPassword("me", "hunter2:ä")), ""},
	} {
		c := &chosen{settings: outbound.Settings{Proxy: test.proxy, Certificates: []string{w.Certificates()}}}
		transport := c.transport(t)
		for _, address := range []string{api, "http://api.github.com/"} {
			got, err := get(t, transport, address)
			if test.words != "" {
				wants(t, err, outbound.ProxyWants, test.words, "keelAgent.network.proxy")
			} else if got != "from the world" || err != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		if name == "right" {
			want := []string{"hunter2:ä", "hunter2%3A%C3%A4", "bWU6aHVudGVyMjrDpA=="}
			for _, each := range want {
				if !strings.Contains(strings.Join(c.learned, "\n"), each) {
					t.Errorf("%q was not learnt, but %q", each, c.learned)
				}
			}
			if state := transport.State(); state.Proxy != w.Proxy() {
				t.Errorf("shown as %q", state.Proxy)
			}
		}
	}
}

func TestProxyDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	c := &chosen{settings: outbound.Settings{Proxy: "http://me:hunter2@" + address}}
	for _, each := range []string{api, "http://api.github.com"} {
		_, err = get(t, c.transport(t), each)
		wants(t, err, outbound.ProxyDown, "The proxy "+address, "api.github.com cannot be reached", "keelAgent.network.proxy")
	}
}

// One that cannot be used is not gone around.
func TestProxyThatCannotBeUsed(t *testing.T) {
	for _, proxy := range []string{"ftp://proxy.example.com", "http://", "http://me:hunter2@proxy.example.com:port", "http://proxy.example.com/path", "proxy example"} {
		c := &chosen{settings: outbound.Settings{Proxy: proxy}}
		for _, address := range []string{api, "http://api.github.com/"} {
			_, err := get(t, c.transport(t), address)
			wants(t, err, outbound.ProxyAddress, "keelAgent.network.proxy")
		}
		if state := c.transport(t).State(); !state.Unusable {
			t.Errorf("%s: %+v", proxy, state)
		}
		c = &chosen{environment: []string{"HTTPS_PROXY=" + proxy}}
		_, err := get(t, c.transport(t), api)
		wants(t, err, outbound.ProxyAddress, "HTTPS_PROXY")
	}
}

// A proxy that itself speaks TLS.
func TestSecureProxy(t *testing.T) {
	w := newWorld(t)
	secure := httptest.NewUnstartedServer(nil)
	secure.StartTLS()
	secure.Close() // it is only wanted for its certificate
	front := forward(t, tlsListener(t, secure), strings.TrimPrefix(w.Proxy(), "http://"))
	file := filepath.Join(t.TempDir(), "proxy.pem")
	write(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	c := &chosen{settings: outbound.Settings{Proxy: "https://" + front, Certificates: []string{w.Certificates()}}}
	transport := c.transport(t)
	_, err := get(t, transport, api)
	wants(t, err, outbound.Untrusted, "The certificate of the proxy "+front, "keelAgent.network.certificates")
	c.set(outbound.Settings{Proxy: "https://" + front, Certificates: []string{w.Certificates(), file}})
	if got, err := get(t, transport, api); got != "from the world" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSOCKS(t *testing.T) {
	w := newWorld(t)
	at := socks(t, "me", "hunter2", strings.TrimPrefix(w.Proxy(), "http://"))
	c := &chosen{settings: outbound.Settings{Proxy: "socks5://me:hunter2@" + at, Certificates: []string{w.Certificates()}}}
	if got, err := get(t, c.transport(t), api); got != "from the world" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	_, err := get(t, c.transport(t), "https://example.com/")
	wants(t, err, outbound.ProxyRefused, at, "example.com")
	c = &chosen{settings: outbound.Settings{Proxy: "socks5://me:hunter3@" + at}}
	_, err = get(t, c.transport(t), api)
	wants(t, err, outbound.ProxyWants, at, "keelAgent.network.proxy")
}

// What a library of its own builds does as the transport does.
func TestConfigure(t *testing.T) {
	w := newWorld(t)
	c := &chosen{settings: outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}}}
	transport := c.transport(t)
	other := &http.Transport{}
	transport.Configure(other)
	defer other.CloseIdleConnections()
	if got, err := get(t, other, api); got != "from the world" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	w.Switch(accounttest.Switches{Refusing: true})
	_, err := get(t, other, api)
	wants(t, err, outbound.ProxyRefused)
	w.Switch(accounttest.Switches{})
	c.set(outbound.Settings{Proxy: "nonsense://"})
	_, err = get(t, other, api)
	wants(t, err, outbound.ProxyAddress)
}

// A cancelled request is no fault of the proxy.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &chosen{settings: outbound.Settings{Proxy: "http://127.0.0.1:1"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, api, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.transport(t).Client().Do(request)
	if err == nil {
		answer.Body.Close()
	}
	if _, known := errors.AsType[*outbound.Error](err); !errors.Is(err, context.Canceled) || known {
		t.Errorf("%v", err)
	}
}

// A stream over HTTP/2 is read as it comes, also while others change settings,
// and ends with the transport, of which nothing is left.
func TestStreamsAndClose(t *testing.T) {
	w, err := accounttest.New(accounttest.Options{Kept: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	next := make(chan string)
	w.Handle("models.github.ai", http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		for {
			select {
			case line := <-next:
				_, _ = io.WriteString(to, line+"\n")
				to.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	w.Handle("api.github.com", say("from the world"))
	c := &chosen{settings: outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}}}
	transport := c.transport(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://models.github.ai/", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { next <- "first" }()
	answer, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.ProtoMajor != 2 {
		t.Errorf("speaks %s", answer.Proto)
	}
	lines := bufio.NewReader(answer.Body)
	read := func(want string) {
		t.Helper()
		if got, err := lines.ReadString('\n'); got != want+"\n" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	}
	read("first")
	c.set(outbound.Settings{Proxy: w.Proxy(), NoProxy: []string{"a.example.com"}, Certificates: []string{w.Certificates()}})
	if _, err := get(t, transport, api); err != nil {
		t.Error(err)
	}
	next <- "second"
	read("second")
	if err := transport.Close(); err != nil {
		t.Error(err)
	}
	if _, err := lines.ReadString('\n'); err == nil {
		t.Error("the stream goes on")
	}
	if _, err := get(t, transport, api); err == nil {
		t.Error("a closed transport reaches something")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	for {
		left := connectionGoroutines()
		if left == "" {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("still there:\n%s", left)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// connectionGoroutines returns the stacks of what serves connections.
func connectionGoroutines() string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	var left []string
	for _, each := range strings.Split(string(all), "\n\n") {
		if strings.Contains(each, "net/http") && !strings.Contains(each, "testing.tRunner") {
			left = append(left, each)
		}
	}
	return strings.Join(left, "\n\n")
}

// Many at once, while settings and files change.
func TestConcurrent(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "company.pem")
	text, err := os.ReadFile(w.Certificates())
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(text))
	c := &chosen{settings: outbound.Settings{Proxy: w.Proxy(), Certificates: []string{file}}}
	transport := c.transport(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				if got, err := get(t, transport, api); got != "from the world" || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	for i := range 20 {
		c.set(outbound.Settings{Proxy: w.Proxy(), NoProxy: []string{fmt.Sprintf("h%d.example.com", i)}, Certificates: []string{file, w.Certificates()}[:1+i%2]})
		transport.State()
	}
	group.Wait()
}
