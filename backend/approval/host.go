package approval

import (
	"fmt"
	"net/url"

	"github.com/keel-ide/keel/backend/webhost"
)

// leaves is why an address is asked about.
const leaves = "What stands in an address leaves this machine, and the model reads what comes back."

// decideFetch lets an address be fetched whose host is trusted.
func (p *Policy) decideFetch(r Request) Decision {
	t := &trace{rules: p.rules(), r: r}
	at, err := url.Parse(r.Address)
	if r.Address == "" || err != nil {
		return Decision{Effect: Ask, Rule: RuleWeb, Tier: TierBuiltIn, Reason: "It is not known what would be fetched. " + leaves}
	}
	if r.SignedIn != "" {
		reason := fmt.Sprintf("It would be read with the sign-in of %s, which no trusted host covers. %s", r.SignedIn, leaves)
		return Decision{Effect: Ask, Rule: RuleWeb, Tier: TierBuiltIn, Reason: reason}
	}
	for _, given := range []list{{TierUser, t.rules.TrustedHosts}, {TierRun, r.Hosts}} {
		if pattern, ok := t.host(given, at); ok {
			return t.end(Allow, given.tier, RuleTrustedHost, pattern, fmt.Sprintf("The trusted host %q matches.", pattern))
		}
	}
	t.note(TierBuiltIn, RuleWeb, Ask, "An address whose host nothing trusts is asked about.")
	return t.end(Ask, TierBuiltIn, RuleWeb, "", "No trusted host matches it. "+leaves)
}

// host is the pattern of one tier that names the host of an address.
func (t *trace) host(given list, at *url.URL) (string, bool) {
	from := "that you trust"
	if given.tier == TierRun {
		from = "given for this run"
	}
	for _, pattern := range given.patterns {
		if webhost.Match(pattern, at) {
			t.note(given.tier, RuleTrustedHost, Allow, "A host %s matches: %q.", from, pattern)
			return pattern, true
		}
	}
	switch {
	case len(given.patterns) > 0:
		t.note(given.tier, RuleTrustedHost, "", "No host %s matches.", from)
	case given.tier == TierUser:
		t.note(given.tier, RuleTrustedHost, "", "You have no trusted hosts.")
	}
	return "", false
}

// SuggestHosts returns the hosts that a person may trust after seeing an address,
// narrowest first; see [webhost.Suggest].
func SuggestHosts(address string) []string {
	at, err := url.Parse(address)
	if err != nil {
		return nil
	}
	return webhost.Suggest(at)
}
