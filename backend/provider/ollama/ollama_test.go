package ollama_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
	"github.com/keel-ide/keel/backend/provider/ollama"
	"github.com/keel-ide/keel/backend/provider/ollama/ollamatest"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

const show = `{"capabilities":["completion","tools","vision","thinking"],"model_info":{"general.architecture":"qwen3","qwen3.context_length":262144}}`

func newServer(t *testing.T) *endpointtest.Server {
	t.Helper()
	server, err := ollamatest.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func question(text string) provider.Request {
	return provider.Request{Model: "m", Messages: []provider.Message{{
		Role: provider.RoleUser, Blocks: []provider.Block{{Kind: provider.BlockText, Text: text}},
	}}}
}

func ask(ctx context.Context, p provider.Provider, request provider.Request) (provider.Reply, error) {
	stream, err := p.Stream(ctx, request)
	if err != nil {
		return provider.Reply{}, err
	}
	reply, err := provider.Assemble(stream, nil)
	return reply, errors.Join(err, stream.Close())
}

func text(s string) provider.Block { return provider.Block{Kind: provider.BlockText, Text: s} }

func thought(s string) provider.Block {
	return provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: s}}
}

func call(id, name, arguments string) provider.Block {
	return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(arguments)}}
}

func reply(reason provider.StopReason, usage provider.Usage, blocks ...provider.Block) provider.Reply {
	return provider.Reply{Message: provider.Message{Role: provider.RoleAssistant, Blocks: blocks}, StopReason: reason, Usage: usage}
}

// everything is a reply with every kind of block.
func everything() [][]byte {
	return [][]byte{
		ollamatest.Thinking("Let me "), ollamatest.Thinking("think."),
		ollamatest.Text("Grüß "), ollamatest.Text("dich 🙂"),
		ollamatest.Call("write_file", map[string]any{"path": "a.go"}), ollamatest.Call("list_dir", map[string]any{}),
		ollamatest.Done("stop", 11, 22),
	}
}

func everythingReply() provider.Reply {
	return reply(provider.StopToolUse, provider.Usage{InputTokens: 11, OutputTokens: 22},
		thought("Let me think."), text("Grüß dich 🙂"), call("call_1_0", "write_file", `{"path":"a.go"}`), call("call_1_1", "list_dir", `{}`))
}

func TestStream(t *testing.T) {
	tests := map[string]struct {
		stream []byte
		want   provider.Reply
	}{
		"every kind of block": {ollamatest.Join(everything()...), everythingReply()},
		"an older version":    {[]byte(`{"message":{"role":"assistant","content":"Hi"},"done":false}` + "\n" + `{"done":true}`), reply(provider.StopEndTurn, provider.Usage{}, text("Hi"))},
		"length":              {ollamatest.Join(ollamatest.Text("Hi"), ollamatest.Done("length", 1, 2)), reply(provider.StopMaxTokens, provider.Usage{InputTokens: 1, OutputTokens: 2}, text("Hi"))},
		"another reason":      {ollamatest.Join(ollamatest.Text("Hi"), ollamatest.Done("unload", 0, 0)), reply("unload", provider.Usage{}, text("Hi"))},
		"ids, one twice":      {[]byte(`{"message":{"tool_calls":[{"id":"x","function":{"index":0,"name":"f","arguments":"{\"a\":1}"}},{"id":"x","function":{"name":"g","arguments":null}}]},"done":true}`), reply(provider.StopToolUse, provider.Usage{}, call("x", "f", `{"a":1}`), call("call_1_1", "g", `{}`))},
		"all in one piece":    {[]byte(`{"message":{"content":"Hi","thinking":"Hm."},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}`), reply(provider.StopEndTurn, provider.Usage{InputTokens: 1, OutputTokens: 2}, thought("Hm."), text("Hi"))},
	}
	server := newServer(t)
	p := ollama.New(ollama.Options{Host: server.URL})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server.Script(endpointtest.Reply{Body: test.stream})
			got, err := ask(t.Context(), p, question("Hello"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestStreamCut breaks a reply after every byte: it is whole once the piece that
// says done is.
func TestStreamCut(t *testing.T) {
	recording := ollamatest.Join(everything()...)
	whole := len(recording) - 1 // without its newline
	server := newServer(t)
	server.Handle(func(r endpointtest.Request) endpointtest.Reply {
		var body struct{ Messages []struct{ Content string } }
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Error(err)
		}
		at, end, _ := strings.Cut(body.Messages[0].Content, " ")
		n, _ := strconv.Atoi(at)
		e, _ := strconv.Atoi(end)
		return endpointtest.Reply{Body: recording[:n], End: endpointtest.End(e)}
	})
	p := ollama.New(ollama.Options{Host: server.URL})
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for at := worker; at <= len(recording); at += 4 {
				for _, end := range []endpointtest.End{endpointtest.EndClean, endpointtest.EndDropped} {
					got, err := ask(t.Context(), p, question(strconv.Itoa(at)+" "+strconv.Itoa(int(end))))
					if at >= whole {
						if diff := cmp.Diff(everythingReply(), got); diff != "" || err != nil {
							t.Errorf("whole at %d, end %d: %v %s", at, end, err, diff)
						}
					} else if err := providertest.CheckCut(got, err); err != nil {
						t.Errorf("cut at %d of %d, end %d: %v", at, len(recording), end, err)
					}
				}
			}
		})
	}
	group.Wait()
}

func TestRefusals(t *testing.T) {
	nested := `{"error":{"code":400,"message":"request (8889 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error"}}`
	tests := map[string]struct {
		reply endpointtest.Reply
		class provider.Class
		words string
	}{
		"no model":        {ollamatest.Error(404, `model "m" not found, try pulling it first`), provider.ClassValidation, `has no model "m"`},
		"no tools":        {ollamatest.Error(400, `library/m:latest does not support tools`), provider.ClassValidation, "cannot use tools"},
		"context":         {ollamatest.Error(400, nested), provider.ClassContext, "too long"},
		"context, other":  {ollamatest.Error(400, "the prompt is longer than the context length currently available to the model"), provider.ClassContext, "too long"},
		"memory":          {ollamatest.Error(500, "model requires more system memory (10 GiB) than is available (4 GiB)"), provider.ClassValidation, "not enough memory"},
		"busy":            {ollamatest.Error(503, "server busy, please try again.  maximum pending requests exceeded"), provider.ClassThrottle, "overloaded"},
		"throttled":       {endpointtest.Reply{Status: 429, Header: http.Header{"Retry-After": {"3"}}}, provider.ClassThrottle, "more requests"},
		"runner":          {ollamatest.Error(500, "llama runner process has terminated"), provider.ClassBounded, "llama runner process"},
		"in mid-stream":   {ollamatest.Stream(ollamatest.Text("Hi"), ollamatest.Call("f", nil), []byte(`{"error":"an error was encountered while running the model"}`)), provider.ClassBounded, "an error was encountered"},
		"a page":          {endpointtest.Reply{Body: []byte("<html>")}, provider.ClassValidation, "web page"},
		"a cut mid-reply": {endpointtest.Reply{Body: ollamatest.Text("Hi"), End: endpointtest.EndDropped}, provider.ClassInterrupted, "cut"},
	}
	server := newServer(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server.Script(test.reply)
			got, err := ask(t.Context(), ollama.New(ollama.Options{Host: server.URL}), question("Hello"))
			e, ok := errors.AsType[*provider.Error](err)
			if !ok || e.Class != test.class || !strings.Contains(e.Message, test.words) || !strings.HasSuffix(e.Hint, ".") {
				t.Errorf("got %+v, %v", e, err)
			}
			if got.StopReason != "" {
				t.Errorf("handed on %+v", got)
			}
		})
	}
}

func TestStreamStalls(t *testing.T) {
	server := newServer(t)
	server.Script(endpointtest.Reply{Body: ollamatest.Text("Hi"), End: endpointtest.EndStall})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := ollama.New(ollama.Options{Host: server.URL}).Stream(ctx, question("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := provider.Assemble(stream, func(provider.Event) { cancel() }); !errors.Is(err, context.Canceled) || provider.ClassOf(err) != "" {
		t.Errorf("got %v", err)
	}
}

// TestRequest checks the whole of what is sent, the context above all.
func TestRequest(t *testing.T) {
	server := newServer(t)
	server.Answer("/api/show", show)
	request := provider.Request{
		Model: "m", System: "Be brief.", MaxTokens: 100,
		Messages: []provider.Message{
			{Role: provider.RoleUser, Blocks: []provider.Block{text("Look:"), {Kind: provider.BlockImage, Image: &provider.Image{MediaType: "image/png", Data: []byte{1, 2, 3}}}}},
			{Role: provider.RoleAssistant, Blocks: []provider.Block{thought("Hm."), text("Reading."), call("a", "read_file", `{"path": "x"}`), call("b", "list_dir", ``)}},
			{Role: provider.RoleUser, Blocks: []provider.Block{
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "a", Content: "no such file", IsError: true}},
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "b"}},
				text("And?"),
			}},
		},
		Tools: []provider.ToolSpec{{Name: "read_file", Description: "Reads.", Schema: json.RawMessage(`{"type":"object","properties":{}}`)}},
	}
	if _, err := ask(t.Context(), ollama.New(ollama.Options{Host: server.URL}), request); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(server.Requests()[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{
		"model": "m", "stream": true, "think": true, "truncate": false, "shift": false,
		"options": {"num_ctx": 32768, "num_predict": 100},
		"messages": [
			{"role": "system", "content": "Be brief."},
			{"role": "user", "content": "Look:", "images": ["AQID"]},
			{"role": "assistant", "content": "Reading.", "thinking": "Hm.", "tool_calls": [
				{"id": "a", "function": {"name": "read_file", "arguments": {"path": "x"}}},
				{"id": "b", "function": {"name": "list_dir", "arguments": {}}}]},
			{"role": "tool", "tool_name": "read_file", "tool_call_id": "a", "content": "Error: no such file"},
			{"role": "tool", "tool_name": "list_dir", "tool_call_id": "b", "content": "(empty)"},
			{"role": "user", "content": "And?"}
		],
		"tools": [{"type": "function", "function": {"name": "read_file", "description": "Reads.", "parameters": {"type": "object", "properties": {}}}}]
	}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestContext(t *testing.T) {
	small := `{"capabilities":["completion"],"model_info":{"general.architecture":"gemma","gemma.context_length":8192}}`
	for name, test := range map[string]struct {
		show    string
		setting int
		want    int
	}{
		"as much as the model has":  {small, 0, 8192},
		"as much as is usual":       {show, 0, 32768},
		"as much as was set":        {show, 100_000, 100_000},
		"less than the model has":   {small, 4096, 4096},
		"of an unknown one, usual":  {`{}`, 0, 32768},
		"of an unknown one, as set": {``, 4096, 4096},
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Answer("/api/show", test.show)
			p := ollama.New(ollama.Options{Host: server.URL, Context: func() int { return test.setting }})
			if _, err := ask(t.Context(), p, question("Hello")); err != nil {
				t.Fatal(err)
			}
			var sent struct {
				Options struct {
					Context int `json:"num_ctx"`
				}
				Think     *bool
				KeepAlive any `json:"keep_alive"`
			}
			if err := json.Unmarshal(server.Requests()[0].Body, &sent); err != nil {
				t.Fatal(err)
			}
			if sent.Options.Context != test.want || sent.KeepAlive != nil || (sent.Think != nil) != (test.show == show) {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

func TestRefusesToThink(t *testing.T) {
	server := newServer(t)
	server.Answer("/api/show", show)
	server.Script(ollamatest.Error(400, `"m" does not support thinking`))
	p := ollama.New(ollama.Options{Host: server.URL})
	for range 2 {
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(server.Requests()); got != 3 {
		t.Errorf("asked %d times", got)
	}
}

func TestModels(t *testing.T) {
	server := newServer(t)
	p := ollama.New(ollama.Options{Host: server.URL})
	if info := p.Info(t.Context()); info.Ready || !strings.Contains(info.Hint, "Start Ollama") {
		t.Errorf("another program: %+v", info)
	}
	server.Answer("/api/tags", `{"models":[]}`)
	p.Recheck()
	if info := p.Info(t.Context()); info.Ready || !strings.Contains(info.Hint, "ollama pull") {
		t.Errorf("no models: %+v", info)
	}
	server.Answer("/api/tags", `{"models":[{"name":"qwen3:latest","digest":"d1"},{"model":"llava:7b","digest":"d2"}]}`)
	server.Answer("/api/show", show)
	p.Recheck()
	if info := p.Info(t.Context()); !info.Ready || !info.Local || info.Hint != "" || info.NeedsKey {
		t.Errorf("%+v", info)
	}
	got, err := p.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []provider.Model{
		{ID: "qwen3:latest", Name: "qwen3", ContextTokens: 32768, Images: true},
		{ID: "llava:7b", Name: "llava:7b", ContextTokens: 32768, Images: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := len(server.Lookups())
	if _, err := p.Models(t.Context()); err != nil || len(server.Lookups()) != asked+1 {
		t.Errorf("%v; asked %d times more, want the list only", err, len(server.Lookups())-asked)
	}
}

func TestModelsByAbility(t *testing.T) {
	server := newServer(t)
	server.Answer("/api/tags", `{"models":[{"name":"old"}]}`)
	for show, want := range map[string][]provider.Model{
		`{"capabilities":["embedding"]}`:  nil,
		`{"capabilities":["completion"]}`: {{ID: "old", Name: "old", ContextTokens: 32768, NoImages: true, NoTools: true}},
		`{"details":{"family":"llama"}}`:  {{ID: "old", Name: "old", ContextTokens: 32768}},
		`{"capabilities":["completion","tools"],"model_info":{"general.architecture":"x","x.context_length":2048}}`: {{ID: "old", Name: "old", ContextTokens: 2048, NoImages: true}},
	} {
		server.Answer("/api/show", show)
		got, err := ollama.New(ollama.Options{Host: server.URL}).Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", show, diff)
		}
	}
}

func TestNotRunning(t *testing.T) {
	server := newServer(t)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	p := ollama.New(ollama.Options{Host: server.URL})
	if info := p.Info(t.Context()); info.Ready || !strings.Contains(info.Hint, "Start Ollama") {
		t.Errorf("%+v", info)
	}
	_, err := ask(t.Context(), p, question("Hello"))
	if e, ok := errors.AsType[*provider.Error](err); !ok || !strings.Contains(e.Message, "Ollama is not running at http://127.0.0.1:") {
		t.Errorf("got %v", err)
	}
}
