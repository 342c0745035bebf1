// Package bedrocktest is a stand-in for Amazon Bedrock on the loopback
// interface, for tests and test tools.
//
// It speaks as much of the real thing as the SDK can tell apart: the paths
// with escaped model ids, event-stream frames made by the SDK's own encoder,
// exceptions as frames and as HTTP answers, and the lists of models. Requests
// that Converse would refuse for their shape are refused. What it answers is
// scripted; a script can also break a stream at any byte, in several ways.
package bedrocktest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
)

// Server is the stand-in. Its methods may be called at any time, from any
// goroutine.
type Server struct {
	URL string // "http://127.0.0.1:PORT"

	http    *http.Server
	once    sync.Once // closes closing
	closing chan struct{}
	served  sync.WaitGroup

	mu       sync.Mutex // guards the rest
	script   []Reply
	handle   func(Request) Reply
	requests []Request
	models   []Model
	profiles []Profile
	refused  map[string]Fault // by path of a list
}

// Request is what a client sent.
type Request struct {
	Model     string          // unescaped; empty for the lists
	Operation string          // "converse-stream", "converse", "foundation-models" or "inference-profiles"
	Query     url.Values      // of the lists
	Header    http.Header     // with the Authorization that was used
	Body      json.RawMessage // empty for the lists
}

// New starts a server, which answers "Hello from the stand-in." until told
// otherwise. ctx is for the start only; the caller closes the server.
func New(ctx context.Context) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the Bedrock stand-in: %w", err)
	}
	s := &Server{
		URL:     "http://" + listener.Addr().String(),
		closing: make(chan struct{}),
		refused: make(map[string]Fault),
		handle:  func(Request) Reply { return Answer("Hello from the stand-in.") },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /model/{model}/{operation}", s.converse)
	mux.HandleFunc("GET /foundation-models", s.listModels)
	mux.HandleFunc("GET /inference-profiles", s.listProfiles)
	s.http = &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	s.served.Go(func() { _ = s.http.Serve(listener) })
	return s, nil
}

// Close ends the server and every stream that it holds open. It may be called
// again.
func (s *Server) Close() error {
	s.once.Do(func() { close(s.closing) })
	err := s.http.Close()
	s.served.Wait()
	return err
}

// ServeHTTP answers as the server does, for a server of the caller's, such as
// one with TLS: the SDK sends API keys over nothing else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.http.Handler.ServeHTTP(w, r)
}

// Environment returns the variables that lead the SDK here, each as NAME=VALUE:
// endpoints, a region, and keys. They switch off the machine's own AWS
// configuration files and its instance role.
func (s *Server) Environment() []string {
	return []string{
		"AWS_ENDPOINT_URL_BEDROCK_RUNTIME=" + s.URL,
		"AWS_ENDPOINT_URL_BEDROCK=" + s.URL,
		"AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=secret",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
}

// Script adds replies, each given once, in this order.
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

// Requests returns what has been asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) record(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
}

// reply takes the next reply of the script, or asks the handler.
func (s *Server) reply(r Request) Reply {
	s.mu.Lock()
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

func (s *Server) converse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	request := Request{Model: r.PathValue("model"), Operation: r.PathValue("operation"), Header: r.Header.Clone(), Body: body}
	s.record(request)
	if fault, ok := refusal(r, body); ok {
		fault.write(w)
		return
	}
	reply := s.reply(request)
	switch {
	case reply.Fault != nil:
		reply.Fault.write(w)
	case request.Operation == "converse":
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply.Whole)
	case request.Operation == "converse-stream":
		s.stream(w, r, reply)
	default:
		Fault{Status: http.StatusNotFound, Type: "UnknownOperationException"}.write(w)
	}
}

// refusal says what Bedrock would refuse before any model sees the request.
func refusal(r *http.Request, body []byte) (Fault, bool) {
	// An id with a colon or a slash that is not escaped signs differently.
	if model := strings.Split(r.URL.EscapedPath(), "/")[2]; strings.ContainsAny(model, ":") {
		return Fault{Status: http.StatusForbidden, Type: "InvalidSignatureException", Message: "The model id is not escaped."}, true
	}
	authorization := r.Header.Get("Authorization")
	if !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 Credential=") && !strings.HasPrefix(authorization, "Bearer ") {
		return Fault{Status: http.StatusForbidden, Type: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}, true
	}
	if reason := invalid(body); reason != "" {
		return Fault{Status: http.StatusBadRequest, Type: "ValidationException", Message: reason}, true
	}
	return Fault{}, false
}

// stream writes the scripted bytes and ends them as scripted.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, reply Reply) {
	if reply.End == EndReset {
		reset(w, reply.Stream)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	w.Header().Set("X-Amzn-RequestId", "00000000-0000-4000-8000-000000000000")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(reply.Stream)
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
func reset(w http.ResponseWriter, stream []byte) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n")
	if len(stream) > 0 {
		fmt.Fprintf(connection, "%x\r\n%s\r\n", len(stream), stream)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}
