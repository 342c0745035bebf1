// Package loopback is the one listener that a sign-in opens: it waits on this
// machine for the browser to come back, as RFC 8252 describes it.
//
// # Promises
//
// It listens on 127.0.0.1 and, where there is one, on [::1] with the same free
// port, never on an address that another machine can reach. It takes one answer,
// on one path, with GET, under a host name of this machine, with the state that
// it was given, compared in constant time; whatever else comes is answered with a
// page and changes nothing, so that a stranger cannot end a sign-in. It ends
// after five minutes at the latest, with its context, or when it is closed, and
// leaves no socket and no goroutine then. Nothing that it is sent is logged, and
// its page runs no script.
//
// A browser on another machine cannot reach it; what such a browser shows can be
// pasted, see [Parse].
package loopback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

const (
	longest = 5 * time.Minute
	// hold is how long the browser waits to be told how it went; then it is sent back
	// to Keel without knowing.
	hold = 15 * time.Second
	// parting is how long Close waits for the browser to have its page.
	parting = time.Second

	largestHeader = 16 << 10 // bytes
	largestQuery  = 8 << 10  // bytes
	connections   = 256      // at a time and socket; browsers open some ahead, and strangers may say nothing
)

// ErrExpired is returned where nobody came in time.
var ErrExpired = errors.New("the browser did not come back in time")

// ErrClosed is returned for a listener that was closed before anybody came.
var ErrClosed = errors.New("the sign-in is no longer waited for")

// Options say what is waited for; Path and State are required.
type Options struct {
	Path  string        // begins with a slash
	State string        // what the answer has to repeat
	Limit time.Duration // zero or more than five minutes: five minutes
}

func (o Options) checked() (Options, error) {
	if !strings.HasPrefix(o.Path, "/") || o.State == "" {
		return o, fmt.Errorf("listening for the browser: the path %q or the state is missing", o.Path)
	}
	if o.Limit <= 0 || o.Limit > longest {
		o.Limit = longest
	}
	return o, nil
}

// Listener waits for one answer. It is safe for concurrent use.
type Listener struct {
	options Options
	port    int
	until   time.Time
	server  *http.Server
	work    sync.WaitGroup // the two loops of accepting, the limit, every connection
	answer  chan url.Values
	ending  chan struct{} // closed when it ends
	shown   chan struct{} // closed when the browser that was waited for has its page

	mu      sync.Mutex
	taken   bool  // guarded by mu: the answer has come
	ended   error // guarded by mu: why it ended
	outcome chan page
	told    bool // guarded by mu
}

// Listen starts to listen; what it returns has to be closed. It ends with ctx.
func Listen(ctx context.Context, options Options) (*Listener, error) {
	options, err := options.checked()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	sockets, port, err := open(ctx, config.Listen)
	if err != nil {
		return nil, err
	}
	l := &Listener{
		options: options,
		port:    port,
		until:   time.Now().Add(options.Limit),
		answer:  make(chan url.Values, 1),
		ending:  make(chan struct{}),
		shown:   make(chan struct{}),
		outcome: make(chan page, 1),
	}
	l.server = &http.Server{
		Handler:           http.HandlerFunc(l.serve),
		ReadHeaderTimeout: 3 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      hold + 5*time.Second,
		IdleTimeout:       5 * time.Second,
		MaxHeaderBytes:    largestHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // it would hold what strangers send
		ConnState:         l.count,
	}
	l.server.SetKeepAlivesEnabled(false)
	for _, socket := range sockets {
		l.work.Go(func() { _ = l.server.Serve(netutil.LimitListener(socket, connections)) })
	}
	l.work.Go(func() { l.watch(ctx) })
	return l, nil
}

// Redirect returns the address that the browser is to come back to.
func (l *Listener) Redirect() string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(l.port)) + l.options.Path
}

// Until returns when it ends by itself.
func (l *Listener) Until() time.Time { return l.until }

// Wait returns what the browser brought: a code, or an error, which is for the
// flow to judge. It also takes what a person pastes, as [Parse] does, whichever
// comes first; what is pasted and wrong ends nothing, see [Listener.Check]. It
// returns [ErrExpired] or [ErrClosed] where nobody came. From a nil channel nothing
// is pasted.
func (l *Listener) Wait(ctx context.Context, pasted <-chan string) (url.Values, error) {
	select {
	case values := <-l.answer: // wins over an end that came right after it
		return values, nil
	default:
	}
	for {
		select {
		case values := <-l.answer:
			return values, nil
		case text, ok := <-pasted:
			if !ok {
				pasted = nil
			} else if values, err := Parse(text, l.options.State); err == nil {
				return values, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.ending:
			l.mu.Lock()
			defer l.mu.Unlock()
			return nil, l.ended
		}
	}
}

// Check says why a pasted text would be passed over; nil: it would be taken.
func (l *Listener) Check(text string) error {
	_, err := Parse(text, l.options.State)
	return err
}

// Succeed tells the browser that came back that its person is signed in.
func (l *Listener) Succeed() { l.tell(signedIn()) }

// Fail tells the browser that came back what happened and what to do. Both are
// shown as they are, and hold no secret.
func (l *Listener) Fail(message, hint string) { l.tell(failed(message, hint)) }

func (l *Listener) tell(p page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.told {
		l.told = true
		l.outcome <- p
	}
}

// Close ends it, and returns when nothing of it is left.
func (l *Listener) Close() {
	l.end(ErrClosed)
	l.work.Wait()
}

// watch ends the listener when its time is over.
func (l *Listener) watch(ctx context.Context) {
	limit := time.NewTimer(time.Until(l.until))
	defer limit.Stop()
	select {
	case <-ctx.Done():
		l.end(ctx.Err())
	case <-limit.C:
		l.end(ErrExpired)
	case <-l.ending:
	}
}

func (l *Listener) end(why error) {
	l.mu.Lock()
	if l.ended != nil {
		l.mu.Unlock()
		return
	}
	l.ended = why
	taken := l.taken
	close(l.ending)
	l.mu.Unlock()
	if taken {
		patience := time.NewTimer(parting)
		defer patience.Stop()
		select {
		case <-l.shown:
		case <-patience.C:
		}
	}
	_ = l.server.Close()
}

// count knows the goroutines of the connections: the first state of one is told
// by the loop that accepts, the last one at the end of its goroutine.
func (l *Listener) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.work.Add(1)
	case http.StateClosed:
		l.work.Done()
	}
}
