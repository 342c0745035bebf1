package bedrock_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

func foundation(id, maker, name string, change func(*bedrocktest.Model)) bedrocktest.Model {
	m := bedrocktest.Model{
		ID: id, ARN: "arn:aws:bedrock:us-east-1::foundation-model/" + id, Name: name, Provider: maker,
		InputModalities: []string{"TEXT", "IMAGE"}, OutputModalities: []string{"TEXT"},
		InferenceTypesSupported: []string{"ON_DEMAND"}, ResponseStreamingSupported: true,
	}
	if change != nil {
		change(&m)
	}
	return m
}

func profile(id, kind, name, served string) bedrocktest.Profile {
	return bedrocktest.Profile{
		ID: id, ARN: "arn:aws:bedrock:us-east-1:1:inference-profile/" + id, Name: name, Status: "ACTIVE", Type: kind,
		Models: []bedrocktest.ProfileModel{{ARN: "arn:aws:bedrock:us-east-1::foundation-model/" + served}},
	}
}

func setModels(server *bedrocktest.Server) {
	server.SetModels([]bedrocktest.Model{
		foundation("meta.llama", "Meta", "Llama", nil),
		foundation("amazon.nova-pro-v1:0", "Amazon", "Nova Pro", nil),
		foundation("amazon.nova-pro-v1:0:300k", "Amazon", "Nova Pro", func(m *bedrocktest.Model) { m.InferenceTypesSupported = []string{"PROVISIONED"} }),
		foundation("anthropic.claude-x", "Anthropic", "Claude X", func(m *bedrocktest.Model) { m.InferenceTypesSupported = []string{"INFERENCE_PROFILE"} }),
		foundation("amazon.titan-embed", "Amazon", "Titan Embeddings", func(m *bedrocktest.Model) { m.OutputModalities = []string{"EMBEDDING"} }),
		foundation("stability.image", "Stability AI", "Image", func(m *bedrocktest.Model) { m.OutputModalities = []string{"IMAGE"} }),
		foundation("whole.only", "Other", "Whole", func(m *bedrocktest.Model) { m.ResponseStreamingSupported = false }),
	}, []bedrocktest.Profile{
		profile("us.anthropic.claude-x", "SYSTEM_DEFINED", "US Anthropic Claude X", "anthropic.claude-x"),
		profile("us.stability.image", "SYSTEM_DEFINED", "US Image", "stability.image"),
		profile("global.elsewhere", "SYSTEM_DEFINED", "Global Elsewhere", "elsewhere"),
		profile("abc123", "APPLICATION", "Team", "anthropic.claude-x"),
	})
}

var listed = []provider.Model{
	{ID: "global.elsewhere", Name: "Global Elsewhere"},
	{ID: "arn:aws:bedrock:us-east-1:1:inference-profile/abc123", Name: "Team", ContextTokens: 200_000},
	{ID: "us.anthropic.claude-x", Name: "US Anthropic Claude X", ContextTokens: 200_000},
	{ID: "amazon.nova-pro-v1:0", Name: "Amazon Nova Pro", ContextTokens: 300_000},
	{ID: "meta.llama", Name: "Meta Llama"},
}

func TestModels(t *testing.T) {
	server := newServer(t)
	setModels(server)
	settings := &bedrock.Settings{}
	p := newProvider(settings)
	check := func(want []provider.Model) {
		t.Helper()
		got, err := p.Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("models (-want +got):\n%s", diff)
		}
	}
	check(listed)
	settings.Models = []string{" my.model ", "meta.llama", "", "my.model"}
	check(append([]provider.Model{{ID: "my.model", Name: "my.model"}, {ID: "meta.llama", Name: "Meta Llama"}}, listed[:4]...))
}

func TestModelsRefused(t *testing.T) {
	denied := bedrocktest.Fault{Status: 403, Type: "AccessDeniedException", Message: "User: x is not authorized to perform: bedrock:ListFoundationModels"}
	typed := []provider.Model{{ID: "my.model", Name: "my.model"}}
	tests := map[string]struct {
		refused []string
		want    []provider.Model
	}{
		"both": {[]string{"foundation-models", "inference-profiles"}, typed},
		// Without the models, nothing says that a profile is of no use.
		"models": {[]string{"foundation-models"}, append(typed,
			listed[0], listed[1], listed[2], provider.Model{ID: "us.stability.image", Name: "US Image"})},
		"profiles": {[]string{"inference-profiles"}, append(typed, listed[3:]...)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			setModels(server)
			for _, list := range test.refused {
				server.RefuseList(list, denied)
			}
			got, err := newProvider(&bedrock.Settings{Models: []string{"my.model"}}).Models(t.Context())
			checkError(t, err, provider.ClassAccess, "bedrock:ListFoundationModels")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("models (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModelsWithoutSignIn(t *testing.T) {
	isolate(t)
	got, err := newProvider(&bedrock.Settings{Models: []string{"my.model"}}).Models(t.Context())
	checkClass(t, err, provider.ClassAuth)
	if diff := cmp.Diff([]provider.Model{{ID: "my.model", Name: "my.model"}}, got); diff != "" {
		t.Errorf("models (-want +got):\n%s", diff)
	}
}

func checkClass(t *testing.T, err error, class provider.Class) {
	t.Helper()
	if provider.ClassOf(err) != class {
		t.Errorf("error %v of class %q, want class %q", err, provider.ClassOf(err), class)
	}
}
