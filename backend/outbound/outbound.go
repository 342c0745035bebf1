// Package outbound is how Keel reaches other machines: through the proxy that
// the settings or the environment name, and trusting the certificates of the
// system and those that the settings add.
//
// # Promises
//
// Settings, environment and files of certificates are looked at before each
// request, without a watcher: a change counts from the next connection on, and
// connections that nothing uses are closed with it. This machine and link-local
// addresses, where clouds keep a machine's credentials, are never reached
// through a proxy. A proxy that is set and cannot be used is an error; nothing
// goes around it. A file of certificates that cannot be read adds no trust and
// takes none: it is told once, and everything else goes on.
//
// A proxy's name and password are told to [Options].Learned before they are
// used, go to that proxy alone, and stand in no error. There is no limit on how
// long an answer may take: replies of models are streams. What [Transport.Close]
// returns from has no connection left.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Settings is what the user chose.
type Settings struct {
	Proxy        string   // its address; empty: HTTPS_PROXY and HTTP_PROXY count
	NoProxy      []string // hosts that are reached without one, in the form of NO_PROXY
	Certificates []string // absolute paths of PEM files with further authorities to trust
}

// Options configure [New]. The zero value is usable.
type Options struct {
	// Settings is looked at before each request; nil: none.
	Settings func() Settings
	// Environ is the environment that names a proxy and certificates; nil:
	// os.Environ.
	Environ func() []string
	// Learned is told a proxy's password, in each form that is sent; nil: nobody.
	Learned func(value string)
	// Problem is told, once, of a file of certificates that does not count; nil:
	// nobody. It is called in the goroutine of a request.
	Problem func(Problem)
}

func (o Options) withDefaults() Options {
	if o.Settings == nil {
		o.Settings = func() Settings { return Settings{} }
	}
	if o.Environ == nil {
		o.Environ = os.Environ
	}
	if o.Learned == nil {
		o.Learned = func(string) {}
	}
	if o.Problem == nil {
		o.Problem = func(Problem) {}
	}
	return o
}

// Times of a connection.
const (
	dialTime      = 10 * time.Second
	handshakeTime = 10 * time.Second
	idleTime      = 60 * time.Second
	idlePerHost   = 4
)

// errClosed is returned for a request after [Transport.Close].
var errClosed = errors.New("reaching other machines has ended")

// Transport reaches other machines. It is safe for concurrent use.
type Transport struct {
	options     Options
	connections connections
	local       *http.Transport // for this machine, without TLS: nothing has to be looked at

	mu      sync.Mutex
	trust   trust           // guarded by mu
	route   route           // guarded by mu
	through *http.Transport // guarded by mu; for trust and route; nil until first used
	closed  bool            // guarded by mu
}

var _ http.RoundTripper = (*Transport)(nil)

// New returns a transport. It reads no file and reaches nothing.
func New(options Options) *Transport {
	t := &Transport{options: options.withDefaults()}
	t.local = t.plain()
	return t
}

// RoundTrip sends a request. Where a proxy or trust in a certificate is the
// reason that it cannot, the error is an [*Error].
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	through, err := t.way(request)
	if err != nil {
		if request.Body != nil {
			_ = request.Body.Close() // as a RoundTripper has to
		}
		return nil, err
	}
	response, err := through.RoundTrip(request)
	return t.Explain(request, response, err)
}

// Client returns a client that goes through the transport.
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }

// way is what a request goes through.
func (t *Transport) way(request *http.Request) (*http.Transport, error) {
	if request.URL != nil && request.URL.Scheme == "http" && isLocal(request.URL.Hostname()) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.closed {
			return nil, errClosed
		}
		return t.local, nil
	}
	return t.current()
}

// current returns the connections for the settings and files as they are now.
func (t *Transport) current() (*http.Transport, error) {
	now := t.look()
	t.mu.Lock()
	found := t.learn(now)
	through, closed := t.through, t.closed
	t.mu.Unlock()
	for _, problem := range found {
		t.options.Problem(problem)
	}
	if closed {
		return nil, errClosed
	}
	return through, nil
}

// learn takes in what was seen, and returns the problems that are new. The lock
// is held.
func (t *Transport) learn(now seen) []Problem {
	fresh := t.through == nil
	var found []Problem
	if fresh || now.files != t.trust.files {
		before := t.trust.problems
		t.trust = readTrust(now)
		found = newProblems(before, t.trust.problems)
		fresh = true
	}
	if now.route != t.route.key || t.route.choose == nil {
		t.route = newRoute(now)
		for _, secret := range t.route.secrets {
			t.options.Learned(secret)
		}
		fresh = true
	}
	if !fresh || t.closed {
		return found
	}
	if t.through != nil {
		t.through.CloseIdleConnections()
	}
	through := t.plain()
	through.Proxy = t.route.proxy
	through.OnProxyConnectResponse = t.route.answered
	through.TLSClientConfig = t.trust.config()
	t.through = through
	return found
}

// plain returns connections without a proxy and with the system's trust.
func (t *Transport) plain() *http.Transport {
	dialer := &net.Dialer{Timeout: dialTime, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return t.connections.keep(dialer.DialContext(ctx, network, address))
		},
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   idlePerHost,
		IdleConnTimeout:       idleTime,
		TLSHandshakeTimeout:   handshakeTime,
		ExpectContinueTimeout: time.Second,
	}
}

// TLS returns a configuration that trusts what the transport trusts now. It is
// the caller's own.
func (t *Transport) TLS() *tls.Config {
	if _, err := t.current(); err != nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.trust.config()
}

// Configure makes a transport of a library's own use the proxy and trust what
// this one does: the proxy as it will be, the certificates as they are now (see
// [Transport.Trust]). What it returns goes through [Transport.Explain].
func (t *Transport) Configure(other *http.Transport) {
	other.Proxy = t.Proxy
	other.OnProxyConnectResponse = t.answered
	roots := t.TLS().RootCAs
	if other.TLSClientConfig == nil {
		other.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	other.TLSClientConfig.RootCAs = roots
}

// Trust is a text that changes when other certificates are trusted.
func (t *Transport) Trust() string {
	return t.look().files
}

// Close closes every connection, used or not. Requests after it are refused.
func (t *Transport) Close() error {
	t.mu.Lock()
	t.closed = true
	through := t.through
	t.mu.Unlock()
	if through != nil {
		through.CloseIdleConnections()
	}
	t.local.CloseIdleConnections()
	t.connections.close()
	return nil
}
