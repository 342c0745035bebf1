package google_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/google"
	"github.com/keel-ide/keel/backend/account/google/googletest"
)

// world is Google on loopback, behind TLS, with a service that reaches it.
type world struct {
	*googletest.Server
	service   *google.Service
	transport *http.Transport // reaches Google's names and this machine
	mu        sync.Mutex
	before    func(*http.Request) // guarded by mu: sees what the service asks first
	client    google.Client       // guarded by mu: of the settings
}

// signer is one key for all worlds: making one takes longer than a sign-in.
var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil // then each world makes its own
	}
	return key
})

// newWorld starts one; edit changes how its service stands.
func newWorld(t *testing.T, options googletest.Options, edit ...func(*google.Options)) *world {
	t.Helper()
	options.Key = signer()
	server, err := googletest.New(options)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Server: server, client: google.Client{ID: server.ClientID(), Secret: server.ClientSecret()}}
	certificate, authorities := certify(t)
	listening := httptest.NewUnstartedServer(server.Handler())
	listening.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	listening.StartTLS()
	t.Cleanup(listening.Close)
	w.transport = &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: authorities},
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, _, _ := net.SplitHostPort(address); slices.Contains(googletest.Hosts(), host) {
				address = listening.Listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	stands := google.Options{
		HTTP: &http.Client{Transport: w},
		ClientID: func() string {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.client.ID
		},
		ClientSecret: func(context.Context) (string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.client.Secret, nil
		},
	}
	for _, change := range edit {
		change(&stands)
	}
	w.service = google.New(stands)
	return w
}

// RoundTrip is how the service reaches Google.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	before := w.before
	w.mu.Unlock()
	if before != nil {
		before(r)
	}
	return w.transport.RoundTrip(r)
}

func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func certify(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: googletest.Hosts(), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	made, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}, pool
}

// talk is a sign-in's conversation that notes everything.
type talk struct {
	mu       sync.Mutex
	progress []account.Progress // guarded by mu
	secrets  []string           // guarded by mu
	opened   chan string
	pasted   chan string
	stage    func(account.Stage) // called at each stage; nil: nothing
}

func newTalk() *talk { return &talk{opened: make(chan string, 1), pasted: make(chan string, 1)} }

func (c *talk) Show(p account.Progress) {
	c.mu.Lock()
	c.progress = append(c.progress, p)
	c.mu.Unlock()
	if c.stage != nil {
		c.stage(p.Stage)
	}
}
func (c *talk) Open(_ context.Context, address string) { c.opened <- address }
func (c *talk) Pasted() <-chan string                  { return c.pasted }
func (c *talk) Secret(value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets = append(c.secrets, value)
}

func (c *talk) stages() []account.Stage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []account.Stage
	for _, p := range c.progress {
		out = append(out, p.Stage)
	}
	return out
}

// outcome is how a sign-in ended.
type outcome struct {
	grant account.Grant
	err   error
}

// run signs in and tells the browser how it went, as Accounts does.
func (w *world) run(ctx context.Context, request account.Request, c *talk) outcome {
	grant, err := w.service.SignIn(ctx, request, c)
	if grant.Ended != nil {
		grant.Ended(err)
		grant.Ended = nil
	}
	return outcome{grant, err}
}

// begin signs in on a goroutine, and waits until the browser is to be opened.
func (w *world) begin(t *testing.T, ctx context.Context, c *talk) (address string, ends <-chan outcome) {
	t.Helper()
	done := make(chan outcome, 1)
	go func() { done <- w.run(ctx, account.Request{Kind: account.Google}, c) }()
	select {
	case address = <-c.opened:
		return address, done
	case early := <-done:
		t.Fatalf("it ended before the browser: %v", early.err)
		return "", nil
	}
}

// page is what the person's browser shows.
type page struct {
	address *url.URL // where the browser is; of this machine, it was not asked yet
	status  int
	text    string
	form    url.Values // hidden fields and empty ones
	action  *url.URL
}

// browse opens an address, and stops ahead of one of this machine.
func (w *world) browse(t *testing.T, method string, address string, form url.Values) page {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if at.Hostname() == "127.0.0.1" {
			return page{address: at}
		}
		request, err := http.NewRequestWithContext(t.Context(), method, at.String(), strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := w.transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusFound {
			return read(t, at, response.StatusCode, string(body))
		}
		method, form = http.MethodGet, nil
		if at, err = at.Parse(response.Header.Get("Location")); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, at *url.URL, status int, body string) page {
	t.Helper()
	p := page{address: at, status: status, text: body, form: url.Values{}}
	tree, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for node := range tree.Descendants() {
		attributes := map[string]string{}
		for _, attribute := range node.Attr {
			attributes[attribute.Key] = attribute.Val
		}
		switch node.Data {
		case "form":
			p.action, err = at.Parse(attributes["action"])
			if err != nil {
				t.Fatal(err)
			}
		case "input":
			p.form.Set(attributes["name"], attributes["value"])
		}
	}
	return p
}

// choose fills in Google's page and presses a button.
func (w *world) choose(t *testing.T, address string, user googletest.User, choice string) page {
	t.Helper()
	p := w.browse(t, http.MethodGet, address, nil)
	if p.action == nil {
		t.Fatalf("there is no form at %s: %d %s", p.address, p.status, p.text)
	}
	p.form.Set("email", user.Email)
	p.form.Set("password", user.Password)
	p.form.Set("choice", choice)
	return w.browse(t, http.MethodPost, p.action.String(), p.form)
}

// follow lets the browser come back to Keel, and returns the text of the page there.
func (w *world) follow(t *testing.T, back page) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back.address.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.transport.RoundTrip(request)
	if err != nil {
		return "" // the listener was closed meanwhile
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return html.UnescapeString(string(body))
}

// signIn does all of it.
func (w *world) signIn(t *testing.T) (outcome, string) {
	t.Helper()
	address, ends := w.begin(t, t.Context(), newTalk())
	said := w.follow(t, w.choose(t, address, w.Users()[0], "allow"))
	return <-ends, said
}

// granted signs in and wants it to work.
func (w *world) granted(t *testing.T) account.Grant {
	t.Helper()
	ended, _ := w.signIn(t)
	if ended.err != nil {
		t.Fatal(ended.err)
	}
	return ended.grant
}

// words wants an error for a person that says something, and holds no secret.
func (w *world) words(t *testing.T, err error, says, hints string) {
	t.Helper()
	said, ok := errors.AsType[*account.Error](err)
	if !ok {
		t.Fatalf("no error for a person: %v", err)
	}
	if !strings.Contains(said.Message, says) || !strings.Contains(said.Hint, hints) {
		t.Errorf("it says %q, and to do %q", said.Message, said.Hint)
	}
	for _, secret := range append(w.Issued(), w.ClientSecret()) {
		if strings.Contains(err.Error()+said.Hint, secret) {
			t.Errorf("the error holds a secret: %v", err)
		}
	}
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(5 * time.Millisecond)
	}
}
