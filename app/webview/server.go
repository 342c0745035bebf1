package webview

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
)

// Prefix is where everything of webviews is served.
const Prefix = "/keel/webview/"

// maxDocument is the largest document and maxAnswer the largest answer of the
// page that are taken.
const (
	maxDocument = 64 << 20
	maxAnswer   = 256 << 20
)

// Options are what a Server needs of the window.
type Options struct {
	// Open opens a file by its absolute path, links resolved; an error when it
	// lies outside the opened folder.
	Open func(ctx context.Context, path string) (io.ReadSeekCloser, error)
	// Ask sends a question to the page.
	Ask func(request wire.WebviewRequest)
	// Network tells whether extensions may use the network.
	Network func() bool
	// Refused says why there are no webviews here, best as a [wire.Error]; nil
	// where there are.
	Refused func() error
	// Patience is how long the page may take for an answer; 0: a minute.
	Patience time.Duration
}

// Server keeps the documents of webviews and serves them. Its methods may be
// called at the same time.
type Server struct {
	options Options

	mu    sync.Mutex // guards what follows
	views map[string]view
	asked map[int64]question
	last  int64
}

// view is what the page has registered for one webview.
type view struct {
	document Document
	base     string // the address that it loads from, with a slash at its end
}

// Document is one state of a webview.
type Document struct {
	Origin  string   `json:"origin"`  // of the page
	Version int64    `json:"version"` // names this state
	HTML    string   `json:"html"`
	Roots   []string `json:"roots"`   // absolute folders that it may load files from
	Scripts bool     `json:"scripts"` // it may run scripts
	Forms   bool     `json:"forms"`   // it may hold forms, which its scripts read
	Network bool     `json:"network"` // it may load from https, where extensions may at all
	Nonce   string   `json:"nonce"`   // of the page's own script in it
}

// New makes a server without documents.
func New(options Options) *Server {
	if options.Patience == 0 {
		options.Patience = time.Minute
	}
	return &Server{options: options, views: map[string]view{}, asked: map[int64]question{}}
}

// Forget drops every document: the page that knew them is gone.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.views)
}

var (
	names   = regexp.MustCompile(`^[0-9a-f-]{32,64}$`)
	origins = regexp.MustCompile(`^[a-z]+://[a-z0-9.-]+(:[0-9]+)?$`)
	nonces  = regexp.MustCompile(`^[0-9a-f-]{32,64}$`)
)

// ServeHTTP serves
//
//	PUT    /keel/webview/NAME             registers a [Document], as JSON
//	DELETE /keel/webview/NAME             drops it
//	PUT    /keel/webview/NAME/answer/ID   the page's answer to a [wire.WebviewRequest]: found=1, or there is nothing
//	GET    /keel/webview/NAME/page/V      the document, when it is the state V
//	GET    /keel/webview/NAME/at/SCHEME+AUTHORITY/PATH   what it loads
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	kind, rest, _ := strings.Cut(rest, "/")
	// A webview's own origin is opaque, which a browser writes as null.
	page := r.Header.Get("Origin") != "null"
	switch {
	case !names.MatchString(name):
		http.NotFound(w, r)
	case r.Method == http.MethodPut && kind == "" && page:
		s.put(w, r, name)
	case r.Method == http.MethodDelete && kind == "" && page:
		s.delete(name)
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodPut && kind == "answer" && page:
		s.answer(w, r, rest)
	case r.Method == http.MethodGet && kind == "page":
		s.page(w, r, name, rest)
	case r.Method == http.MethodGet && kind == "at":
		s.resource(w, r, name, rest)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) put(w http.ResponseWriter, r *http.Request, name string) {
	if err := s.options.Refused(); err != nil {
		explained, ok := errors.AsType[*wire.Error](err)
		if !ok {
			explained = &wire.Error{Code: wire.CodeNotAllowed, Message: err.Error()}
		}
		fail(w, http.StatusForbidden, explained)
		return
	}
	var document Document
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxDocument)).Decode(&document)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		fail(w, http.StatusRequestEntityTooLarge, &wire.Error{
			Code: wire.CodeTooLarge, Message: "What the extension wants to show is too large: more than 64 MiB.",
		})
		return
	}
	if err == nil && (!origins.MatchString(document.Origin) || !nonces.MatchString(document.Nonce)) {
		err = fmt.Errorf("registering a webview for %q", document.Origin)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, &wire.Error{Code: wire.CodeInvalid, Message: err.Error()})
		return
	}
	s.mu.Lock()
	s.views[name] = view{document: document, base: document.Origin + Prefix + name + "/"}
	s.mu.Unlock()
	w.WriteHeader(http.StatusOK)
}

func (s *Server) delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.views, name)
}

func (s *Server) find(name string) (view, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.views[name]
	return found, ok
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, name, version string) {
	found, ok := s.find(name)
	if !ok || version != strconv.FormatInt(found.document.Version, 10) {
		http.NotFound(w, r)
		return
	}
	network := found.document.Network && s.options.Network()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-DNS-Prefetch-Control", "off")
	header.Set("Content-Security-Policy", policy(found.document, found.base, network))
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, found.document.HTML) // a frame that has gone needs no answer
}

func fail(w http.ResponseWriter, status int, err *wire.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(err) // a page that has gone needs no answer
}
