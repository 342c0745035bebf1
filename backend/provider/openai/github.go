package openai

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// What the free tier of GitHub Models takes in, in tokens: less than the
// models could. Those of its tier "custom" take half of it.
const (
	gitHubTokens       = 8000
	gitHubCustomTokens = 4000
)

// GitHubModels returns the preset for GitHub Models. token gives a token with
// the permission "models: read".
func GitHubModels(token func(ctx context.Context) (string, error), options Options) *Provider {
	options.Key = token
	return newProvider(options.withDefaults(GitHubModelsID, "GitHub Models", "https://models.github.ai/inference"), kind{
		keyed:  true,
		limit:  "The free tier of GitHub Models takes 8,000 tokens in.",
		newKey: "Sign in to GitHub on the Accounts page (Keel: Show Accounts), or make a GitHub token with the permission \"models: read\" and enter it in the model picker. The free tier takes 8,000 tokens in, which is enough for small tasks.",
		list:   listGitHub,
	})
}

// listGitHub reads the catalog. What a model takes in is bounded by the free
// tier; nothing tells whether an account pays for more.
func listGitHub(ctx context.Context, p *Provider, key string) ([]provider.Model, error) {
	var catalog []struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Tier         string   `json:"rate_limit_tier"`
		Inputs       []string `json:"supported_input_modalities"`
		Outputs      []string `json:"supported_output_modalities"`
		Capabilities []string `json:"capabilities"`
		Limits       struct {
			Input count `json:"max_input_tokens"`
		} `json:"limits"`
	}
	if err := p.get(ctx, strings.TrimSuffix(p.service.Base, "/inference")+"/catalog/models", key, &catalog); err != nil {
		return nil, err
	}
	var models []provider.Model
	for _, m := range catalog {
		if m.ID == "" || m.Tier == "embeddings" || len(m.Outputs) > 0 && !slices.Contains(m.Outputs, "text") {
			continue
		}
		tokens := gitHubTokens
		if m.Tier == "custom" {
			tokens = gitHubCustomTokens
		}
		if m.Limits.Input > 0 {
			tokens = min(tokens, int(m.Limits.Input))
		}
		models = append(models, provider.Model{
			ID: m.ID, Name: cmp.Or(m.Name, m.ID), ContextTokens: tokens,
			Images:   slices.Contains(m.Inputs, "image"),
			NoImages: len(m.Inputs) > 0 && !slices.Contains(m.Inputs, "image"),
			NoTools:  len(m.Capabilities) > 0 && !slices.Contains(m.Capabilities, "tool-calling"),
		})
	}
	return models, nil
}
