// Package endpointtest is a scripted HTTP server on the loopback interface, on
// which the stand-ins for model services are built, for tests and test tools.
//
// Conversations are answered as scripted, and a script can break an answer at
// any byte, in several ways. Everything else is answered with what was set for
// its path, and with 404 where nothing was.
package endpointtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
)

// End is how an answer ends.
type End int

const (
	EndClean   End = iota // the HTTP answer is complete, whatever is in it
	EndDropped            // the connection closes in mid-answer
	EndReset              // the connection is reset (TCP RST); bytes on their way may be lost
	EndStall              // nothing more comes until the client gives up
)

// Reply is an answer. Status 0 is 200.
type Reply struct {
	Status int
	Header http.Header // beside the content type, which it may replace
	Body   []byte
	End    End
}

// Request is what a client sent.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Protocol is what one kind of service adds.
type Protocol struct {
	Chat        string // path of conversations
	ContentType string // of their answers
	// Refuse says what is wrong with a request, as the service would answer it;
	// nil for nothing.
	Refuse func(Request) *Reply
}

// Server is the stand-in. Its methods may be called at any time, from any
// goroutine.
type Server struct {
	URL string // "http://127.0.0.1:PORT"

	protocol Protocol
	http     *http.Server
	once     sync.Once // closes closing
	closing  chan struct{}
	served   sync.WaitGroup

	mu       sync.Mutex // guards the rest
	script   []Reply
	handle   func(Request) Reply
	requests []Request
	answers  map[string]Reply // by path
	lookups  []Request
}

// New starts a server. ctx is for the start only; the caller closes the server.
func New(ctx context.Context, protocol Protocol, handle func(Request) Reply) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the stand-in: %w", err)
	}
	s := &Server{
		URL:      "http://" + listener.Addr().String(),
		protocol: protocol,
		closing:  make(chan struct{}),
		handle:   handle,
		answers:  make(map[string]Reply),
	}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ErrorLog: log.New(io.Discard, "", 0)}
	s.served.Go(func() { _ = s.http.Serve(listener) })
	return s, nil
}

// Close ends the server and every answer that it holds open. It may be called
// again.
func (s *Server) Close() error {
	s.once.Do(func() { close(s.closing) })
	err := s.http.Close()
	s.served.Wait()
	return err
}

// ServeHTTP answers as the server does, for a server of the caller's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r) }

// Script adds replies to conversations, each given once, in this order.
func (s *Server) Script(replies ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, replies...)
}

// Handle sets what answers once the script is used up. It is called on the
// request's goroutine.
func (s *Server) Handle(handle func(Request) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = handle
}

// Answer sets what another path answers, as JSON.
func (s *Server) Answer(path, body string) {
	s.AnswerWith(path, Reply{Body: []byte(body)})
}

// AnswerWith sets what another path answers.
func (s *Server) AnswerWith(path string, reply Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = reply
}

// Requests returns the conversations that have been asked for so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Lookups returns what else has been asked for so far.
func (s *Server) Lookups() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.lookups...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	request := Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	if request.Path != s.protocol.Chat {
		s.write(w, r, s.answer(request), "application/json")
		return
	}
	reply := s.reply(request)
	if s.protocol.Refuse != nil {
		if refused := s.protocol.Refuse(request); refused != nil {
			reply = *refused
		}
	}
	kind := s.protocol.ContentType
	if reply.Status != 0 && reply.Status != http.StatusOK {
		kind = "application/json"
	}
	s.write(w, r, reply, kind)
}

func (s *Server) answer(r Request) Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookups = append(s.lookups, r)
	if reply, ok := s.answers[r.Path]; ok {
		return reply
	}
	return Reply{Status: http.StatusNotFound, Body: []byte("404 page not found"), Header: http.Header{"Content-Type": {"text/plain"}}}
}

// reply takes the next reply of the script, or asks the handler.
func (s *Server) reply(r Request) Reply {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	if len(s.script) > 0 {
		defer s.mu.Unlock()
		next := s.script[0]
		s.script = s.script[1:]
		return next
	}
	handle := s.handle
	s.mu.Unlock()
	return handle(r)
}

// write sends an answer and ends it as scripted.
func (s *Server) write(w http.ResponseWriter, r *http.Request, reply Reply, contentType string) {
	if reply.End == EndReset {
		reset(w, reply.Body, contentType)
		return
	}
	w.Header().Set("Content-Type", contentType)
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	if reply.Status != 0 {
		w.WriteHeader(reply.Status)
	}
	_, _ = w.Write(reply.Body)
	// Flushed, the answer has no length, as a real stream has none.
	if err := http.NewResponseController(w).Flush(); err != nil {
		return // the client is gone
	}
	switch reply.End {
	case EndDropped:
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			connection.Close()
		}
	case EndStall:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
	}
}

// reset writes the answer by hand and breaks the connection.
func reset(w http.ResponseWriter, body []byte, contentType string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", contentType)
	if len(body) > 0 {
		fmt.Fprintf(connection, "%x\r\n%s\r\n", len(body), body)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// JSON is value as JSON, for scripts whose values always have one.
func JSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return []byte("null")
	}
	return text
}

// Fault returns an error with a status and a JSON body.
func Fault(status int, body string) Reply { return Reply{Status: status, Body: []byte(body)} }
