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
	"encoding/json"
	"errors"
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
// otherwise. The caller closes it.
func New() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
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
	s.served.Go(func() { s.http.Serve(listener) })
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
		panic(http.ErrAbortHandler) // the client is gone
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
		w.Write(reply.Whole)
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
	if err := validate(body); err != nil {
		return Fault{Status: http.StatusBadRequest, Type: "ValidationException", Message: err.Error()}, true
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
	w.Write(reply.Stream)
	// Flushed, the answer has no length, as a real stream has none.
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(http.ErrAbortHandler)
	}
	switch reply.End {
	case EndDropped:
		panic(http.ErrAbortHandler)
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
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n")
	if len(stream) > 0 {
		fmt.Fprintf(connection, "%x\r\n%s\r\n", len(stream), stream)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
}

// validate refuses what Converse refuses of a request's shape, in its words.
func validate(body []byte) error {
	var request struct {
		Messages []struct {
			Role    string
			Content []map[string]json.RawMessage
		}
		ToolConfig *struct{ Tools []json.RawMessage }
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return errors.New("Expected valid JSON. Please reformat your input and try again.")
	}
	if len(request.Messages) == 0 || request.Messages[0].Role != "user" {
		return errors.New("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
	}
	open := map[string]bool{}
	for i, message := range request.Messages {
		if i > 0 && message.Role == request.Messages[i-1].Role {
			return errors.New("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.")
		}
		calls, err := checkContent(i, message.Content, open)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return fmt.Errorf("Expected toolResult blocks at messages.%d.content for %d Ids.", i, len(open))
		}
		open = calls
		if len(calls) > 0 && request.ToolConfig == nil {
			return errors.New("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
		}
	}
	return nil
}

// checkContent takes the answered calls out of open and returns the new ones.
func checkContent(i int, content []map[string]json.RawMessage, open map[string]bool) (map[string]bool, error) {
	if len(content) == 0 {
		return nil, fmt.Errorf("The content field in the Message object at messages.%d is empty. Add a ContentBlock object to the content field and try again.", i)
	}
	calls := map[string]bool{}
	for j, block := range content {
		var text string
		if raw, ok := block["text"]; ok && (json.Unmarshal(raw, &text) != nil || strings.TrimSpace(text) == "") {
			return nil, fmt.Errorf("The text field in the ContentBlock object at messages.%d.content.%d is blank. Add text to the text field, and try again.", i, j)
		}
		var tool struct{ ToolUseID string }
		if raw, ok := block["toolUse"]; ok && json.Unmarshal(raw, &tool) == nil {
			calls[tool.ToolUseID] = true
		}
		if raw, ok := block["toolResult"]; ok && json.Unmarshal(raw, &tool) == nil {
			if !open[tool.ToolUseID] {
				return nil, fmt.Errorf("The number of toolResult blocks at messages.%d.content exceeds the number of toolUse blocks of previous turn.", i)
			}
			delete(open, tool.ToolUseID)
		}
	}
	return calls, nil
}
