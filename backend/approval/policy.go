package approval

import (
	"context"
	"fmt"
	"path/filepath"
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
	Protected []string     // absolute folders with Keel's own configuration and data
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
	if d.Effect == Ask && r.Headless {
		d.Effect = Deny
		d.Reason += " " + headlessAdvice(d, r)
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
		return Decision{Effect: Ask, Rule: RuleWeb, Reason: "Every web address is asked about: what stands in it leaves this machine, and the model reads what comes back."}
	case kindOther:
		if slices.Contains(conversational, r.Tool) {
			return Decision{Effect: Allow, Rule: RuleOwn, Reason: "It changes nothing outside the conversation and what it has started."}
		}
	}
	return Decision{Effect: Ask, Rule: RuleUnknownKind, Reason: fmt.Sprintf("Nothing is known about what %q does.", r.Tool)}
}

func (p *Policy) decideCommand(r Request) Decision {
	if strings.TrimSpace(r.Command) == "" || strings.ContainsRune(r.Command, 0) {
		return Decision{Effect: Deny, Rule: RuleMalformed, Reason: "There is no command that could be run."}
	}
	if _, denied := p.locate(r.Folder, true); denied != nil {
		return *denied
	}
	rules := p.rules()
	for _, text := range rules.Denylist {
		if text != "" && strings.Contains(r.Command, text) {
			return Decision{Effect: Ask, Rule: RuleDenyList, Pattern: text,
				Reason: fmt.Sprintf("The command is on the deny list: it holds %q.", text)}
		}
	}
	patterns := slices.Clone(r.Grants)
	if !rules.FolderUntrusted {
		patterns = append(patterns, rules.TrustedCommands...)
	}
	if d, matched := p.matchCommand(r.Command, patterns); matched {
		return d
	}
	d := Decision{Effect: Ask, Rule: RuleUntrusted, Reason: "No trusted command matches it."}
	for _, pattern := range rules.TrustedCommands {
		if rules.FolderUntrusted && Match(pattern, r.Command) {
			d.Pattern = pattern
			d.Reason = fmt.Sprintf("The trusted command %q matches, but trusted commands do not count in a folder that you have not trusted.", pattern)
			break
		}
	}
	return d
}

// matchCommand finds the narrowest pattern that allows the command. What a
// guard objects to is asked about unless another pattern allows it without
// objection; the guard does not look at an exact pattern, nor at `*`.
func (p *Policy) matchCommand(command string, patterns []string) (Decision, bool) {
	matching := slices.DeleteFunc(slices.Clone(patterns), func(pattern string) bool { return !Match(pattern, command) })
	slices.SortStableFunc(matching, func(a, b string) int { return rank(b) - rank(a) })
	var objection *Decision
	for _, pattern := range matching {
		if p.guard != nil && hasStar(pattern) && pattern != "*" {
			if ask, reason := p.guard.Check(command, pattern, func(part string) bool {
				return slices.ContainsFunc(patterns, func(each string) bool { return Match(each, part) })
			}); ask {
				if objection == nil {
					objection = &Decision{Effect: Ask, Rule: RuleGuard, Pattern: pattern, Reason: reason}
				}
				continue
			}
		}
		return Decision{Effect: Allow, Rule: RuleTrusted, Pattern: pattern,
			Reason: fmt.Sprintf("The trusted command %q matches.", pattern)}, true
	}
	if objection != nil {
		return *objection, true
	}
	return Decision{}, false
}

// rank orders patterns that match the same command: exact ones are highest,
// then the longer prefix, `*` is lowest.
func rank(pattern string) int {
	if !hasStar(pattern) {
		return 1 << 30
	}
	return len(pattern)
}

func (p *Policy) decideRead(r Request) Decision {
	for _, path := range r.Paths {
		forms, denied := p.locate(path, true)
		if denied != nil {
			return *denied
		}
		if slices.ContainsFunc(append(p.relative(forms), path), Secret) {
			return Decision{Effect: Ask, Rule: RuleSecret, Pattern: path,
				Reason: fmt.Sprintf("%q looks like a file with passwords or keys; what is in it would be sent to the model.", path)}
		}
	}
	return Decision{Effect: Allow, Rule: RuleRead, Reason: "Reading and searching the workspace is allowed."}
}

func (p *Policy) decideWrite(ctx context.Context, r Request) Decision {
	if len(r.Paths) == 0 {
		return Decision{Effect: Deny, Rule: RuleMalformed, Reason: "The change does not say which file it changes."}
	}
	var ask *Decision
	for _, path := range r.Paths {
		d := p.decidePath(ctx, r.Kind, path)
		if d != nil && d.Effect == Deny {
			return *d
		}
		if ask == nil {
			ask = d
		}
	}
	if ask != nil {
		return *ask
	}
	if r.Mode != autopilot {
		return Decision{Effect: Ask, Rule: RuleSupervised, Reason: "In supervised mode every file change is asked about."}
	}
	return Decision{Effect: Allow, Rule: RuleAutopilot, Reason: "In autopilot mode changes inside the workspace are not asked about."}
}

// decidePath returns why a change of one path is denied or asked about; nil
// when the mode alone decides.
func (p *Policy) decidePath(ctx context.Context, kind, path string) *Decision {
	acts := kind == kindDelete || kind == kindMove // on the link, and on whole folders
	forms, denied := p.locate(path, !acts)
	if denied != nil {
		return denied
	}
	for _, form := range forms {
		for _, folder := range p.protectedForms() {
			if within(form, folder) || acts && within(folder, form) {
				return &Decision{Effect: Deny, Rule: RuleKeel, Pattern: path,
					Reason: fmt.Sprintf("%q belongs to Keel's own configuration or data, which decides what the agent may do.", path)}
			}
		}
	}
	name := ""
	for _, form := range append(p.relative(forms), path) {
		if name == "" {
			name = protectedName(form)
		}
		if name == "" && kind == kindMove && Secret(form) {
			return &Decision{Effect: Ask, Rule: RuleSecret, Pattern: path,
				Reason: fmt.Sprintf("%q looks like a file with passwords or keys; under another name it could be read unasked.", path)}
		}
	}
	if name == "" && acts {
		name = protectedInside(ctx, forms[0])
	}
	if name == "" {
		return nil
	}
	return &Decision{Effect: Ask, Rule: RuleProtected, Pattern: name,
		Reason: fmt.Sprintf("%q touches %s, which other programs run or obey by themselves; this is asked in every mode.", path, name)}
}

// locate returns the absolute forms of a workspace-relative path: where it
// really leads, and as written. It denies what leaves the workspace.
func (p *Policy) locate(path string, followLast bool) (forms []string, denied *Decision) {
	outside := &Decision{Effect: Deny, Rule: RuleOutside, Pattern: path,
		Reason: fmt.Sprintf("%q is outside the workspace; the agent may only act inside the opened folder.", path)}
	local := filepath.FromSlash(path)
	if path == "" {
		local = "."
	}
	if p.root == "" || !filepath.IsLocal(local) || strings.ContainsRune(path, 0) {
		return nil, outside
	}
	root, ok := resolve(p.root, true)
	if !ok {
		return nil, outside
	}
	real, ok := resolve(filepath.Join(root, local), followLast)
	if !ok {
		return nil, outside
	}
	inside, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(inside) {
		return nil, outside
	}
	return []string{real, filepath.Join(root, local)}, nil
}

// relative returns the forms below the workspace's top, so that the folders
// above it play no part.
func (p *Policy) relative(forms []string) []string {
	root, _ := resolve(p.root, true)
	inside := make([]string, 0, len(forms)+1)
	for _, form := range forms {
		if relative, err := filepath.Rel(root, form); err == nil {
			inside = append(inside, relative)
		}
	}
	return inside
}

// protectedForms returns Keel's folders as given and where they really are.
func (p *Policy) protectedForms() []string {
	forms := slices.Clone(p.protected)
	for _, folder := range p.protected {
		if real, ok := resolve(folder, true); ok {
			forms = append(forms, real)
		}
	}
	return forms
}

// headlessAdvice says, after the reason to ask, how to get the act allowed.
func headlessAdvice(d Decision, r Request) string {
	const nobody = "There is nobody to ask in this run, so it was denied"
	switch d.Rule {
	case RuleUntrusted, RuleGuard:
		return fmt.Sprintf("%s; to allow it, add --trust %s.", nobody, shellQuote(r.Command))
	case RuleDenyList:
		return nobody + "; to allow it, take that text off keelAgent.commandDenylist, or run it in the window and approve it."
	case RuleSupervised:
		return nobody + "; to allow changes, use --mode autopilot."
	}
	return nobody + "; do it in the window, where you can approve it."
}

// shellQuote writes text so that a shell reads it as one word.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
