package loopback

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// serve answers a request. The order matters: who does not name this machine
// learns nothing about the path, and who does not know the state nothing at all.
func (l *Listener) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case !l.named(r.Host):
		strange().write(w, http.StatusMisdirectedRequest)
	case r.URL.Path != l.options.Path:
		strange().write(w, http.StatusNotFound)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		strange().write(w, http.StatusMethodNotAllowed)
	case len(r.URL.RawQuery) > largestQuery:
		strange().write(w, http.StatusRequestURITooLong)
	default:
		l.receive(w, r)
	}
}

// named tells whether a Host header is one of this listener's own names. A name
// that somebody's name server points at 127.0.0.1 is none.
func (l *Listener) named(host string) bool {
	port := strconv.Itoa(l.port)
	for _, name := range []string{"127.0.0.1", "localhost", "::1"} {
		if strings.EqualFold(host, net.JoinHostPort(name, port)) {
			return true
		}
	}
	return false
}

func (l *Listener) receive(w http.ResponseWriter, r *http.Request) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !answers(values) || !same(values, l.options.State) {
		strange().write(w, http.StatusBadRequest)
		return
	}
	if !l.take(values) {
		late().write(w, http.StatusGone)
		return
	}
	defer close(l.shown)
	patience := time.NewTimer(hold)
	defer patience.Stop()
	select {
	case p := <-l.outcome:
		p.write(w, http.StatusOK)
	case <-l.ending:
		l.last().write(w, http.StatusOK)
	case <-patience.C:
		unknown().write(w, http.StatusOK)
	case <-r.Context().Done():
	}
}

// last is what is known at the end: the flow may have told it right before.
func (l *Listener) last() page {
	select {
	case p := <-l.outcome:
		return p
	default:
		return unknown()
	}
}

// take hands the answer over, once.
func (l *Listener) take(values url.Values) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken || l.ended != nil {
		return false
	}
	l.taken = true
	l.answer <- values
	return true
}

// answers tells whether the values can be an authorization response: a code or
// an error, and nothing twice (RFC 6749, 3.1).
func answers(values url.Values) bool {
	for _, several := range values {
		if len(several) != 1 {
			return false
		}
	}
	return (values.Get("code") != "") != (values.Get("error") != "")
}

func same(values url.Values, state string) bool {
	return subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(state)) == 1
}
