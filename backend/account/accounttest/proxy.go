package accounttest

import (
	"bufio"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
)

// answerProxy is the proxy: CONNECT, and plain requests with a whole address.
func (w *World) answerProxy(to http.ResponseWriter, request *http.Request) {
	switches := w.Switches()
	if switches.Name+switches.Password != "" {
		given := []byte(request.Header.Get("Proxy-Authorization"))
		want := []byte("Basic " + base64.StdEncoding.EncodeToString([]byte(switches.Name+":"+switches.Password)))
		if subtle.ConstantTimeCompare(given, want) != 1 {
			to.Header().Set("Proxy-Authenticate", `Basic realm="world"`)
			http.Error(to, "Say who you are.", http.StatusProxyAuthRequired)
			return
		}
	}
	host := hostOf(request.Host)
	if switches.Refusing || w.handler(host) == nil {
		w.mu.Lock()
		w.refused = append(w.refused, host)
		w.mu.Unlock()
		http.Error(to, "This host is not let through.", http.StatusForbidden)
		return
	}
	if request.Method != http.MethodConnect {
		w.serve(to, request)
		return
	}
	conn, buffered, err := http.NewResponseController(to).Hijack()
	if err != nil {
		http.Error(to, "This connection cannot be taken over.", http.StatusInternalServerError)
		return
	}
	made := &tunnel{Conn: conn, read: buffered.Reader, world: w}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil || !w.enter(made) {
		_ = conn.Close()
		return
	}
	if !w.handed.hand(made) {
		_ = made.Close()
	}
}

// serve answers for the services.
func (w *World) serve(to http.ResponseWriter, request *http.Request) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return
	}
	w.running.Add(1)
	w.mu.Unlock()
	defer w.running.Done()
	host := hostOf(request.Host)
	handler := w.handler(host)
	answer := &answer{ResponseWriter: to, status: http.StatusOK}
	switch {
	case handler == nil, request.TLS != nil && !strings.EqualFold(request.TLS.ServerName, host):
		http.Error(answer, "This host is not here.", http.StatusMisdirectedRequest)
	default:
		request.Header.Del("Proxy-Authorization")
		request.Header.Del("Proxy-Connection")
		handler.ServeHTTP(answer, request)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, Request{
		Method: request.Method, Host: host, Path: request.URL.Path, Protocol: request.Proto,
		Authorization: len(request.Header.Values("Authorization")) > 0, Status: answer.status,
	})
}

func (w *World) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	switches := w.Switches()
	return w.authority.certificate(kind{host: strings.ToLower(hello.ServerName), unknown: switches.Unknown, expired: switches.Expired})
}

// answer remembers its status.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Flush is for handlers that stream.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// tunnel is a connection that the proxy has handed to the services.
type tunnel struct {
	net.Conn
	read  *bufio.Reader // which may hold what came with CONNECT
	world *World
}

func (t *tunnel) Read(to []byte) (int, error) { return t.read.Read(to) }

func (t *tunnel) Close() error {
	t.world.mu.Lock()
	delete(t.world.tunnels, t)
	t.world.mu.Unlock()
	return t.Conn.Close()
}

// enter keeps a tunnel in mind; false: the world has ended.
func (w *World) enter(t *tunnel) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.tunnels[t] = struct{}{}
	return true
}

// cut closes every tunnel.
func (w *World) cut() {
	w.mu.Lock()
	open := w.tunnels
	w.tunnels = map[*tunnel]struct{}{}
	w.mu.Unlock()
	for each := range open {
		_ = each.Conn.Close()
	}
}

// handed is a listener of connections that are there already.
type handed struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newHanded() *handed { return &handed{conns: make(chan net.Conn), done: make(chan struct{})} }

func (h *handed) hand(conn net.Conn) bool {
	select {
	case h.conns <- conn:
		return true
	case <-h.done:
		return false
	}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

func (h *handed) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// quiet is for what servers log about connections that tests break on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
