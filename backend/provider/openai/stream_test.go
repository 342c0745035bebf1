package openai_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
	"github.com/keel-ide/keel/backend/provider/openai"
	"github.com/keel-ide/keel/backend/provider/openai/openaitest"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

const secret = "sk-very-secret-0123456789"

func newServer(t *testing.T) *endpointtest.Server {
	t.Helper()
	server, err := openaitest.New(t.Context(), secret)
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

func newProvider(base string) *openai.Provider {
	return openai.New(openai.Options{
		ID: "openai:work", Name: "Work", Base: base, Setting: "keelAgent.openai.endpoints", Grace: 50 * time.Millisecond,
		Key: func(context.Context) (string, error) { return secret, nil },
	})
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

func reply(reason provider.StopReason, blocks ...provider.Block) provider.Reply {
	return provider.Reply{Message: provider.Message{Role: provider.RoleAssistant, Blocks: blocks}, StopReason: reason}
}

func used(r provider.Reply, input, output, cached int64) provider.Reply {
	r.Usage = provider.Usage{InputTokens: input, OutputTokens: output, CacheReadTokens: cached}
	return r
}

// everything is a reply with every kind of block, as OpenAI streams it.
func everything() [][]byte {
	return [][]byte{
		openaitest.Chunk(map[string]any{"role": "assistant", "content": ""}, ""),
		openaitest.Reasoning("Let me "),
		openaitest.Reasoning("think."),
		openaitest.Text("Grüß "),
		openaitest.Text("dich 🙂"),
		openaitest.CallStart(0, "call_a", "write_file"),
		openaitest.CallPiece(0, `{"path":"a.go","n":90071992`),
		openaitest.CallPiece(0, `54740993}`),
		openaitest.CallStart(1, "call_b", "list_dir"),
		openaitest.CallPiece(1, `{}`),
		openaitest.Finish("tool_calls"),
		openaitest.Usage(100, 22, 33),
		openaitest.Done(),
	}
}

func everythingReply() provider.Reply {
	return used(reply(provider.StopToolUse,
		thought("Let me think."), text("Grüß dich 🙂"),
		call("call_a", "write_file", `{"path":"a.go","n":9007199254740993}`), call("call_b", "list_dir", `{}`),
	), 67, 22, 33)
}

// tool is a piece with tool calls as they are written in JSON.
func tool(calls string) []byte {
	return openaitest.Event(`{"choices":[{"index":0,"delta":{"tool_calls":[` + calls + `]}}]}`)
}

func raw(lines ...string) []byte { return []byte(strings.Join(lines, "")) }

func TestStream(t *testing.T) {
	const hi = `{"choices":[{"delta":{"content":"Hi"}}]}`
	const stop = `{"choices":[{"delta":{},"finish_reason":"stop"}]}`
	finish, done := openaitest.Finish, openaitest.Done()
	two := reply(provider.StopToolUse, call("call_1_0", "a", `{"x":1}`), call("call_1_1", "b", `{}`))
	tests := map[string]struct {
		stream []byte
		want   provider.Reply
	}{
		"every kind of block":       {openaitest.Join(everything()...), everythingReply()},
		"no space after data":       {raw("data:", hi, "\n\ndata:", stop, "\n\ndata:[DONE]\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"CRLF":                      {raw("data: ", hi, "\r\n\r\ndata: ", stop, "\r\n\r\ndata: [DONE]\r\n\r\n"), reply(provider.StopEndTurn, text("Hi"))},
		"no blank lines":            {raw("data: ", hi, "\ndata: ", stop, "\ndata: [DONE]\n"), reply(provider.StopEndTurn, text("Hi"))},
		"a byte order mark":         {raw("\ufeff\n\ndata: ", hi, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"comments and signs":        {raw(": OPENROUTER PROCESSING\n\nevent: ping\nid: 3\nretry: 10\ndata:\n\ndata: ping\n\ndata: ", hi, "\n\n:\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"an event on several lines": {raw("data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"no [DONE]":                 {openaitest.Join(openaitest.Text("Hi"), finish("stop")), reply(provider.StopEndTurn, text("Hi"))},
		"no [DONE], no last newline": {
			raw("data: ", hi, "\n\ndata: ", stop), reply(provider.StopEndTurn, text("Hi")),
		},
		"only [DONE]":               {openaitest.Join(openaitest.Text("Hi"), done), reply(provider.StopEndTurn, text("Hi"))},
		"what comes after [DONE]":   {openaitest.Join(openaitest.Text("Hi"), finish("stop"), done, raw("rubbish\n"), openaitest.Text("no")), reply(provider.StopEndTurn, text("Hi"))},
		"finish with the text":      {openaitest.Join(openaitest.Chunk(map[string]any{"content": "Hi"}, "stop"), done), reply(provider.StopEndTurn, text("Hi"))},
		"finish twice":              {openaitest.Join(openaitest.Text("Hi"), finish("stop"), finish("stop"), done), reply(provider.StopEndTurn, text("Hi"))},
		"usage in every piece":      {raw(`data: {"choices":[{"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`, "\n\n", `data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3.0,"completion_tokens":"2","prompt_cache_hit_tokens":1}}`, "\n\n"), used(reply(provider.StopEndTurn, text("Hi")), 2, 2, 1)},
		"usage of odd types":        {raw("data: ", hi, "\n\n", `data: {"choices":null,"usage":{"prompt_tokens":null,"completion_tokens":[],"prompt_tokens_details":null}}`, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"fields of other types":     {raw(`data: {"id":7,"created":"x","choices":[{"index":"0","delta":{"role":1,"content":"Hi","refusal":[]}}]}`, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"content in parts":          {raw(`data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"Hi"}]}}]}`, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, thought("Hm."), text("Hi"))},
		"reasoning":                 {raw(`data: {"choices":[{"delta":{"content":null,"reasoning":"Hm."}}]}`, "\n\ndata: ", hi, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, thought("Hm."), text("Hi"))},
		"reasoning under two names": {raw(`data: {"choices":[{"delta":{"reasoning_content":"Hm.","reasoning":"Hm."}}]}`, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, thought("Hm."))},
		"a refusal":                 {openaitest.Join(openaitest.Chunk(map[string]any{"refusal": "No."}, "stop"), done), reply(provider.StopEndTurn, text("No."))},
		"another choice":            {raw("data: ", hi, "\n\n", `data: {"choices":[{"index":1,"delta":{"content":"no"}}]}`, "\n\ndata: ", stop, "\n\n"), reply(provider.StopEndTurn, text("Hi"))},
		"length":                    {openaitest.Join(openaitest.Text("Hi"), finish("length"), done), reply(provider.StopMaxTokens, text("Hi"))},
		"content filter":            {openaitest.Join(openaitest.Text("Hi"), finish("content_filter"), done), reply(provider.StopContentFiltered, text("Hi"))},
		"a reason nobody knows":     {openaitest.Join(openaitest.Text("Hi"), finish("tired"), done), reply("tired", text("Hi"))},
		"length inside a call":      {openaitest.Join(openaitest.CallStart(0, "a", "f"), openaitest.CallPiece(0, `{"x":`), finish("length"), done), reply(provider.StopMaxTokens)},
		"calls, none given":         {openaitest.Join(openaitest.Text("Hi"), finish("tool_calls"), done), reply(provider.StopMalformedTool, text("Hi"))},
		"stop with calls":           {openaitest.Join(openaitest.CallStart(0, "a", "f"), openaitest.CallPiece(0, `{}`), finish("stop"), done), reply(provider.StopToolUse, call("a", "f", `{}`))},
		"cut arguments":             {openaitest.Join(openaitest.CallStart(0, "a", "f"), openaitest.CallPiece(0, `{"x":`), finish("tool_calls"), done), reply(provider.StopMalformedTool)},
		"no arguments":              {openaitest.Join(openaitest.CallStart(0, "a", "f"), finish("tool_calls"), done), reply(provider.StopToolUse, call("a", "f", `{}`))},
		"null arguments":            {openaitest.Join(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":null}}`), finish("tool_calls")), reply(provider.StopToolUse, call("a", "f", `{}`))},
		"arguments as an object":    {openaitest.Join(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}`), finish("tool_calls")), reply(provider.StopToolUse, call("a", "f", `{"x":1}`))},
		"the whole call at once":    {openaitest.Join(openaitest.Chunk(map[string]any{"tool_calls": []any{map[string]any{"id": "a", "function": map[string]any{"name": "f", "arguments": `{"x":1}`}}}}, "tool_calls"), done), reply(provider.StopToolUse, call("a", "f", `{"x":1}`))},
		"no ids":                    {openaitest.Join(tool(`{"index":0,"function":{"name":"a","arguments":"{\"x\":1}"}}`), tool(`{"index":1,"function":{"name":"b","arguments":"{}"}}`), finish("tool_calls")), two},
		"empty ids, no index":       {openaitest.Join(tool(`{"id":"","function":{"name":"a","arguments":"{\"x\":"}}`), tool(`{"function":{"arguments":"1}"}}`), tool(`{"id":"","function":{"name":"b","arguments":"{}"}}`), finish("tool_calls")), two},
		"null ids, one index":       {openaitest.Join(tool(`{"index":0,"id":null,"function":{"name":"a","arguments":"{\"x\":1}"}}`), tool(`{"index":0,"id":null,"function":{"name":"b","arguments":"{}"}}`), finish("tool_calls")), two},
		"one index, other ids":      {openaitest.Join(tool(`{"index":0,"id":"p","function":{"name":"a","arguments":"{\"x\":1}"}},{"index":0,"id":"q","function":{"name":"b","arguments":"{}"}}`), finish("tool_calls")), reply(provider.StopToolUse, call("p", "a", `{"x":1}`), call("q", "b", `{}`))},
		"one id for two calls":      {openaitest.Join(openaitest.CallStart(0, "a", "f"), openaitest.CallStart(1, "a", "g"), finish("tool_calls")), reply(provider.StopToolUse, call("a", "f", `{}`), call("call_1_1", "g", `{}`))},
		"no index, by ids":          {openaitest.Join(tool(`{"id":"p","function":{"name":"a","arguments":"{"}}`), tool(`{"id":"q","function":{"name":"b","arguments":"{"}}`), tool(`{"id":"p","function":{"arguments":"\"x\":1}"}}`), tool(`{"id":"q","function":{"arguments":"}"}}`), finish("tool_calls")), reply(provider.StopToolUse, call("p", "a", `{"x":1}`), call("q", "b", `{}`))},
		"name and id in each":       {openaitest.Join(tool(`{"index":0,"id":"p","function":{"name":"a","arguments":"{\"x\":"}}`), tool(`{"index":0,"id":"p","function":{"name":"a","arguments":"1}"}}`), finish("tool_calls")), reply(provider.StopToolUse, call("p", "a", `{"x":1}`))},
		"a new id in each":          {openaitest.Join(tool(`{"index":0,"id":"p","function":{"name":"a","arguments":"{\"x\":"}}`), tool(`{"index":0,"id":"q","function":{"name":null,"arguments":"1}"}}`), finish("tool_calls")), reply(provider.StopToolUse, call("p", "a", `{"x":1}`))},
		"arguments before name":     {openaitest.Join(tool(`{"index":0,"id":"p","function":{"arguments":"{\"x\":"}}`), tool(`{"index":0,"function":{"name":"a","arguments":"1}"}}`), finish("tool_calls")), reply(provider.StopToolUse, call("p", "a", `{"x":1}`))},
		"a call without a name":     {openaitest.Join(tool(`{"index":0,"id":"p","function":{"arguments":"{}"}}`), finish("tool_calls")), reply(provider.StopMalformedTool)},
		"text among calls":          {openaitest.Join(openaitest.CallStart(0, "a", "f"), openaitest.Text("Hi"), openaitest.CallPiece(0, "{}"), finish("tool_calls")), reply(provider.StopToolUse, call("a", "f", `{}`), text("Hi"))},
		"an older function call":    {raw(`data: {"choices":[{"delta":{"function_call":{"name":"a","arguments":"{\"x\":"}}}]}`, "\n\n", `data: {"choices":[{"delta":{"function_call":{"arguments":"1}"}},"finish_reason":"function_call"}]}`, "\n\n"), reply(provider.StopToolUse, call("call_1_0", "a", `{"x":1}`))},
		"not streamed":              {raw(`{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`), used(reply(provider.StopToolUse, text("Hi"), call("a", "f", `{}`)), 1, 2, 0)},
		"not streamed, spread":      {raw("\n {\n  \"choices\": [\n    {\"message\": {\"content\": \"Hi\"}, \"finish_reason\": \"stop\"}\n  ]\n}\n"), reply(provider.StopEndTurn, text("Hi"))},
		"lines of JSON":             {raw(hi, "\n", stop, "\n"), reply(provider.StopEndTurn, text("Hi"))},
		"nothing but the finish":    {openaitest.Join(finish("stop"), done), reply(provider.StopEndTurn)},
	}
	server := newServer(t)
	p := newProvider(server.URL + "/v1")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, packed := range []bool{false, true} {
				answer := endpointtest.Reply{Body: test.stream}
				if packed {
					answer = zipped(t, test.stream)
				}
				server.Script(answer)
				got, err := ask(t.Context(), p, question("Hello"))
				if err != nil {
					t.Fatalf("packed %v: %v", packed, err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("packed %v: reply (-want +got):\n%s", packed, diff)
				}
			}
		})
	}
}

func zipped(t *testing.T, body []byte) endpointtest.Reply {
	t.Helper()
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return endpointtest.Reply{Body: buffer.Bytes(), Header: http.Header{"Content-Encoding": {"gzip"}}}
}

// TestStreamCut breaks a reply after every byte. Whatever comes before the
// finish is no reply, whatever comes after it is the whole one.
func TestStreamCut(t *testing.T) {
	events := everything()
	recording := openaitest.Join(events...)
	// The finish counts once its JSON is whole; the two newlines after it do not.
	finished := len(openaitest.Join(events[:len(events)-2]...)) - 2
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
	p := newProvider(server.URL + "/v1")
	type cut struct {
		at  int
		end endpointtest.End
	}
	check := func(c cut) {
		got, err := ask(t.Context(), p, question(strconv.Itoa(c.at)+" "+strconv.Itoa(int(c.end))))
		whole := everythingReply()
		if got.Usage == (provider.Usage{}) && c.at < len(recording) {
			whole.Usage = provider.Usage{}
		}
		switch {
		case c.at >= finished && err == nil:
			if diff := cmp.Diff(whole, got); diff != "" {
				t.Errorf("cut at %d, after the finish, end %d: reply (-want +got):\n%s", c.at, c.end, diff)
			}
		case c.at >= finished && c.end != endpointtest.EndReset:
			t.Errorf("cut at %d, after the finish, end %d: %v", c.at, c.end, err)
		default:
			if err := providertest.CheckCut(got, err); err != nil && (c.end != endpointtest.EndReset || c.at >= finished) {
				t.Errorf("cut at %d of %d, end %d: %v", c.at, len(recording), c.end, err)
			} else if err != nil && got.StopReason != "" {
				t.Errorf("cut at %d of %d, end %d: passed for a reply", c.at, len(recording), c.end)
			}
		}
	}
	cuts := make(chan cut)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for c := range cuts {
				check(c)
			}
		})
	}
	for at := range len(recording) + 1 {
		cuts <- cut{at, endpointtest.EndClean}
		if at%4 == 0 {
			cuts <- cut{at, endpointtest.EndDropped}
		}
		if at%16 == 0 {
			cuts <- cut{at, endpointtest.EndReset}
		}
	}
	close(cuts)
	group.Wait()
}

// A reply that is not streamed is cut as well.
func TestWholeReplyCut(t *testing.T) {
	whole := `{"choices":[{"index":0,"message":{"content":"Hi","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}`
	server := newServer(t)
	p := newProvider(server.URL + "/v1")
	for at := range len(whole) {
		server.Script(endpointtest.Reply{Body: []byte(whole[:at])})
		got, err := ask(t.Context(), p, question("Hello"))
		if err := providertest.CheckCut(got, err); err != nil {
			t.Errorf("cut at %d: %v", at, err)
		}
	}
}

func TestStreamStalls(t *testing.T) {
	server := newServer(t)
	p := newProvider(server.URL + "/v1")
	server.Script(endpointtest.Reply{Body: openaitest.Join(everything()[:7]...), End: endpointtest.EndStall})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := p.Stream(ctx, question("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	got, err := provider.Assemble(stream, func(e provider.Event) {
		if strings.Contains(e.Text, "path") {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || provider.ClassOf(err) != "" || got.StopReason != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A service that keeps the connection open after the finish does not keep the
// reply from being complete.
func TestStallAfterTheFinish(t *testing.T) {
	server := newServer(t)
	events := everything()
	server.Script(endpointtest.Reply{Body: openaitest.Join(events[:len(events)-2]...), End: endpointtest.EndStall})
	got, err := ask(t.Context(), newProvider(server.URL+"/v1"), question("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	want := everythingReply()
	want.Usage = provider.Usage{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStreamCloseEndsIt(t *testing.T) {
	server := newServer(t)
	server.Script(endpointtest.Reply{Body: openaitest.Join(everything()[:3]...), End: endpointtest.EndStall})
	stream, err := newProvider(server.URL+"/v1").Stream(t.Context(), question("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := provider.Assemble(stream, nil); err == nil {
		t.Errorf("a closed stream gave the reply %+v", got)
	}
}

func FuzzStream(f *testing.F) {
	f.Add(openaitest.Join(everything()...))
	f.Add([]byte(`{"error":{"message":"x"}}`))
	server, err := openaitest.New(f.Context(), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Close() })
	p := newProvider(server.URL + "/v1")
	f.Fuzz(func(t *testing.T, body []byte) {
		server.Script(endpointtest.Reply{Body: body})
		got, err := ask(t.Context(), p, question("Hello"))
		if err != nil && provider.ClassOf(err) == "" {
			t.Errorf("%v", err)
		}
		if err == nil && !bytes.Contains(body, []byte("[DONE]")) && !bytes.Contains(bytes.ToLower(body), []byte("finish_reason")) {
			t.Errorf("passed for %+v", got)
		}
	})
}
