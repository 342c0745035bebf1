package bedrock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

// The traps of the SDK and of the service that the design lists, each under its
// name where no other test has it: TestNothingIsRetriedHere, TestSignIn
// ("profile before API key"), TestStreamCut, TestModelThatCannotStreamTools and
// TestRefusalsTeach have theirs.

// What the SDK's documents make of JSON that was decoded for them: raw JSON
// becomes numbers, json.Number a string, integers above 2^53 others, null and
// empty keys an error.
func TestTrapDocumentsOnTheirWayOut(t *testing.T) {
	server := newServer(t)
	for name, arguments := range map[string]string{
		"raw JSON":          `{"a":{"b":[1,{"c":"d"}]}}`,
		"numbers":           `{"int":1,"float":1.10,"exponent":1e-7,"negative":-0}`,
		"integers of 64":    `{"n":9007199254740993,"m":18446744073709551616}`,
		"null":              `{"a":null,"b":[null]}`,
		"empty key":         `{"":1}`,
		"keys in order":     `{"z":1,"a":2}`,
		"text":              `{"s":"\"\\\n\u2028<&>🙂"}`,
		"nothing":           `{}`,
		"no bytes, like {}": ``,
	} {
		request := history(model)
		request.Messages[1].Blocks[5].ToolCall.Arguments = json.RawMessage(arguments)
		request.Tools[0].Schema = json.RawMessage(arguments)
		if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := arguments
		if want == "" {
			want = "{}"
		}
		body := last(server).Body
		for _, place := range []string{`"input":` + want, `"json":` + want} {
			if !bytes.Contains(body, []byte(place)) {
				t.Errorf("%s: no %s in %s", name, place, body)
			}
		}
	}
}

// A whole reply's arguments pass through the SDK's documents, which are held
// to the same.
func TestTrapDocumentsOnTheirWayIn(t *testing.T) {
	for name, arguments := range map[string]string{
		"integers of 64": `{"n":9007199254740993}`,
		"null":           `{"a":null,"b":[null]}`,
		"numbers":        `{"exponent":1e-7,"float":1.5}`,
		"empty key":      `{"":1}`,
		"nothing":        `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Script(noToolStreams, bedrocktest.Reply{Whole: json.RawMessage(
				`{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"x","input":` + arguments + `}}]}},"stopReason":"tool_use"}`)})
			reply, err := ask(t.Context(), newProvider(nil), history(model))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(reply.Message.Blocks[0].ToolCall.Arguments); got != arguments {
				t.Errorf("arguments %s, want %s", got, arguments)
			}
		})
	}
}

// A tool without arguments streams no piece of them, or an empty one.
func TestTrapToolWithoutArguments(t *testing.T) {
	server := newServer(t)
	for name, pieces := range map[string][]bedrocktest.Frame{"no piece": nil, "an empty piece": {bedrocktest.ToolDelta(0, "")}} {
		frames := append([]bedrocktest.Frame{bedrocktest.MessageStart(), bedrocktest.ToolStart(0, "a", "list_dir")}, pieces...)
		server.Script(bedrocktest.Stream(append(frames, bedrocktest.BlockStop(0), bedrocktest.MessageStop("tool_use"))...))
		reply, err := ask(t.Context(), newProvider(nil), question("Hello"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := string(reply.Message.Blocks[0].ToolCall.Arguments); got != "{}" {
			t.Errorf("%s: arguments %q, want {}", name, got)
		}
	}
}

// The SDK ends a cut stream without an error. So does Next, and only the stop
// tells.
func TestTrapCutWithoutAnError(t *testing.T) {
	server := newServer(t)
	for _, cut := range []int{0, 3, 7} { // the last in mid-frame
		whole := bedrocktest.Join(everything()[:5]...)
		server.Script(bedrocktest.Reply{Stream: whole[:len(whole)-cut], End: bedrocktest.EndClean})
		stream, err := newProvider(nil).Stream(t.Context(), question("Hello"))
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			var event provider.Event
			if event, err = stream.Next(); event.Kind == provider.EventStop {
				t.Error("a cut stream gave a stop")
			}
		}
		if cut == 0 && !errors.Is(err, io.EOF) {
			t.Errorf("a cut between frames ends with %v, want %v", err, io.EOF)
		}
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Each frame carries its checksums; a wrong one is a cut, in words.
func TestTrapBadChecksum(t *testing.T) {
	server := newServer(t)
	frames := everything()
	frames[3][len(frames[3])-1] ^= 1
	server.Script(bedrocktest.Stream(frames...))
	reply, err := ask(t.Context(), newProvider(nil), question("Hello"))
	checkError(t, err, provider.ClassInterrupted, "cut before its end")
	if diff := cmp.Diff(provider.Reply{}, reply); diff != "" {
		t.Errorf("reply beside the error:\n%s", diff)
	}
}

// A connection that is reset is a cut as well, before the reply and in it.
func TestTrapReset(t *testing.T) {
	server := newServer(t)
	for n := range 4 {
		server.Script(bedrocktest.Reply{Stream: bedrocktest.Join(everything()[:n]...), End: bedrocktest.EndReset})
		_, err := ask(t.Context(), newProvider(nil), question("Hello"))
		if class := provider.ClassOf(err); class != provider.ClassInterrupted && (n > 0 || class != provider.ClassBounded) {
			t.Errorf("reset after %d frames: class %q of %v", n, class, err)
		}
	}
}

// AWS_ENDPOINT_URL_BEDROCK_RUNTIME leads the replies, and them only, elsewhere;
// so does a services section of the profile.
func TestTrapEndpoint(t *testing.T) {
	lists, replies := newServer(t), newServer(t)
	setenv(t, "AWS_ENDPOINT_URL_BEDROCK="+lists.URL, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME="+replies.URL)
	check := func() {
		t.Helper()
		before, beforeLists := len(replies.Requests()), len(lists.Requests())
		p := newProvider(nil)
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		if n, l := len(replies.Requests())-before, len(lists.Requests())-beforeLists; n != 1 || l != 0 {
			t.Errorf("%d requests where replies come from and %d where lists do, want 1 and 0", n, l)
		}
		if _, err := p.Models(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(replies.Requests()) - before; n != 1 {
			t.Error("the lists were asked for where replies come from")
		}
	}
	check()
	config := filepath.Join(t.TempDir(), "config")
	write(t, config, "[default]\nservices = here\n[services here]\nbedrock_runtime =\n  endpoint_url = "+replies.URL+"\n")
	setenv(t, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=", "AWS_CONFIG_FILE="+config)
	if err := os.Unsetenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"); err != nil {
		t.Fatal(err)
	}
	check()
}

// Reasoning goes back as it came, byte for byte: signed text, a signature over
// nothing, what only the model can read, in a stream and in a whole reply.
func TestTrapReasoningGoesBackUnchanged(t *testing.T) {
	const text, signature = " Think…\n\n🙂 \"quoted\"\t", "RXJYQ0tCd3/+aXM9Cg=="
	redacted := []byte{0, 1, 254, 255, '"', '\n'}
	encoded, err := json.Marshal(redacted)
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	half := strings.Index(text, "🙂")
	for name, script := range map[string][]bedrocktest.Reply{
		"streamed": {bedrocktest.Stream(
			bedrocktest.MessageStart(),
			bedrocktest.ReasoningDelta(0, text[:half]), bedrocktest.ReasoningDelta(0, text[half:]),
			bedrocktest.SignatureDelta(0, signature[:5]), bedrocktest.SignatureDelta(0, signature[5:]), bedrocktest.BlockStop(0),
			bedrocktest.RedactedDelta(1, redacted), bedrocktest.BlockStop(1),
			bedrocktest.SignatureDelta(2, signature), bedrocktest.BlockStop(2),
			bedrocktest.ToolStart(3, "a", "list_dir"), bedrocktest.BlockStop(3),
			bedrocktest.MessageStop("tool_use"),
		)},
		"whole": {noToolStreams, {Whole: json.RawMessage(`{"output":{"message":{"role":"assistant","content":[
			{"reasoningContent":{"reasoningText":{"text":` + string(quoted) + `,"signature":"` + signature + `"}}},
			{"reasoningContent":{"redactedContent":` + string(encoded) + `}},
			{"reasoningContent":{"reasoningText":{"text":"","signature":"` + signature + `"}}},
			{"toolUse":{"toolUseId":"a","name":"list_dir","input":{}}}]}},"stopReason":"tool_use"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Script(script...)
			p := newProvider(nil)
			request := history(model)
			request.Messages = request.Messages[:1]
			reply, err := ask(t.Context(), p, request)
			if err != nil {
				t.Fatal(err)
			}
			request.Messages = append(request.Messages, reply.Message, provider.Message{Role: provider.RoleUser, Blocks: []provider.Block{
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "a", Content: "none"}},
			}})
			server.Script(bedrocktest.Reply{Stream: answeredStream.Stream, Whole: answeredWhole.Whole})
			if _, err := ask(t.Context(), p, request); err != nil {
				t.Fatal(err)
			}
			type reasoning struct {
				ReasoningText   struct{ Text, Signature string }
				RedactedContent []byte
			}
			var got []reasoning
			for _, block := range sent(t, server)[1][:3] {
				var one reasoning
				if err := json.Unmarshal(block["reasoningContent"], &one); err != nil {
					t.Fatal(err)
				}
				got = append(got, one)
			}
			want := make([]reasoning, 3)
			want[0].ReasoningText.Text, want[0].ReasoningText.Signature = text, signature
			want[1].RedactedContent = redacted
			want[2].ReasoningText.Signature = signature
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("reasoning (-want +got):\n%s", diff)
			}
		})
	}
}
