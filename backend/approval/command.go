package approval

import (
	"fmt"
	"slices"
	"strings"
)

// trusted is a pattern with whose it is.
type trusted struct {
	pattern string
	tier    Tier
}

// list is the patterns of one tier.
type list struct {
	tier     Tier
	patterns []string
}

// trace is a decision about a command in the making.
type trace struct {
	rules Rules
	r     Request
	steps []Step
}

func (t *trace) note(tier Tier, rule string, effect Effect, text string, values ...any) {
	t.steps = append(t.steps, Step{Tier: tier, Rule: rule, Effect: effect, Text: fmt.Sprintf(text, values...)})
}

// end makes the decision.
func (t *trace) end(effect Effect, tier Tier, rule, pattern, reason string) Decision {
	return Decision{Effect: effect, Rule: rule, Tier: tier, Pattern: pattern, Reason: reason, Steps: t.steps}
}

func (p *Policy) decideCommand(r Request) Decision {
	if strings.TrimSpace(r.Command) == "" || strings.ContainsRune(r.Command, 0) {
		return Decision{Effect: Deny, Rule: RuleMalformed, Tier: TierBuiltIn, Reason: "There is no command that could be run."}
	}
	if _, denied := p.locate(r.Folder, true); denied != nil {
		return *denied
	}
	t := &trace{rules: p.rules(), r: r}
	t.note(TierBuiltIn, RuleOutside, "", "It runs inside the opened folder.")
	if d, denied := t.denylist(); denied {
		return d
	}
	patterns := t.patterns()
	if d, matched := p.matchCommand(t, patterns); matched {
		return d
	}
	t.note(TierBuiltIn, RuleUntrusted, Ask, "A command that nothing trusts is asked about.")
	for _, idle := range t.idle() {
		if i := slices.IndexFunc(idle.patterns, func(pattern string) bool { return Match(pattern, r.Command) }); i >= 0 {
			return t.end(Ask, TierBuiltIn, RuleUntrusted, idle.patterns[i], fmt.Sprintf(
				"The trusted command %q matches, but trusted commands do not count in a folder that you have not trusted.", idle.patterns[i]))
		}
	}
	return t.end(Ask, TierBuiltIn, RuleUntrusted, "", "No trusted command matches it.")
}

// denylist looks for the texts that make every command ask.
func (t *trace) denylist() (Decision, bool) {
	command := asRead(t.r.Command)
	for _, tier := range []Tier{TierUser, TierWorkspace} {
		texts := t.texts(tier)
		for _, text := range texts {
			if !strings.Contains(t.r.Command, text) && !holdsAsRead(command, text) {
				continue
			}
			reason := fmt.Sprintf("The command is on the deny list: it holds %q.", text)
			if tier == TierWorkspace {
				reason = fmt.Sprintf("The command holds %q, which the opened folder's settings put on the deny list.", text)
			}
			t.note(tier, RuleDenyList, Ask, "%s", reason)
			return t.end(Ask, tier, RuleDenyList, text, reason), true
		}
		switch {
		case tier == TierUser && t.rules.DenylistUnknown:
			t.note(tier, RuleDenyList, "", "Your deny list cannot be read, so no stored pattern counts.")
		case tier == TierUser && len(texts) == 0:
			t.note(tier, RuleDenyList, "", "Your deny list is empty.")
		case tier == TierUser:
			t.note(tier, RuleDenyList, "", "Nothing of your deny list is in it.")
		case len(texts) > 0:
			t.note(tier, RuleDenyList, "", "Nothing of what the opened folder adds to the deny list is in it.")
		}
	}
	return Decision{}, false
}

// holdsAsRead reports whether a command, as the shell reads it, holds a text of the
// deny list: two blanks, quotes and backslashes change nothing of what runs.
func holdsAsRead(command, text string) bool {
	text = asRead(text)
	return strings.TrimSpace(text) != "" && strings.Contains(command, text)
}

// asRead is a text without quotes and backslashes, and with one blank for several.
func asRead(text string) string {
	text = strings.NewReplacer("\\\n", "", "'", "", `"`, "", `\`, "").Replace(text)
	var b strings.Builder
	blank := false
	for _, r := range text {
		if r == ' ' || r == '\t' || r == '\n' {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		b.WriteRune(r)
	}
	return b.String()
}

// texts are those of the deny list that count as a tier's.
func (t *trace) texts(tier Tier) []string {
	var texts []string
	for _, text := range t.rules.Denylist {
		if folders := slices.Contains(t.rules.FolderDenylist, text); text != "" && folders == (tier == TierWorkspace) {
			texts = append(texts, text)
		}
	}
	return texts
}

// patterns are those that count for the command, the highest tier's first.
func (t *trace) patterns() []list {
	var all []list
	if !t.rules.DenylistUnknown && !t.rules.FolderUntrusted {
		all = append(all, t.stored()...)
	}
	if !t.rules.DenylistUnknown {
		all = append(all, list{TierSession, t.r.Session})
	}
	return append(all, list{TierRun, t.r.Grants})
}

// idle are the stored patterns that do not count, because the folder is not
// trusted.
func (t *trace) idle() []list {
	if !t.rules.FolderUntrusted || t.rules.DenylistUnknown {
		return nil
	}
	return t.stored()
}

func (t *trace) stored() []list {
	return []list{{TierUser, t.rules.TrustedCommands}, {TierWorkspace, t.rules.FolderCommands}}
}

// matchCommand finds the narrowest pattern that allows the command. What a
// guard objects to is asked about unless another pattern allows it without
// objection; the guard does not look at an exact pattern, nor at `*`.
func (p *Policy) matchCommand(t *trace, patterns []list) (Decision, bool) {
	matching := t.matching(patterns)
	var objection *Decision
	var objected []string
	for _, each := range matching {
		if slices.Contains(objected, each.pattern) {
			continue // as another tier's
		}
		if hasStar(each.pattern) && each.pattern != "*" {
			if reason, asks := p.objects(t, each, patterns); asks {
				if objection == nil {
					d := t.end(Ask, TierBuiltIn, RuleGuard, each.pattern, reason)
					objection = &d
				}
				objected = append(objected, each.pattern)
				continue
			}
		}
		return t.end(Allow, each.tier, RuleTrusted, each.pattern, fmt.Sprintf("The trusted command %q matches.", each.pattern)), true
	}
	if objection != nil {
		objection.Steps = t.steps
		return *objection, true
	}
	return Decision{}, false
}

// matching are the patterns that match, the narrowest first, and notes for each
// tier what it has to say.
func (t *trace) matching(patterns []list) []trusted {
	if t.rules.FolderUntrusted {
		t.note(TierUser, RuleUntrusted, "", "You have not trusted this folder: your trusted commands, also those for this folder alone, do not count in it.")
	}
	var matching []trusted
	if !t.rules.FolderUntrusted && !t.rules.DenylistUnknown && len(t.rules.TrustedCommands) == 0 {
		t.note(TierUser, RuleTrusted, "", "You have no trusted commands.")
	}
	for _, given := range patterns {
		var matched []string
		for _, pattern := range given.patterns {
			if Match(pattern, t.r.Command) && !slices.Contains(matched, pattern) {
				matched = append(matched, pattern)
				matching = append(matching, trusted{pattern, given.tier})
			}
		}
		switch {
		case len(matched) > 0:
			t.note(given.tier, RuleTrusted, Allow, "%s: %s.", matches(given.tier, len(matched)), quoteAll(matched))
		case len(given.patterns) > 0:
			t.note(given.tier, RuleTrusted, "", "%s", misses(given.tier, len(given.patterns)))
		}
	}
	slices.SortStableFunc(matching, func(a, b trusted) int { return rank(b.pattern) - rank(a.pattern) })
	return matching
}

// whose says of a tier where its patterns come from.
func whose(tier Tier) string {
	switch tier {
	case TierWorkspace:
		return "that you trust in this folder"
	case TierSession:
		return "that you trust in this session"
	case TierRun:
		return "given for this run"
	}
	return "that you always trust"
}

func matches(tier Tier, count int) string {
	if count == 1 {
		return "A command " + whose(tier) + " matches"
	}
	return fmt.Sprintf("%d commands %s match", count, whose(tier))
}

func misses(tier Tier, count int) string {
	if count == 1 {
		return "The one command " + whose(tier) + " does not match."
	}
	return fmt.Sprintf("None of the %d commands %s matches.", count, whose(tier))
}

// most is how many patterns a step names.
const most = 5

func quoteAll(patterns []string) string {
	shown := make([]string, 0, most+1)
	for _, pattern := range patterns[:min(len(patterns), most)] {
		shown = append(shown, fmt.Sprintf("%q", pattern))
	}
	if more := len(patterns) - most; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return strings.Join(shown, ", ")
}

// objects asks the guard about a pattern that matches.
func (p *Policy) objects(t *trace, each trusted, patterns []list) (reason string, asks bool) {
	switch {
	case p.guard == nil:
		return "", false
	case t.rules.GuardOff:
		t.note(TierUser, RuleGuard, "", "You have switched the command guard off: that %q matches is enough.", each.pattern)
		return "", false
	}
	asks, reason = p.guard.Check(t.r.Command, each.pattern, func(part string) bool { return anyMatches(patterns, part) })
	if asks {
		t.note(TierBuiltIn, RuleGuard, Ask, "The command guard objects to %q: %s", each.pattern, reason)
		return reason, true
	}
	if reason := p.namesKept(t.r, each.pattern); reason != "" {
		t.note(TierBuiltIn, RuleGuard, Ask, "The command guard objects to %q: %s", each.pattern, reason)
		return reason, true
	}
	t.note(TierBuiltIn, RuleGuard, "", "The command guard finds nothing in it that %q does not show.", each.pattern)
	return "", false
}

// anyMatches is asked for every command of a list: it looks closer only at
// patterns with the same first word, which all that match have but `*`.
func anyMatches(patterns []list, command string) bool {
	word, _, _ := strings.Cut(command, " ")
	for _, given := range patterns {
		for _, pattern := range given.patterns {
			if (pattern == "*" || strings.HasPrefix(pattern, word)) && Match(pattern, command) {
				return true
			}
		}
	}
	return false
}

// rank orders patterns that match the same command: exact ones are highest,
// then the longer prefix, `*` is lowest.
func rank(pattern string) int {
	if !hasStar(pattern) {
		return 1 << 30
	}
	return len(pattern)
}
