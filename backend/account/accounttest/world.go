// Package accounttest is a small internet on this machine: a proxy that leads to
// stand-ins of services under their real names, and an authority that vouches for
// them. A program reaches it by its own settings for proxies and certificates, so
// that it needs no switch for tests.
//
// # Promises
//
// Nothing leaves this machine: hosts that no handler was given for are refused.
// The log holds no query, no header and no body, so that no secret is in it. What
// [World.Close] returns from leaves no goroutine, no listener and no file.
package accounttest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options configure [New]. The zero value is usable.
type Options struct {
	// Dir is where the file with the authority's certificate goes; empty: a folder
	// of the world's own.
	Dir string
	// Kept: services speak HTTP/2 and keep connections. Without it each request has
	// a connection of its own, so that a switch holds for the next one.
	Kept bool
}

// Switches are what is wrong with the world. The zero value is: nothing.
type Switches struct {
	// Refusing: the proxy makes no connection to any host.
	Refusing bool `json:"refusing,omitempty"`
	// Name and Password are wanted by the proxy; empty: it wants none.
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
	// Unknown: certificates are signed by an authority that is in no file.
	Unknown bool `json:"unknown,omitempty"`
	// Expired: certificates have expired an hour ago.
	Expired bool `json:"expired,omitempty"`
}

// Request is one that a service of the world got.
type Request struct {
	Method        string `json:"method"`
	Host          string `json:"host"`
	Path          string `json:"path"`          // without its query
	Authorization bool   `json:"authorization"` // there was a header of this name
	Protocol      string `json:"protocol"`      // HTTP/1.1 or HTTP/2.0
	Status        int    `json:"status"`
}

// World is a proxy and what it leads to. It is safe for concurrent use.
type World struct {
	authority *authority
	file      string // the authority's certificate
	own       string // a folder to remove; empty: none
	address   string // of the proxy
	handed    *handed
	proxy     *http.Server
	services  *http.Server
	client    *http.Client
	serving   sync.WaitGroup // the two servers
	running   sync.WaitGroup // requests

	mu       sync.Mutex
	handlers map[string]http.Handler // guarded by mu; by host
	switches Switches                // guarded by mu
	requests []Request               // guarded by mu
	refused  []string                // guarded by mu
	tunnels  map[*tunnel]struct{}    // guarded by mu
	closed   bool                    // guarded by mu
}

// New starts a world without services.
func New(o Options) (*World, error) {
	w := &World{handlers: map[string]http.Handler{}, tunnels: map[*tunnel]struct{}{}, handed: newHanded()}
	if err := w.start(o); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the world: %w", err), w.Close())
	}
	return w, nil
}

func (w *World) start(o Options) error {
	var err error
	if w.authority, err = newAuthority(time.Now()); err != nil {
		return err
	}
	dir := o.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "keel-world-"); err != nil {
			return err
		}
		w.own = dir
	}
	w.file = filepath.Join(dir, "world.pem")
	if err := os.WriteFile(w.file, w.authority.known.pem(), 0o600); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.address = "http://" + listener.Addr().String()
	w.proxy = &http.Server{Handler: http.HandlerFunc(w.answerProxy), ErrorLog: quiet()}
	w.services = &http.Server{
		Handler: http.HandlerFunc(w.serve), ErrorLog: quiet(),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: w.certificate},
	}
	if !o.Kept {
		w.services.Protocols = new(http.Protocols)
		w.services.Protocols.SetHTTP1(true)
		w.services.SetKeepAlivesEnabled(false)
		w.proxy.SetKeepAlivesEnabled(false)
	}
	w.serving.Go(func() { _ = w.proxy.Serve(listener) })
	w.serving.Go(func() { _ = w.services.ServeTLS(w.handed, "", "") })
	way, err := url.Parse(w.address)
	if err != nil {
		return err
	}
	w.client = &http.Client{Transport: &http.Transport{
		Proxy:             http.ProxyURL(way),
		TLSClientConfig:   &tls.Config{RootCAs: w.authority.known.pool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
	return nil
}

// Proxy returns the address of the proxy, such as http://127.0.0.1:40000.
func (w *World) Proxy() string { return w.address }

// Certificates returns the path of the file with the authority's certificate.
func (w *World) Certificates() string { return w.file }

// Client returns a client in the world.
func (w *World) Client() *http.Client { return w.client }

// Handle puts a service under a host, in the place of one that is there. A label
// of the host may be *, which any label matches.
func (w *World) Handle(host string, handler http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handlers[strings.ToLower(host)] = handler
}

// handler returns the service of a host; nil: there is none. One whose whole name
// was given comes first.
func (w *World) handler(host string) http.Handler {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	w.mu.Lock()
	defer w.mu.Unlock()
	if found, ok := w.handlers[host]; ok {
		return found
	}
	labels := strings.Split(host, ".")
	for pattern, found := range w.handlers {
		if matches(strings.Split(pattern, "."), labels) {
			return found
		}
	}
	return nil
}

func matches(pattern, labels []string) bool {
	if len(pattern) != len(labels) {
		return false
	}
	for i, each := range pattern {
		if each != "*" && each != labels[i] {
			return false
		}
	}
	return true
}

// Switch sets what is wrong with the world. It holds for connections that are
// made from then on.
func (w *World) Switch(to Switches) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.switches = to
}

// Switches returns what is wrong with the world.
func (w *World) Switches() Switches {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.switches
}

// Requests returns what the services were asked, the first first.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Request(nil), w.requests...)
}

// Refused returns the hosts that the proxy made no connection to, each as often
// as it was asked for.
func (w *World) Refused() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.refused...)
}

// Forget empties the log.
func (w *World) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.refused = nil, nil
}

// Close ends the world and what runs in it.
func (w *World) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	var failed error
	if w.client != nil {
		w.client.CloseIdleConnections()
	}
	_ = w.handed.Close()
	for _, server := range []*http.Server{w.proxy, w.services} {
		if server != nil {
			failed = errors.Join(failed, server.Close())
		}
	}
	w.cut()
	w.serving.Wait()
	w.running.Wait()
	if w.own != "" {
		failed = errors.Join(failed, os.RemoveAll(w.own))
	} else if w.file != "" {
		failed = errors.Join(failed, os.Remove(w.file))
	}
	return failed
}
