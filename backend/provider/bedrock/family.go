package bedrock

import (
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// family is what is the same in all models whose id contains its name, as far
// as it is publicly known; Bedrock's lists do not say it.
type family struct {
	name    string
	tokens  int  // that a model takes in; 0 when not known
	images  bool // known to take pictures; what Bedrock lists comes first
	noTools bool // known to take no tools
}

// familyOf returns the first that fits, so the narrower names stand first.
// Sources: the model cards of Bedrock's user guide, its table "Supported models
// and model features", and Anthropic's "Models overview". A Claude that is
// newer than this list counts as the smallest of those served today.
func familyOf(model string) family {
	for _, f := range []family{
		{name: "anthropic.claude-v2:1", tokens: 200_000, noTools: true},
		{name: "anthropic.claude-v2", tokens: 100_000, noTools: true},
		{name: "anthropic.claude-instant", tokens: 100_000, noTools: true},
		{name: "anthropic.claude-3-5-haiku", tokens: 200_000},
		{name: "anthropic.claude-opus-4-6", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-opus-4-7", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-opus-4-8", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-opus-5", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-sonnet-4-6", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-sonnet-5", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-haiku-5", tokens: 1_000_000, images: true},
		{name: "anthropic.claude-fable", tokens: 1_000_000, images: true},
		{name: "anthropic.claude", tokens: 200_000, images: true},
		{name: "amazon.nova-2-lite", tokens: 1_000_000, images: true},
		{name: "amazon.nova-micro", tokens: 128_000},
		{name: "amazon.nova-lite", tokens: 300_000, images: true},
		{name: "amazon.nova-pro", tokens: 300_000, images: true},
		{name: "amazon.nova-premier", tokens: 1_000_000, images: true},
		{name: "amazon.titan-text", noTools: true},
		{name: "openai.gpt-oss", tokens: 128_000},
		{name: "deepseek.r1", tokens: 128_000, noTools: true},
		{name: "meta.llama3-1-", tokens: 128_000},
		{name: "meta.llama3-2-1b", tokens: 128_000, noTools: true},
		{name: "meta.llama3-2-3b", tokens: 128_000, noTools: true},
		{name: "meta.llama3-2-", tokens: 128_000, images: true},
		{name: "meta.llama3-3-", tokens: 128_000},
		{name: "meta.llama3-8b", tokens: 8_000, noTools: true},
		{name: "meta.llama3-70b", tokens: 8_000, noTools: true},
		{name: "mistral.mistral-7b", tokens: 32_000, noTools: true},
		{name: "mistral.mixtral-8x7b", tokens: 32_000, noTools: true},
		{name: "mistral.mistral-large-2407", tokens: 128_000},
		{name: "ai21.jamba-instruct", tokens: 256_000, noTools: true},
		{name: "ai21.jamba-1-5", tokens: 256_000},
		{name: "ai21.j2", noTools: true},
		{name: "cohere.command-text", noTools: true},
		{name: "cohere.command-light", noTools: true},
		{name: "cohere.command-r", tokens: 128_000},
		{name: "qwen.qwen3-coder-480b", tokens: 262_144},
		{name: "qwen.qwen3-next-80b", tokens: 262_144},
		{name: "moonshot.kimi-k2-thinking", tokens: 262_143},
		{name: "moonshotai.kimi-k2.5", tokens: 262_143, images: true},
		{name: "minimax.minimax-m2", tokens: 196_608},
	} {
		if strings.Contains(model, f.name) {
			return f
		}
	}
	return family{}
}

// newModel returns a model under an id and a name; served is the id of the
// foundation model behind it, by which its family is known.
func newModel(id, name, served string) provider.Model {
	f := familyOf(served)
	return provider.Model{ID: id, Name: name, ContextTokens: f.tokens, Images: f.images, NoTools: f.noTools}
}
