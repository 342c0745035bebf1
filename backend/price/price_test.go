package price

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
)

func TestOf(t *testing.T) {
	sonnet := provider.Price{Input: 3_000_000, Output: 15_000_000, CacheRead: 300_000, CacheWrite: 3_750_000}
	regional := provider.Price{Input: 3_300_000, Output: 16_500_000, CacheRead: 330_000, CacheWrite: 4_125_000}
	table := New(func() map[string]string {
		return map[string]string{
			"amazon.nova-pro-v1:0": "1/2", "openai:work/gpt": "$1.25 / 10 / 0.125 / 0", "gpt": "9/9", "broken": "cheap",
			"us.amazon.nova-pro-v1:0": "cheap",
		}
	})
	tests := map[string]struct {
		provider, model string
		want            provider.Price
		known           bool
	}{
		"by its id":                 {"bedrock", "anthropic.claude-sonnet-4-20250514-v1:0", sonnet, true},
		"by a profile":              {"bedrock", "us.anthropic.claude-sonnet-4-20250514-v1:0", sonnet, true},
		"from anywhere":             {"bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", sonnet, true},
		"from one part":             {"bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", regional, true},
		"by an ARN":                 {"bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0", regional, true},
		"with its context":          {"bedrock", "amazon.nova-lite-v1:0:300k", provider.Price{Input: 60_000, Output: 240_000, CacheRead: 15_000, CacheWrite: 60_000}, true},
		"a newer one":               {"bedrock", "anthropic.claude-sonnet-4-9-20300101-v1:0", provider.Price{}, false},
		"an account's profile":      {"bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", provider.Price{}, false},
		"of another provider":       {"openai:x", "anthropic.claude-sonnet-4-20250514-v1:0", provider.Price{}, false},
		"the user's own":            {"bedrock", "amazon.nova-pro-v1:0", provider.Price{Input: 1_000_000, Output: 2_000_000, CacheRead: 1_000_000, CacheWrite: 1_000_000}, true},
		"the user's for a provider": {"openai:work", "gpt", provider.Price{Input: 1_250_000, Output: 10_000_000, CacheRead: 125_000}, true},
		"unreadable, shipped":       {"bedrock", "us.amazon.nova-pro-v1:0", provider.Price{Input: 800_000, Output: 3_200_000, CacheRead: 200_000, CacheWrite: 800_000}, true},
		"unreadable":                {"bedrock", "broken", provider.Price{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, known := table.Of(test.provider, test.model)
			if known != test.known {
				t.Errorf("known %v", known)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShipped(t *testing.T) {
	table := New(nil)
	if _, err := time.Parse(time.DateOnly, table.Date()); err != nil {
		t.Error(err)
	}
	for id, families := range table.families {
		for _, f := range families {
			if p, known := table.Of(id, f.Family); !known || p.Input <= 0 || p.Output <= p.Input {
				t.Errorf("%s %s: %+v, %v", id, f.Family, p, known)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "3", "a / b", "3 / -1", "1/2/3/4/5", "NaN / 1", "Inf / 1", "1e9 / 1", "3 15"} {
		if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), "input / output") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestCost(t *testing.T) {
	p, _ := New(nil).Of("bedrock", "anthropic.claude-sonnet-4-20250514-v1:0")
	got := p.Of(provider.Usage{InputTokens: 1000, OutputTokens: 100, CacheReadTokens: 10_000, CacheWriteTokens: 2000})
	if want := int64(3000 + 1500 + 3000 + 7500); got != want {
		t.Errorf("got %d millionths, want %d", got, want)
	}
}
