package bedrock_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

var (
	noCachePoints  = bedrocktest.Refuse(400, "ValidationException", "extraneous key [cachePoint] is not permitted")
	noToolStreams  = bedrocktest.Refuse(400, "ValidationException", "This model doesn't support tool use in streaming mode.")
	resultsAlone   = bedrocktest.Refuse(400, "ValidationException", "messages.4.content: Conversation blocks and tool result blocks cannot be provided in the same turn.")
	callsAlone     = bedrocktest.Refuse(400, "ValidationException", "messages.1.content: Conversation blocks and tool use blocks cannot be provided in the same turn.")
	answeredWhole  = bedrocktest.Reply{Whole: json.RawMessage(`{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn"}`)}
	answeredStream = bedrocktest.Answer("Hi")
)

// asked is a request as far as its form is concerned.
func asked(r bedrocktest.Request) string {
	return fmt.Sprintf("%s, %d cache points", r.Operation, strings.Count(string(r.Body), "cachePoint"))
}

// Each refusal teaches one thing, in any order; all of it is remembered for the
// model, and for no other.
func TestRefusalsTeach(t *testing.T) {
	server := newServer(t)
	p := newProvider(nil)
	server.Script(noToolStreams, noCachePoints, resultsAlone, answeredWhole, answeredWhole)
	for range 2 {
		if _, err := ask(t.Context(), p, history(model)); err != nil {
			t.Fatal(err)
		}
	}
	other := history("anthropic.claude-opus-4-20250514-v1:0")
	if _, err := ask(t.Context(), p, other); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, request := range server.Requests() {
		got = append(got, asked(request))
	}
	want := []string{
		"converse-stream, 3 cache points", "converse, 3 cache points", "converse, 0 cache points", "converse, 0 cache points",
		"converse, 0 cache points",
		"converse-stream, 3 cache points",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// A refusal that is repeated teaches nothing more, and is the user's to see.
func TestRefusalsThatGoOn(t *testing.T) {
	for name, refusal := range map[string]bedrocktest.Reply{"cache points": noCachePoints, "tool streams": noToolStreams, "results": resultsAlone} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Handle(func(bedrocktest.Request) bedrocktest.Reply { return refusal })
			_, err := ask(t.Context(), newProvider(nil), history(model))
			checkError(t, err, provider.ClassValidation, "")
			if n := len(server.Requests()); n != 2 {
				t.Errorf("%d requests, want 2", n)
			}
		})
	}
}

// What a request does not hold cannot be what it was refused for.
func TestRefusalsThatTeachNothing(t *testing.T) {
	server := newServer(t)
	plain := question("Hello")
	plain.Model = "meta.llama3-3-70b-instruct-v1:0"
	for _, refusal := range []bedrocktest.Reply{noCachePoints, noToolStreams} {
		before := len(server.Requests())
		server.Script(refusal)
		_, err := ask(t.Context(), newProvider(nil), plain)
		checkError(t, err, provider.ClassValidation, "")
		if n := len(server.Requests()) - before; n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	}
}

func TestCallsAndResultsAlone(t *testing.T) {
	for name, refusal := range map[string]bedrocktest.Reply{"results": resultsAlone, "calls": callsAlone} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Script(refusal, answeredStream)
			request := history("meta.llama3-3-70b-instruct-v1:0")
			last := &request.Messages[4]
			last.Blocks = append(last.Blocks, picture("image/png", png))
			if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
				t.Fatal(err)
			}
			var kinds [][]string
			for _, content := range sent(t, server) {
				var of []string
				for _, block := range content {
					for kind := range block {
						of = append(of, kind)
					}
				}
				kinds = append(kinds, slices.Compact(of))
			}
			want := [][]string{{"text"}, {"reasoningContent", "toolUse"}, {"toolResult"}, {"toolUse"}, {"toolResult"}}
			if diff := cmp.Diff(want, kinds); diff != "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
			var result struct{ Content []map[string]any }
			if err := json.Unmarshal(sent(t, server)[4][0]["toolResult"], &result); err != nil {
				t.Fatal(err)
			}
			if len(result.Content) != 3 || result.Content[1]["text"] != "Go on." || result.Content[2]["image"] == nil {
				t.Errorf("the last result holds %v, want the user's words and picture after it", result.Content)
			}
		})
	}
}

// An account's own profile hides its model; the list tells the family.
func TestCachePointsOfAnOwnProfile(t *testing.T) {
	server := newServer(t)
	setModels(server)
	p := newProvider(nil)
	for _, want := range []string{"converse-stream, 0 cache points", "converse-stream, 3 cache points"} {
		if _, err := ask(t.Context(), p, history(listed[1].ID)); err != nil {
			t.Fatal(err)
		}
		if got := asked(last(server)); got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
		if _, err := p.Models(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
