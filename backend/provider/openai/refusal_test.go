package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
	"github.com/keel-ide/keel/backend/provider/openai"
	"github.com/keel-ide/keel/backend/provider/openai/openaitest"
)

// wellSaid checks that an error is a sentence and a way out, of a class, with
// nothing secret in it.
func wellSaid(t *testing.T, err error, class provider.Class, words string) *provider.Error {
	t.Helper()
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if e.Class != class || !strings.Contains(e.Message+" "+e.Hint, words) {
		t.Errorf("class %q, want %q: %s %s (want %q)", e.Class, class, e.Message, e.Hint, words)
	}
	for _, part := range []string{e.Message, e.Hint} {
		if part == "" || !strings.Contains(".!?", part[len(part)-1:]) {
			t.Errorf("no sentence: %q", part)
		}
	}
	if all := fmt.Sprintf("%v %s %s %+v", err, e.Message, e.Hint, e); strings.Contains(all, secret) {
		t.Errorf("the key stands in %s", all)
	}
	return e
}

func TestRefusals(t *testing.T) {
	fault := endpointtest.Fault
	tests := map[string]struct {
		reply endpointtest.Reply
		class provider.Class
		words string
	}{
		"key refused":       {openaitest.Error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: "+secret), provider.ClassAuth, "does not accept the key"},
		"key expired":       {fault(401, `{"error":{"message":"The token has expired"}}`), provider.ClassAuth, "has expired"},
		"401 as text":       {fault(401, "Unauthorized"), provider.ClassAuth, "does not accept the key"},
		"forbidden":         {fault(403, `{"error":{"message":"Country not supported `+secret+`"}}`), provider.ClassAccess, "Country not supported"},
		"no model":          {openaitest.Error(404, "invalid_request_error", "model_not_found", "The model `m` does not exist"), provider.ClassValidation, `has no model "m"`},
		"no model, 400":     {fault(400, `{"error":{"message":"m is not a valid model ID"}}`), provider.ClassValidation, `has no model "m"`},
		"no such path":      {endpointtest.Reply{Status: 404, Body: []byte("404 page not found")}, provider.ClassValidation, "ends in /v1"},
		"too slow":          {fault(408, "{}"), provider.ClassBounded, "too long"},
		"quota":             {openaitest.Error(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota"), provider.ClassQuota, "used up"},
		"paid":              {fault(402, `{"error":{"message":"Insufficient credits"}}`), provider.ClassQuota, "used up"},
		"a day's requests":  {fault(429, `{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByModelByDay."}}`), provider.ClassQuota, "used up"},
		"throttled":         {openaitest.Error(429, "requests", "rate_limit_exceeded", "Rate limit reached"), provider.ClassThrottle, "more requests"},
		"overloaded":        {fault(529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`), provider.ClassThrottle, "overloaded"},
		"unavailable":       {fault(503, ""), provider.ClassThrottle, "overloaded"},
		"loading":           {fault(503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`), provider.ClassThrottle, "still loading"},
		"server error":      {fault(500, `{"error":{"message":"boom"}}`), provider.ClassBounded, "boom"},
		"gateway":           {endpointtest.Reply{Status: 502, Body: []byte("<html><h1>Bad Gateway</h1></html>")}, provider.ClassBounded, "web page (502 Bad Gateway)"},
		"a proxy's page":    {endpointtest.Reply{Status: 403, Body: []byte("<!DOCTYPE html>" + secret)}, provider.ClassAccess, "firewall"},
		"a page, 200":       {endpointtest.Reply{Body: []byte("\n<!DOCTYPE html><html></html>")}, provider.ClassValidation, "web page instead of a reply"},
		"OpenAI's context":  {openaitest.Error(400, "invalid_request_error", "context_length_exceeded", "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens."), provider.ClassContext, "too long"},
		"llama.cpp's":       {fault(400, `{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}`), provider.ClassContext, "too long"},
		"vLLM's":            {fault(400, `{"object":"error","message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096.","type":"BadRequestError","code":400}`), provider.ClassContext, "too long"},
		"LM Studio's":       {fault(400, `{"error":"Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens."}`), provider.ClassContext, "too long"},
		"Anthropic's":       {fault(400, `[{"error":{"message":"prompt is too long: 200001 tokens > 200000 maximum"}}]`), provider.ClassContext, "too long"},
		"too large":         {fault(413, `{"error":{"code":"tokens_limit_reached","message":"Request body too large for gpt-4o model. Max size: 8000 tokens."}}`), provider.ClassContext, "too long"},
		"no tools":          {fault(400, `{"error":{"message":"library/gemma does not support tools"}}`), provider.ClassValidation, "cannot use tools"},
		"vLLM's tools":      {fault(400, `{"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"}}`), provider.ClassValidation, "--enable-auto-tool-choice"},
		"llama.cpp's tools": {fault(500, `{"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}}`), provider.ClassValidation, "--jinja"},
		"no pictures":       {fault(500, `{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"server_error"}}`), provider.ClassValidation, "takes no pictures"},
		"a list of details": {fault(422, `{"detail":[{"loc":["body","top_p"],"msg":"Input should be a valid number","type":"float_type"}]}`), provider.ClassValidation, "Input should be a valid number."},
		"an error, 200":     {endpointtest.Reply{Body: []byte(`{"error":{"message":"maximum context length is 10"}}`), Header: http.Header{"Content-Type": {"application/json"}}}, provider.ClassContext, "too long"},
		"a text, 200":       {endpointtest.Reply{Body: []byte(`{"error":"boom"}`)}, provider.ClassBounded, "boom"},
		"in mid-stream":     {openaitest.Stream(openaitest.Text("Hi"), openaitest.Event(`{"error":{"code":429,"message":"slow down `+secret+`"}}`), openaitest.Done()), provider.ClassThrottle, "more requests"},
		"overloaded, mid":   {openaitest.Stream(openaitest.Text("Hi"), openaitest.Event(`{"error":{"type":"overloaded_error","message":"Overloaded"}}`)), provider.ClassThrottle, "overloaded"},
		"as an event":       {openaitest.Stream(openaitest.Text("Hi"), []byte("event: error\ndata: {\"message\":\"boom\"}\n\n")), provider.ClassBounded, "boom"},
		"as text, event":    {openaitest.Stream(openaitest.Text("Hi"), []byte("event: error\ndata: boom\n\n")), provider.ClassBounded, "boom"},
		"as a field":        {openaitest.Stream(openaitest.Text("Hi"), []byte("error: {\"code\":500,\"message\":\"boom\"}\n\n")), provider.ClassBounded, "boom"},
		"as a line":         {openaitest.Stream(openaitest.Text("Hi"), []byte("{\"error\":\"boom\"}\n")), provider.ClassBounded, "boom"},
		"context, mid":      {openaitest.Stream(openaitest.Text("Hi"), openaitest.Event(`{"object":"error","message":"maximum context length is 10"}`)), provider.ClassContext, "too long"},
		"with a finish":     {openaitest.Stream(openaitest.Event(`{"choices":[{"delta":{"content":"Hi"},"finish_reason":"error"}],"error":{"message":"boom"}}`)), provider.ClassBounded, "boom"},
		"finish: error":     {openaitest.Stream(openaitest.Text("Hi"), openaitest.Finish("error"), openaitest.Done()), provider.ClassBounded, "failed while it answered"},
		"not JSON":          {openaitest.Stream(openaitest.Text("Hi"), []byte("data: {\"choices\":[}\n\n")), provider.ClassInterrupted, "cut"},
	}
	server := newServer(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server.Script(test.reply)
			got, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello"))
			wellSaid(t, err, test.class, test.words)
			if diff := cmp.Diff(provider.Reply{}, got); diff != "" {
				t.Errorf("handed on beside the error: %s", diff)
			}
		})
	}
}

func TestKeyMissing(t *testing.T) {
	server := newServer(t)
	p := openai.New(openai.Options{ID: "openai:x", Name: "X", Base: server.URL + "/v1"})
	_, err := ask(t.Context(), p, question("Hello"))
	wellSaid(t, err, provider.ClassAuth, "X wants a key")
}

func TestRetryAfter(t *testing.T) {
	server := newServer(t)
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "1.5": 1500 * time.Millisecond, "soon": 0} {
		reply := openaitest.Error(429, "requests", "rate_limit_exceeded", "Rate limit reached")
		reply.Header = http.Header{"Retry-After": {header}}
		server.Script(reply)
		_, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello"))
		if got := wellSaid(t, err, provider.ClassThrottle, ""); got.RetryAfter != want {
			t.Errorf("%q: %v", header, got.RetryAfter)
		}
	}
	reply := openaitest.Error(503, "", "", "")
	reply.Header = http.Header{"Retry-After": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}
	server.Script(reply)
	_, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello"))
	if got := wellSaid(t, err, provider.ClassThrottle, "").RetryAfter; got < 50*time.Minute || got > time.Hour {
		t.Errorf("a date: %v", got)
	}
}

// TestLearns checks that a refused field is left out, once and from then on.
func TestLearns(t *testing.T) {
	type sent struct {
		StreamOptions       *struct{} `json:"stream_options"`
		MaxTokens           int       `json:"max_tokens"`
		MaxCompletionTokens int       `json:"max_completion_tokens"`
		Messages            []struct {
			Reasoning string `json:"reasoning_content"`
		}
	}
	tests := map[string]struct {
		refuse func(sent) string
		asked  int
	}{
		"usage": {func(s sent) string {
			return when(s.StreamOptions != nil, `{"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}`)
		}, 3},
		"newer": {func(s sent) string {
			return when(s.MaxTokens > 0, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}`)
		}, 3},
		"no limit": {func(s sent) string {
			return when(s.MaxTokens+s.MaxCompletionTokens > 0, `{"error":"max_tokens and max_completion_tokens are not supported"}`)
		}, 4},
		"limit": {func(s sent) string {
			return when(s.MaxTokens+s.MaxCompletionTokens > 0, `{"error":"max_tokens is too large: 1000. This model supports at most 10 completion tokens"}`)
		}, 3},
		"thinking": {func(s sent) string {
			return when(s.Messages[1].Reasoning == "", `{"error":{"message":"Missing reasoning_content field in the assistant message"}}`)
		}, 3},
		"all": {func(s sent) string {
			return when(s.StreamOptions != nil, `{"error":"unknown field stream_options"}`) + when(s.StreamOptions == nil && s.MaxTokens > 0, `{"error":"unknown field max_tokens"}`)
		}, 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Handle(func(r endpointtest.Request) endpointtest.Reply {
				var s sent
				if err := json.Unmarshal(r.Body, &s); err != nil {
					t.Error(err)
				}
				if refusal := test.refuse(s); refusal != "" {
					return endpointtest.Fault(400, refusal)
				}
				return openaitest.Answer("Hi")
			})
			p := newProvider(server.URL + "/v1")
			request := question("Hello")
			request.MaxTokens = 1000
			request.Messages = append(request.Messages, provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{thought("Hm."), text("Hi")}}, question("More").Messages[0])
			for range 2 {
				if _, err := ask(t.Context(), p, request); err != nil {
					t.Fatal(err)
				}
			}
			if got := len(server.Requests()); got != test.asked {
				t.Errorf("asked %d times, want %d", got, test.asked)
			}
		})
	}
}

func when(b bool, text string) string {
	if b {
		return text
	}
	return ""
}

func TestRefusalWithoutEnd(t *testing.T) {
	server := newServer(t)
	server.Handle(func(endpointtest.Request) endpointtest.Reply {
		return endpointtest.Fault(400, `{"error":"stream_options max_tokens reasoning_content"}`)
	})
	request := question("Hello")
	request.MaxTokens = 5
	_, err := ask(t.Context(), newProvider(server.URL+"/v1"), request)
	wellSaid(t, err, provider.ClassValidation, "refused")
	if got := len(server.Requests()); got > 5 {
		t.Errorf("asked %d times", got)
	}
}

// TestRedirect checks that neither a key nor a conversation leaves the host.
func TestRedirect(t *testing.T) {
	other := newServer(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/v1/chat/completions?token=x", status))
		_, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello"))
		e := wellSaid(t, err, provider.ClassValidation, "http://localhost:")
		if strings.Contains(e.Message, "token") {
			t.Errorf("its query is shown: %s", e.Message)
		}
		server.Close()
	}
	if got := len(other.Requests()) + len(other.Lookups()); got != 0 {
		t.Errorf("%d requests went on", got)
	}
	// The same host may move a path.
	mux := http.NewServeMux()
	mux.Handle("/v1/", http.RedirectHandler("/v2/chat/completions", http.StatusPermanentRedirect))
	mux.HandleFunc("/v2/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret || r.Method != http.MethodPost {
			t.Errorf("%s with %q", r.Method, r.Header.Get("Authorization"))
		}
		_, _ = w.Write(openaitest.Answer("Hi").Body)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	if _, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello")); err != nil {
		t.Error(err)
	}
}

func TestNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tests := map[string]struct {
		base  string
		class provider.Class
		words string
	}{
		"refused":       {closed + "/v1", provider.ClassBounded, "is it running?"},
		"unknown host":  {"http://nowhere.invalid/v1", provider.ClassBounded, "nowhere.invalid"},
		"unknown maker": {tls.URL, provider.ClassValidation, "keelAgent.network.certificates"},
		"no TLS":        {strings.Replace(plain.URL, "http:", "https:", 1), provider.ClassValidation, "http:// instead of https://"},
		"no address":    {"http://[::1", provider.ClassValidation, "cannot be used"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ask(t.Context(), newProvider(test.base), question("Hello"))
			if name == "unknown host" {
				e, ok := errors.AsType[*provider.Error](err)
				if !ok || e.Class != test.class {
					t.Errorf("got %v", err)
				}
				return // a machine without a resolver says it in other words
			}
			wellSaid(t, err, test.class, test.words)
		})
	}
}

func TestCancelledBeforeItStarts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newProvider("http://127.0.0.1:1/v1").Stream(ctx, question("Hello"))
	if !errors.Is(err, context.Canceled) || provider.ClassOf(err) != "" {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
