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
		foundation("meta.llama", "Meta", "Llama", func(m *bedrocktest.Model) { m.InputModalities = []string{"TEXT"} }),
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
	{ID: "arn:aws:bedrock:us-east-1:1:inference-profile/abc123", Name: "Team", ContextTokens: 200_000, Images: true},
	{ID: "us.anthropic.claude-x", Name: "US Anthropic Claude X", ContextTokens: 200_000, Images: true},
	{ID: "amazon.nova-pro-v1:0", Name: "Amazon Nova Pro", ContextTokens: 300_000, Images: true},
	{ID: "meta.llama", Name: "Meta Llama", NoImages: true},
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
	check(append([]provider.Model{{ID: "my.model", Name: "my.model"}, {ID: "meta.llama", Name: "Meta Llama", NoImages: true}}, listed[:4]...))
	// A typed-in id that is listed too is what the list says.
	settings.Models = []string{listed[1].ID}
	check(append([]provider.Model{listed[1]}, listed[0], listed[2], listed[3], listed[4]))
}

// Profiles of every part of the world stand for the model behind them, of
// which the list knows more than its id says.
func TestModelsOfProfiles(t *testing.T) {
	server := newServer(t)
	const blind, claude = "anthropic.claude-sonnet-4-6", "anthropic.claude-haiku-4-5-20251001-v1:0"
	var profiles []bedrocktest.Profile
	want := []provider.Model{}
	for _, part := range []string{"apac", "au", "eu", "global", "jp", "us", "us-gov"} {
		profiles = append(profiles, profile(part+"."+claude, "SYSTEM_DEFINED", part+" Haiku", claude))
		want = append(want, provider.Model{ID: part + "." + claude, Name: part + " Haiku", ContextTokens: 200_000, Images: true})
	}
	profiles = append(profiles, profile("us."+blind, "SYSTEM_DEFINED", "zz Sonnet", blind))
	want = append(want, provider.Model{ID: "us." + blind, Name: "zz Sonnet", ContextTokens: 1_000_000, NoImages: true})
	server.SetModels([]bedrocktest.Model{foundation(blind, "Anthropic", "Sonnet", func(m *bedrocktest.Model) {
		m.InputModalities, m.InferenceTypesSupported = []string{"TEXT"}, []string{"INFERENCE_PROFILE"}
	})}, profiles)
	got, err := newProvider(nil).Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("models (-want +got):\n%s", diff)
	}
}

// What an id says by itself.
func TestModelFamilies(t *testing.T) {
	want := []provider.Model{
		{ID: "global.anthropic.claude-opus-4-6-v1", ContextTokens: 1_000_000, Images: true},
		{ID: "us.anthropic.claude-opus-4-20250514-v1:0", ContextTokens: 200_000, Images: true},
		{ID: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", ContextTokens: 200_000, Images: true},
		{ID: "jp.anthropic.claude-sonnet-5", ContextTokens: 1_000_000, Images: true},
		{ID: "anthropic.claude-3-5-haiku-20241022-v1:0", ContextTokens: 200_000},
		{ID: "anthropic.claude-v2:1", ContextTokens: 200_000, NoTools: true},
		{ID: "anthropic.claude-tomorrow-9", ContextTokens: 200_000, Images: true},
		{ID: "us.amazon.nova-2-lite-v1:0", ContextTokens: 1_000_000, Images: true},
		{ID: "amazon.nova-micro-v1:0", ContextTokens: 128_000},
		{ID: "us.deepseek.r1-v1:0", ContextTokens: 128_000, NoTools: true},
		{ID: "us.meta.llama3-2-1b-instruct-v1:0", ContextTokens: 128_000, NoTools: true},
		{ID: "us.meta.llama3-2-90b-instruct-v1:0", ContextTokens: 128_000, Images: true},
		{ID: "qwen.qwen3-coder-480b-a35b-v1:0", ContextTokens: 262_144},
		{ID: "nobody.knows"},
	}
	settings := &bedrock.Settings{}
	for i := range want {
		want[i].Name = want[i].ID
		settings.Models = append(settings.Models, want[i].ID)
	}
	newServer(t)
	got, err := newProvider(settings).Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("models (-want +got):\n%s", diff)
	}
}

// A model that is only served through a profile answers with the profile.
func TestModelThatNeedsAProfile(t *testing.T) {
	refusal := bedrocktest.Refuse(400, "ValidationException", "Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.")
	const model = "anthropic.claude-x"
	tests := map[string]struct {
		region string
		parts  []string
		says   string
	}{
		"of the region":         {"us-east-1", []string{"eu", "global", "us"}, `Choose the profile "us.anthropic.claude-x" instead.`},
		"of Japan":              {"ap-northeast-1", []string{"au", "global", "jp"}, `"jp.anthropic.claude-x"`},
		"of Australia":          {"ap-southeast-2", []string{"au", "global", "jp"}, `"au.anthropic.claude-x"`},
		"of Asia":               {"ap-south-1", []string{"apac", "global"}, `"apac.anthropic.claude-x"`},
		"of Europe":             {"eu-north-1", []string{"eu", "us"}, `"eu.anthropic.claude-x"`},
		"of the American state": {"us-gov-west-1", []string{"us", "us-gov"}, `"us-gov.anthropic.claude-x"`},
		"global":                {"us-east-1", []string{"eu", "global"}, `"global.anthropic.claude-x"`},
		"another":               {"us-east-1", []string{"eu"}, `"eu.anthropic.claude-x"`},
		"not listed":            {"us-east-1", nil, `such as "us.anthropic.claude-x"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			var profiles []bedrocktest.Profile
			for _, part := range test.parts {
				profiles = append(profiles, profile(part+"."+model, "SYSTEM_DEFINED", part, model))
			}
			profiles = append(profiles, profile("us.other", "SYSTEM_DEFINED", "Other", "other"), profile("abc", "APPLICATION", "Team", model))
			server.SetModels(nil, profiles)
			server.Script(refusal)
			request := question("Hello")
			request.Model = model
			_, err := ask(t.Context(), newProvider(&bedrock.Settings{Region: test.region}), request)
			checkError(t, err, provider.ClassValidation, test.says)
		})
	}
	t.Run("list refused", func(t *testing.T) {
		server := newServer(t)
		server.RefuseList("inference-profiles", bedrocktest.Fault{Status: 403, Type: "AccessDeniedException"})
		server.Script(refusal)
		request := question("Hello")
		request.Model = model
		_, err := ask(t.Context(), newProvider(nil), request)
		checkError(t, err, provider.ClassValidation, `such as "us.anthropic.claude-x"`)
	})
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
