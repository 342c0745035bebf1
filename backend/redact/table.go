package redact

import "strings"

// row is a kind of token that is known by its shape: prefix, then at least least
// bytes of chars, of which at least one is a digit or, for bytes that are all
// letters, both cases occur. A run that is longer than most, where that is set, is
// something else.
type row struct {
	prefix string
	chars  class
	least  int
	most   int // 0: none
	what   string
	source string // who says so
}

// class is a set of bytes.
type class int

const (
	word        class = iota // letters, digits and _
	plain                    // letters and digits
	dashed                   // word and -
	dotted                   // dashed and .
	hex                      // digits and a to f
	upper                    // A to Z and 2 to 7
	base64class              // letters, digits, + / = _ -
	classes
)

func (c class) has(b byte) bool {
	switch c {
	case word:
		return alphanumeric(b) || b == '_'
	case plain:
		return alphanumeric(b)
	case dashed:
		return alphanumeric(b) || b == '_' || b == '-'
	case dotted:
		return alphanumeric(b) || b == '_' || b == '-' || b == '.'
	case hex:
		return isDigit(b) || b >= 'a' && b <= 'f'
	case upper:
		return b >= 'A' && b <= 'Z' || b >= '2' && b <= '7'
	case base64class:
		return alphanumeric(b) || b == '+' || b == '/' || b == '=' || b == '_' || b == '-'
	}
	return false
}

func alphanumeric(b byte) bool { return isDigit(b) || isLetter(b) }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

const (
	sourceAWS     = "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"
	sourceBedrock = "docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html"
	sourceGitHub  = "docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats"
	sourceGitLab  = "docs.gitlab.com/security/tokens/#token-prefixes"
	sourceSlack   = "docs.slack.dev/authentication/tokens"
	sourceStripe  = "docs.stripe.com/keys"
	sourceScan    = "docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns"
	sourceLeaks   = "github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml"
	sourceGoogle  = "cloud.google.com/docs/authentication/api-keys"
	sourceOAuth   = "developers.google.com/identity/protocols/oauth2#size"
)

// rows is the table of known tokens.
var rows = []row{
	{"AKIA", upper, 16, 16, "AWS access key id", sourceAWS},
	{"ASIA", upper, 16, 16, "AWS access key id", sourceAWS},
	{"ABIA", upper, 16, 16, "AWS access key id", sourceAWS},
	{"ACCA", upper, 16, 16, "AWS access key id", sourceAWS},
	{"ABSK", base64class, 40, 0, "Bedrock API key", sourceBedrock},
	{"bedrock-api-key-", base64class, 40, 0, "Bedrock API key", sourceBedrock},
	{"ghp_", word, 30, 0, "GitHub token", sourceGitHub},
	{"gho_", word, 30, 0, "GitHub token", sourceGitHub},
	{"ghu_", word, 30, 0, "GitHub token", sourceGitHub},
	{"ghs_", dotted, 30, 0, "GitHub token", sourceGitHub},
	{"ghr_", word, 30, 0, "GitHub token", sourceGitHub},
	{"github_pat_", word, 40, 0, "GitHub token", sourceGitHub},
	{"glpat-", dotted, 20, 0, "GitLab token", sourceGitLab},
	{"gloas-", dashed, 32, 0, "GitLab token", sourceGitLab},
	{"gldt-", dashed, 20, 0, "GitLab token", sourceGitLab},
	{"glrt-", dotted, 20, 0, "GitLab token", sourceGitLab},
	{"glcbt-", dotted, 20, 0, "GitLab token", sourceGitLab},
	{"glptt-", dashed, 20, 0, "GitLab token", sourceGitLab},
	{"glft-", dashed, 20, 0, "GitLab token", sourceGitLab},
	{"glimt-", dashed, 20, 0, "GitLab token", sourceGitLab},
	{"glagent-", dashed, 30, 0, "GitLab token", sourceGitLab},
	{"glsoat-", dashed, 20, 0, "GitLab token", sourceGitLab},
	{"xoxb-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxp-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxa-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxr-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxs-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxc-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxd-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxe-", dashed, 10, 0, "Slack token", sourceSlack},
	{"xoxe.", dotted, 10, 0, "Slack token", sourceSlack},
	{"xapp-", dashed, 10, 0, "Slack token", sourceSlack},
	{"AIza", dashed, 35, 35, "Google API key", sourceGoogle},
	{"ya29.", dotted, 20, 0, "Google token", sourceOAuth},
	{"GOCSPX-", dashed, 20, 0, "Google client secret", sourceScan},
	{"sk-ant-", dashed, 20, 0, "Anthropic key", sourceScan},
	{"sk-proj-", dashed, 20, 0, "OpenAI key", sourceScan},
	{"sk-svcacct-", dashed, 20, 0, "OpenAI key", sourceScan},
	{"sk-admin-", dashed, 20, 0, "OpenAI key", sourceScan},
	{"sk-or-", dashed, 20, 0, "OpenRouter key", sourceScan},
	{"sk-lf-", dashed, 20, 0, "Langfuse key", sourceScan},
	{"sk-", plain, 20, 0, "API key", sourceScan}, // OpenAI's first form, which others took over
	{"gsk_", plain, 30, 0, "Groq key", sourceScan},
	{"xai-", plain, 40, 0, "xAI key", sourceScan},
	{"pplx-", plain, 32, 0, "Perplexity key", sourceScan},
	{"r8_", plain, 30, 0, "Replicate token", sourceScan},
	{"hf_", plain, 30, 0, "Hugging Face token", sourceScan},
	{"api_org_", plain, 30, 0, "Hugging Face token", sourceLeaks},
	{"sk_live_", plain, 16, 0, "Stripe key", sourceStripe},
	{"sk_test_", plain, 16, 0, "Stripe key", sourceStripe},
	{"rk_live_", plain, 16, 0, "Stripe key", sourceStripe},
	{"rk_test_", plain, 16, 0, "Stripe key", sourceStripe},
	{"whsec_", base64class, 24, 0, "webhook secret", sourceStripe},
	{"npm_", plain, 36, 0, "npm token", "docs.npmjs.com/about-access-tokens"},
	{"pypi-", dashed, 50, 0, "PyPI token", "pypi.org/help/#apitoken"},
	{"rubygems_", hex, 48, 48, "RubyGems key", sourceScan},
	{"dckr_pat_", dashed, 20, 0, "Docker token", sourceScan},
	{"dckr_oat_", dashed, 20, 0, "Docker token", sourceScan},
	{"hvs.", dashed, 20, 0, "Vault token", "developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes"},
	{"hvb.", dashed, 20, 0, "Vault token", "developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes"},
	{"SG.", dotted, 40, 0, "SendGrid key", sourceScan},
	{"dop_v1_", hex, 64, 64, "DigitalOcean token", sourceScan},
	{"doo_v1_", hex, 64, 64, "DigitalOcean token", sourceScan},
	{"dor_v1_", hex, 64, 64, "DigitalOcean token", sourceScan},
	{"dapi", hex, 32, 32, "Databricks token", sourceScan},
	{"shpat_", plain, 32, 0, "Shopify token", sourceScan},
	{"shpss_", plain, 32, 0, "Shopify token", sourceScan},
	{"lin_api_", plain, 32, 0, "Linear key", sourceScan},
	{"ntn_", plain, 40, 0, "Notion token", sourceScan},
	{"glsa_", word, 32, 0, "Grafana token", sourceScan},
	{"glc_", base64class, 32, 0, "Grafana token", sourceScan},
	{"sntrys_", base64class, 40, 0, "Sentry token", sourceScan},
	{"sntryu_", hex, 64, 64, "Sentry token", sourceScan},
	{"NRAK-", plain, 27, 27, "New Relic key", sourceScan},
	{"PMAK-", dashed, 40, 0, "Postman key", sourceScan},
	{"figd_", dashed, 36, 0, "Figma token", sourceScan},
	{"ATATT3", base64class, 60, 0, "Atlassian token", sourceScan},
	{"ATBB", plain, 28, 0, "Bitbucket password", sourceScan},
	{"sbp_", hex, 40, 40, "Supabase token", sourceScan},
	{"pscale_tkn_", dotted, 32, 0, "PlanetScale token", sourceScan},
	{"pscale_pw_", dotted, 32, 0, "PlanetScale password", sourceScan},
	{"nfp_", plain, 36, 0, "Netlify token", sourceScan},
	{"HRKU-", dashed, 36, 0, "Heroku key", sourceScan},
	{"AGE-SECRET-KEY-1", plain, 58, 58, "age key", "github.com/FiloSottile/age"},
	{"tskey-", dashed, 20, 0, "Tailscale key", sourceScan},
	{"dp.pt.", plain, 40, 0, "Doppler token", sourceScan},
	{"cio", plain, 32, 32, "crates.io token", sourceScan},
	{"tvly-", dashed, 20, 0, "Tavily key", sourceScan},
	{"eyJ", dotted, 20, 0, "JSON web token", "www.rfc-editor.org/rfc/rfc7519#section-3"},
}

// match returns where the token ends that begins at i, or 0.
func (s *scanner) match(r row, i int) int {
	text := s.text
	from := i + len(r.prefix)
	if len(text) < from+r.least || text[i:from] != r.prefix {
		return 0
	}
	end := s.end(r.chars, from)
	// A full stop or a dash at the end belongs to the sentence.
	for n := 0; n < 8 && end > from && (text[end-1] == '.' || text[end-1] == '-'); n++ {
		end--
	}
	random := text[from:min(end, from+96)]
	switch {
	case end-from < r.least, r.most > 0 && end-from > r.most, distinct(random) < 6:
		return 0
	case r.what == "JSON web token":
		if !webToken(text[i:min(end, i+4*judged)]) {
			return 0
		}
	case r.most > 0 && end < len(text) && word.has(text[end]), !mixed(random):
		return 0
	}
	return end
}

// judged is how much of a long text is looked at to decide what it is, in bytes.
const judged = 512

// end returns where the run of bytes of a class ends that i is in. It goes over no
// byte twice.
func (s *scanner) end(c class, i int) int {
	if i < s.ends[c] {
		return s.ends[c]
	}
	end := i
	for end < len(s.text) && c.has(s.text[end]) {
		end++
	}
	s.ends[c] = end
	return end
}

// webToken reports whether text begins as a token does: three parts, the first of
// which is JSON, or two that are JSON both, where it is not signed.
func webToken(text string) bool {
	head, rest, ok := strings.Cut(text, ".")
	return ok && len(head) >= 10 && len(rest) >= 8 && (strings.Contains(rest, ".") || strings.HasPrefix(rest, "eyJ"))
}

// mixed reports whether text is more than words of one case.
func mixed(text string) bool {
	var low, high, digit bool
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
			digit = true
		case c >= 'a' && c <= 'z':
			low = true
		case c >= 'A' && c <= 'Z':
			high = true
		}
	}
	return digit || low && high
}
