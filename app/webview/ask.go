package webview

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/keel-ide/keel/app/wire"
)

var errOutside = errors.New("outside the folders of this webview")

// maxAsked is how many questions may wait at once, of all webviews together: a
// hostile one must not fill the memory with them.
const maxAsked = 256

// question waits for the page's answer.
type question struct {
	answer chan answer // room for one
}

type answer struct {
	status int
	body   []byte
}

// ask answers a request with what the page says.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, name, scheme, authority, file string) {
	s.mu.Lock()
	if len(s.asked) >= maxAsked {
		s.mu.Unlock()
		http.Error(w, "too many at once", http.StatusServiceUnavailable)
		return
	}
	s.last++
	id := s.last
	waiting := question{answer: make(chan answer, 1)}
	s.asked[id] = waiting
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.asked, id)
	}()
	s.options.Ask(wire.WebviewRequest{
		Webview: name, ID: id, Scheme: scheme, Authority: authority, Path: file, Query: r.URL.RawQuery,
	})
	timer := time.NewTimer(s.options.Patience)
	defer timer.Stop()
	select {
	case got := <-waiting.answer:
		w.Header().Set("Content-Length", strconv.Itoa(len(got.body)))
		w.WriteHeader(got.status)
		_, _ = w.Write(got.body) // a frame that has gone needs no answer
	case <-timer.C:
		http.Error(w, "no answer", http.StatusGatewayTimeout)
	case <-r.Context().Done():
		http.Error(w, "no longer wanted", http.StatusGatewayTimeout)
	}
}

// answer takes the page's answer. One that nobody waits for is dropped.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, text string) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	got := answer{status: http.StatusNotFound}
	if err == nil && r.URL.Query().Get("found") != "" {
		got = answer{status: http.StatusOK, body: body}
	}
	s.mu.Lock()
	waiting, ok := s.asked[id]
	delete(s.asked, id)
	s.mu.Unlock()
	if ok {
		waiting.answer <- got
	}
	w.WriteHeader(http.StatusOK)
}
