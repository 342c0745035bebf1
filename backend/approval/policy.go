package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// conversational are Keel's own tools that only show a plan, ask the user, start
// a sub agent, each of whose calls is decided by itself, or end what the session
// has started. No tool from elsewhere may have one of these names.
var conversational = []string{"todo", "ask_user", "sub_agent", "stop_command"}

// Options are what a [Policy] needs to know.
type Options struct {
	Rules     func() Rules // read for every decision; nil trusts nothing
	Guard     Guard        // nil: matching a pattern is enough
	Protected []string     // absolute folders with Keel's own configuration and data, and its program where that replaces itself
	Root      string       // the workspace's absolute folder; empty: every path is outside
}

// Policy decides. It keeps no state between decisions and is safe for
// concurrent use.
type Policy struct {
	rules     func() Rules
	guard     Guard
	protected []string
	root      string
}

// NewPolicy returns the policy for one workspace.
func NewPolicy(o Options) *Policy {
	rules := o.Rules
	if rules == nil {
		rules = func() Rules { return Rules{} }
	}
	return &Policy{rules: rules, guard: o.Guard, protected: slices.Clone(o.Protected), root: o.Root}
}

// Decide says whether an act may happen. When it cannot find out what a path
// leads to, it denies.
func (p *Policy) Decide(ctx context.Context, r Request) Decision {
	d := p.decide(ctx, r)
	if len(d.Steps) == 0 { // one rule alone has decided
		d.Steps = []Step{{Tier: d.Tier, Rule: d.Rule, Effect: d.Effect, Text: d.Reason}}
	}
	if d.Effect == Ask && r.Headless {
		d.Effect = Deny
		d.Reason += " " + headlessAdvice(d, r)
		d.Steps = append(d.Steps, Step{Tier: TierBuiltIn, Rule: RuleHeadless, Effect: Deny, Text: "There is nobody to ask in this run, so the question is a no."})
	}
	return d
}

func (p *Policy) decide(ctx context.Context, r Request) Decision {
	switch r.Kind {
	case kindExecute:
		return p.decideCommand(r)
	case kindRead, kindSearch:
		return p.decideRead(r)
	case kindEdit, kindDelete, kindMove:
		return p.decideWrite(ctx, r)
	case kindFetch:
		return p.decideFetch(r)
	case kindOther:
		if slices.Contains(conversational, r.Tool) {
			return Decision{Effect: Allow, Rule: RuleOwn, Tier: TierBuiltIn, Reason: "It changes nothing outside the conversation and what it has started."}
		}
	}
	return Decision{Effect: Ask, Rule: RuleUnknownKind, Tier: TierBuiltIn, Reason: fmt.Sprintf("Nothing is known about what %q does.", r.Tool)}
}

// headlessAdvice says, after the reason to ask, how to get the act allowed.
func headlessAdvice(d Decision, r Request) string {
	const nobody = "There is nobody to ask in this run, so it was denied"
	switch d.Rule {
	case RuleUntrusted, RuleGuard:
		// A pattern with a star would trust more than the command that was asked for.
		if hasStar(r.Command) {
			return nobody + "; do it in the window, where you can approve it."
		}
		if d.Rule == RuleUntrusted && d.Pattern != "" { // a stored one, in a folder that is not trusted
			return fmt.Sprintf("%s; to allow it, add --trust %s, or --trust-workspace where you trust this folder.", nobody, shellQuote(r.Command))
		}
		return fmt.Sprintf("%s; to allow it, add --trust %s.", nobody, shellQuote(r.Command))
	case RuleDenyList:
		return nobody + "; to allow it, take that text off keelAgent.commandDenylist, or run it in the window and approve it."
	case RuleWeb:
		if hosts := SuggestHosts(r.Address); len(hosts) > 0 && r.SignedIn == "" {
			return fmt.Sprintf("%s; to allow it, add --trust-host %s.", nobody, shellQuote(hosts[0]))
		}
	case RuleSupervised:
		return nobody + "; to allow changes, use --mode autopilot."
	}
	return nobody + "; do it in the window, where you can approve it."
}

// shellQuote writes text so that a shell reads it as one word.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
