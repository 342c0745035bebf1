package openai_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
	"github.com/keel-ide/keel/backend/provider/openai"
	"github.com/keel-ide/keel/backend/provider/openai/openaitest"
)

func TestModels(t *testing.T) {
	server := newServer(t)
	for name, list := range map[string]string{
		"as OpenAI":   `{"object":"list","data":[{"id":"b","context_length":1000,"supported_parameters":["temperature"]},{"id":"text-embedding-3","object":"model"},{"id":"a","name":"A","context_window":2000,"architecture":{"input_modalities":["text","image"]},"supported_parameters":["tools"]},{"id":7},{}]}`,
		"only a list": `[{"id":"a","name":"A","context_length":2000,"architecture":{"input_modalities":["image"]}},{"id":"b","max_model_len":1000,"supported_parameters":["x"]}]`,
	} {
		server.Answer("/v1/models", list)
		got, err := newProvider(server.URL + "/v1").Models(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := []provider.Model{
			{ID: "a", Name: "A", ContextTokens: 2000, Images: true},
			{ID: "b", Name: "b", ContextTokens: 1000, NoTools: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := server.Lookups()[0].Header.Get("Authorization"); got != "Bearer "+secret {
		t.Errorf("asked with %q", got)
	}
}

// Where a service lists nothing, what was typed in is offered.
func TestTypedModels(t *testing.T) {
	server := newServer(t)
	p := openai.New(openai.Options{ID: "openai:x", Name: "X", Base: server.URL + "/v1/", Models: func() []string { return []string{" m1 ", "", "m2"} }})
	want := []provider.Model{{ID: "m1", Name: "m1"}, {ID: "m2", Name: "m2"}}
	got, err := p.Models(t.Context())
	if err == nil {
		t.Error("a missing list is no error")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	server.Answer("/v1/models", `{"data":[]}`)
	if got, err = p.Models(t.Context()); err != nil || !cmp.Equal(want, got) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestInfo(t *testing.T) {
	key := ""
	at := func(base string) provider.Info {
		return openai.New(openai.Options{ID: "openai:x", Name: "X", Base: base, Key: func(context.Context) (string, error) { return key, nil }}).Info(t.Context())
	}
	for _, own := range []string{"http://127.0.0.1:1/v1", "http://192.168.0.9/v1"} {
		if got := at(own); !got.Ready || got.HasKey || !got.NeedsKey {
			t.Errorf("%s: %+v", own, got)
		}
	}
	if got := at("https://api.example.com/v1"); got.Ready || got.Hint == "" || got.Local {
		t.Errorf("without a key: %+v", got)
	}
	key = secret
	if got := at("https://api.example.com/v1"); !got.Ready || !got.HasKey || got.Hint != "" {
		t.Errorf("with a key: %+v", got)
	}
}

// preset is a server that answers as one program does.
func preset(t *testing.T, answers map[string]string) *endpointtest.Server {
	t.Helper()
	server, err := openaitest.New(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	for path, answer := range answers {
		server.Answer(path, answer)
	}
	return server
}

func TestPresets(t *testing.T) {
	const (
		studio = `{"data":[{"id":"qwen","type":"llm","state":"not-loaded","max_context_length":32768},{"id":"gemma","type":"vlm","state":"loaded","max_context_length":131072,"loaded_context_length":8192},{"id":"nomic","type":"embeddings","state":"loaded"}]}`
		llama  = `{"data":[{"id":"/models/qwen.gguf","owned_by":"llamacpp","meta":{"n_ctx_train":131072}}]}`
		vllm   = `{"data":[{"id":"Qwen/Qwen3","owned_by":"vllm","max_model_len":40960}]}`
		openAI = `{"data":[{"id":"x","owned_by":"someone"}]}`
	)
	lmstudio := func(base string) *openai.Provider { return openai.LMStudio(openai.Options{Base: base}) }
	llamacpp := func(base string) *openai.Provider { return openai.LlamaCpp(openai.Options{Base: base}) }
	forVLLM := func(base string) *openai.Provider { return openai.VLLM(openai.Options{Base: base}) }
	tests := map[string]struct {
		make    func(string) *openai.Provider
		answers map[string]string
		ready   bool
		hint    string
		models  []provider.Model
	}{
		"LM Studio":                  {lmstudio, map[string]string{"/api/v0/models": studio}, true, "", []provider.Model{{ID: "gemma", Name: "gemma", ContextTokens: 8192, Images: true}, {ID: "qwen", Name: "qwen", NoImages: true}}},
		"LM Studio without a model":  {lmstudio, map[string]string{"/api/v0/models": `{"data":[]}`}, false, "Load a model in LM Studio", nil},
		"not LM Studio":              {lmstudio, map[string]string{"/api/v0/models": `{"error":"Unexpected endpoint"}`}, false, "Start LM Studio", nil},
		"another program":            {lmstudio, nil, false, "Start LM Studio", nil},
		"llama.cpp":                  {llamacpp, map[string]string{"/v1/models": llama, "/props": `{"default_generation_settings":{"n_ctx":4096},"modalities":{"vision":true}}`}, true, "", []provider.Model{{ID: "/models/qwen.gguf", Name: "qwen", ContextTokens: 4096, Images: true}}},
		"llama.cpp by its owner":     {llamacpp, map[string]string{"/v1/models": llama}, true, "", []provider.Model{{ID: "/models/qwen.gguf", Name: "qwen"}}},
		"llama.cpp by its props":     {llamacpp, map[string]string{"/v1/models": openAI, "/props": `{"default_generation_settings":{"n_ctx":4096}}`}, true, "", []provider.Model{{ID: "x", Name: "x", ContextTokens: 4096}}},
		"not llama.cpp":              {llamacpp, map[string]string{"/v1/models": openAI, "/props": `<html>`}, false, "llama-server", nil},
		"vLLM":                       {forVLLM, map[string]string{"/v1/models": vllm}, true, "", []provider.Model{{ID: "Qwen/Qwen3", Name: "Qwen/Qwen3", ContextTokens: 40960}}},
		"not vLLM":                   {forVLLM, map[string]string{"/v1/models": openAI, "/version": `{"version":"1"}`}, false, "vllm serve", nil},
		"something else than a list": {forVLLM, map[string]string{"/v1/models": `{}`}, false, "vllm serve", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := preset(t, test.answers)
			p := test.make(server.URL + "/v1")
			info := p.Info(t.Context())
			if info.Ready != test.ready || !info.Local || info.NeedsKey || !strings.Contains(info.Hint, test.hint) || (info.Hint == "") != test.ready {
				t.Errorf("info %+v", info)
			}
			asked := len(server.Lookups())
			if p.Info(t.Context()); len(server.Lookups()) != asked {
				t.Error("it was asked again at once")
			}
			models, err := p.Models(t.Context())
			if (err == nil) != test.ready {
				t.Errorf("models: %v", err)
			}
			if diff := cmp.Diff(test.models, models); diff != "" {
				t.Error(diff)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
			p.Recheck()
			if info := p.Info(t.Context()); info.Ready || info.Hint == "" {
				t.Errorf("after its end: %+v", info)
			}
		})
	}
}

// A server on this machine gets a key only after it asked for one.
func TestPresetWithKey(t *testing.T) {
	server := preset(t, map[string]string{"/version": `{"version":"0.11.0"}`})
	server.AnswerWith("/v1/models", endpointtest.Fault(401, `{"error":"Unauthorized"}`))
	opened := 0
	key := ""
	p := openai.VLLM(openai.Options{Base: server.URL + "/v1", Key: func(context.Context) (string, error) { opened++; return key, nil }})
	info := p.Info(t.Context())
	if info.Ready || !info.NeedsKey || !strings.Contains(info.Hint, "wants a key") {
		t.Errorf("%+v", info)
	}
	key = secret
	server.Answer("/v1/models", `{"data":[{"id":"m","owned_by":"vllm"}]}`)
	p.Recheck()
	if info := p.Info(t.Context()); !info.Ready || !info.HasKey {
		t.Errorf("%+v", info)
	}
	lookups := server.Lookups()
	if first, last := lookups[0].Header.Get("Authorization"), lookups[len(lookups)-1].Header.Get("Authorization"); first != "" || last != "Bearer "+secret {
		t.Errorf("sent %q, then %q", first, last)
	}
	open := preset(t, map[string]string{"/v1/models": `{"data":[{"id":"m","owned_by":"vllm"}]}`})
	opened = 0
	if _, err := openai.VLLM(openai.Options{Base: open.URL + "/v1", Key: func(context.Context) (string, error) { opened++; return key, nil }}).Models(t.Context()); err != nil || opened != 0 {
		t.Errorf("%v; the keychain was opened %d times", err, opened)
	}
}

// A server that hangs is not waited for, nor taken for gone once it was there.
func TestBusyServer(t *testing.T) {
	server := preset(t, map[string]string{"/v1/models": `{"data":[{"id":"m","owned_by":"vllm"}]}`})
	p := openai.VLLM(openai.Options{Base: server.URL + "/v1"})
	if info := p.Info(t.Context()); !info.Ready {
		t.Fatalf("%+v", info)
	}
	server.AnswerWith("/v1/models", endpointtest.Reply{End: endpointtest.EndStall})
	p.Recheck()
	if info := p.Info(t.Context()); !info.Ready {
		t.Errorf("busy: %+v", info)
	}
	if info := openai.VLLM(openai.Options{Base: server.URL + "/v1"}).Info(t.Context()); info.Ready {
		t.Errorf("never seen: %+v", info)
	}
}

// Presets look at this machine only.
func TestPresetElsewhere(t *testing.T) {
	if info := openai.VLLM(openai.Options{Base: "http://192.0.2.1:8000/v1"}).Info(t.Context()); info.Ready || info.Local {
		t.Errorf("%+v", info)
	}
}

func TestGitHubModels(t *testing.T) {
	server := preset(t, map[string]string{"/catalog/models": `[
		{"id":"openai/text-embedding-3","rate_limit_tier":"embeddings","supported_output_modalities":["embeddings"]},
		{"id":"meta/llama","name":"Llama","rate_limit_tier":"low","supported_input_modalities":["text"],"supported_output_modalities":["text"],"capabilities":["streaming"],"limits":{"max_input_tokens":6000}},
		{"id":"openai/gpt-4.1","name":"OpenAI GPT-4.1","rate_limit_tier":"high","supported_input_modalities":["text","image"],"supported_output_modalities":["text"],"capabilities":["streaming","tool-calling"],"limits":{"max_input_tokens":1048576}},
		{"id":"openai/o3","name":"o3","rate_limit_tier":"custom","capabilities":["tool-calling"],"limits":{"max_input_tokens":200000}}]`})
	token := ""
	p := openai.GitHubModels(func(context.Context) (string, error) { return token, nil }, openai.Options{Base: server.URL + "/inference"})
	if info := p.Info(t.Context()); info.Ready || !info.NeedsKey || !strings.Contains(info.Hint, "8,000 tokens") {
		t.Errorf("%+v", info)
	}
	if _, err := p.Models(t.Context()); err == nil || len(server.Lookups()) > 0 {
		t.Errorf("without a token it was asked: %v", err)
	}
	token = secret
	got, err := p.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []provider.Model{
		{ID: "openai/gpt-4.1", Name: "OpenAI GPT-4.1", ContextTokens: 8000, Images: true},
		{ID: "openai/o3", Name: "o3", ContextTokens: 4000},
		{ID: "meta/llama", Name: "Llama", ContextTokens: 6000, NoImages: true, NoTools: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRequest checks the whole of what is sent.
func TestRequest(t *testing.T) {
	server := newServer(t)
	request := provider.Request{
		Model: "m", System: "Be brief.", MaxTokens: 100,
		Messages: []provider.Message{
			{Role: provider.RoleUser, Blocks: []provider.Block{text("Look:"), {Kind: provider.BlockImage, Image: &provider.Image{MediaType: "image/png", Data: []byte{1, 2, 3}}}}},
			{Role: provider.RoleAssistant, Blocks: []provider.Block{thought("Hm."), text("Reading."), call("a", "read_file", `{"path": "x"}`), call("b", "list_dir", ``)}},
			{Role: provider.RoleUser, Blocks: []provider.Block{
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "a", Content: "no such file", IsError: true}},
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "b"}},
				text("And?"), text(" "),
			}},
			{Role: provider.RoleAssistant, Blocks: []provider.Block{thought("Only thoughts.")}},
			{Role: provider.RoleUser, Blocks: []provider.Block{text("One."), text("Two.")}},
		},
		Tools: []provider.ToolSpec{
			{Name: "read_file", Description: "Reads.", Schema: json.RawMessage(`{"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"], "additionalProperties": false}`)},
			{Name: "list_dir"},
		},
	}
	if _, err := ask(t.Context(), newProvider(server.URL+"/v1/chat/completions"), request); err != nil {
		t.Fatal(err)
	}
	var got, want any
	sent := server.Requests()[0]
	if err := json.Unmarshal(sent.Body, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{
		"model": "m", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 100,
		"messages": [
			{"role": "system", "content": "Be brief."},
			{"role": "user", "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQID"}}]},
			{"role": "assistant", "content": "Reading.", "tool_calls": [
				{"id": "a", "type": "function", "function": {"name": "read_file", "arguments": "{\"path\": \"x\"}"}},
				{"id": "b", "type": "function", "function": {"name": "list_dir", "arguments": "{}"}}]},
			{"role": "tool", "tool_call_id": "a", "content": "Error: no such file"},
			{"role": "tool", "tool_call_id": "b", "content": "(empty)"},
			{"role": "user", "content": "And?"},
			{"role": "user", "content": "One.\n\nTwo."}
		],
		"tools": [
			{"type": "function", "function": {"name": "read_file", "description": "Reads.", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"], "additionalProperties": false}}},
			{"type": "function", "function": {"name": "list_dir", "parameters": {"type": "object", "properties": {}}}}
		]
	}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if sent.Header.Get("Authorization") != "Bearer "+secret || sent.Header.Get("Content-Type") != "application/json" {
		t.Errorf("header %v", sent.Header)
	}
}
