package folder_test

import (
	"strings"
	"testing"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
	"github.com/keel-ide/keel/backend/provider/ollama/ollamatest"
	"github.com/keel-ide/keel/backend/provider/openai/openaitest"
)

func stateOf(t *testing.T, states []wire.ProviderState, id string) wire.ProviderState {
	t.Helper()
	for _, state := range states {
		if state.ID == id {
			return state
		}
	}
	t.Fatalf("there is no %q among %d services", id, len(states))
	return wire.ProviderState{}
}

// A service that works, but was not chosen, learns nothing of a chat that is opened.
func TestKnownStatesAskOnlyWhatWasChosen(t *testing.T) {
	aws, err := bedrocktest.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = aws.Close() })
	for _, variable := range aws.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	aws.SetModels([]bedrocktest.Model{{
		ID: "a.model-v1:0", ARN: "arn:aws:bedrock:us-east-1::foundation-model/a.model-v1:0", Name: "A Model", Provider: "A",
		InputModalities: []string{"TEXT"}, OutputModalities: []string{"TEXT"},
		InferenceTypesSupported: []string{"ON_DEMAND"}, ResponseStreamingSupported: true,
	}}, nil)
	work, err := openaitest.New(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = work.Close() })
	local, err := ollamatest.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = local.Close() })
	t.Setenv("OLLAMA_HOST", local.URL)
	local.Answer("/api/tags", `{"models":[{"name":"qwen3"}]}`)
	f, _ := openWith(t, &keychain{}, nil)
	endpoints(t, f, `{"work": "`+work.URL+`/v1"}`)

	states := f.Providers.KnownStates(t.Context(), "practice")
	if got := stateOf(t, states, "bedrock"); !got.Ready || got.Listed || len(got.Models) > 0 || got.Problem != "" {
		t.Errorf("%+v", got)
	}
	if got := stateOf(t, states, "openai:work"); !got.Ready || got.Listed || len(got.Models) > 0 {
		t.Errorf("%+v", got)
	}
	if got := stateOf(t, states, "ollama"); !got.Listed || len(got.Models) != 1 {
		t.Errorf("%+v", got)
	}
	if got := stateOf(t, states, "practice"); !got.Listed || len(got.Models) == 0 {
		t.Errorf("%+v", got)
	}
	if asked := len(aws.Requests()); asked > 0 {
		t.Errorf("AWS was asked %d times", asked)
	}

	states = f.Providers.KnownStates(t.Context(), "bedrock")
	if got := stateOf(t, states, "bedrock"); !got.Listed || len(got.Models) != 1 {
		t.Errorf("chosen: %+v", got)
	}
	states = f.Providers.States(t.Context())
	if got := stateOf(t, states, "openai:work"); !got.Listed {
		t.Errorf("in the picker: %+v", got)
	}
}
