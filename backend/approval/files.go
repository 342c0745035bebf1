package approval

import (
	"context"
	"fmt"
	"os"
	"slices"
)

func (p *Policy) decideRead(r Request) Decision {
	listed := ReadIgnored(p.root)
	for _, path := range r.Paths {
		forms, denied := p.locate(path, true)
		if denied != nil {
			return *denied
		}
		names := append(p.relative(forms), path)
		if slices.ContainsFunc(names, Secret) {
			return Decision{Effect: Ask, Rule: RuleSecret, Tier: TierBuiltIn, Pattern: path,
				Reason: fmt.Sprintf("%q looks like a file with passwords or keys; what is in it would be sent to the model.", path)}
		}
		if why := listed.any(names); why != "" {
			return Decision{Effect: Ask, Rule: RuleIgnored, Tier: TierWorkspace, Pattern: path,
				Reason: fmt.Sprintf("%q is kept from the agent: %s; what is in it would be sent to the model.", path, why)}
		}
	}
	return Decision{Effect: Allow, Rule: RuleRead, Tier: TierBuiltIn, Reason: "Reading and searching the workspace is allowed."}
}

func (p *Policy) decideWrite(ctx context.Context, r Request) Decision {
	if len(r.Paths) == 0 {
		return Decision{Effect: Deny, Rule: RuleMalformed, Tier: TierBuiltIn, Reason: "The change does not say which file it changes."}
	}
	var ask *Decision
	var steps []Step
	for _, path := range r.Paths {
		d := p.decidePath(ctx, r.Kind, path)
		if d == nil {
			steps = append(steps, Step{Tier: TierBuiltIn, Rule: RuleProtected, Text: fmt.Sprintf("%q is inside the opened folder, and nothing protects it.", path)})
			continue
		}
		steps = append(steps, Step{Tier: d.Tier, Rule: d.Rule, Effect: d.Effect, Text: d.Reason})
		if d.Effect == Deny {
			d.Steps = steps
			return *d
		}
		if ask == nil {
			ask = d
		}
	}
	if name := p.pairedByMove(r); ask == nil && name != "" {
		ask = protectedPath(r.Paths[1], name)
		steps = append(steps, Step{Tier: ask.Tier, Rule: ask.Rule, Effect: ask.Effect, Text: ask.Reason})
	}
	mode := Decision{Effect: Allow, Rule: RuleAutopilot, Tier: TierSession, Reason: "In autopilot mode changes inside the workspace are not asked about."}
	if r.Mode != autopilot {
		mode = Decision{Effect: Ask, Rule: RuleSupervised, Tier: TierSession, Reason: "In supervised mode every file change is asked about."}
	}
	steps = append(steps, Step{Tier: mode.Tier, Rule: mode.Rule, Effect: mode.Effect, Text: mode.Reason})
	if ask == nil {
		ask = &mode
	}
	ask.Steps = steps
	return *ask
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
				return &Decision{Effect: Deny, Rule: RuleKeel, Tier: TierBuiltIn, Pattern: path,
					Reason: fmt.Sprintf("%q belongs to Keel's own program, configuration or data, which decides what the agent may do.", path)}
			}
		}
	}
	names := append(p.relative(forms), path)
	if kind == kindMove {
		if d := p.decideUncovering(path, names); d != nil {
			return d
		}
	}
	name := ""
	for _, each := range names {
		if name = protectedName(each); name != "" {
			break
		}
	}
	var held inside
	if name == "" && acts {
		held = p.lookInside(ctx, kind, forms[0])
		name = held.protected
	}
	switch {
	case held.kept != "" && name == "":
		return &Decision{Effect: Ask, Rule: RuleIgnored, Tier: TierWorkspace, Pattern: path,
			Reason: fmt.Sprintf("%q holds %q, which a .keelignore file keeps from the agent; in another place it could be read unasked.", path, held.kept)}
	case name != "":
		return protectedPath(path, name)
	}
	if info, err := os.Lstat(forms[0]); err == nil && kind == kindEdit && info.Mode().IsRegular() && linked(forms[0], info) {
		// The tools replace a file by another one of the same name (package
		// atomicfile), so a change cannot reach what the other name protects; but
		// whoever counts on both names being one file should know.
		return &Decision{Effect: Ask, Rule: RuleLinked, Tier: TierBuiltIn, Pattern: path,
			Reason: fmt.Sprintf("%q has more than one name: the same file is known elsewhere too (a hard link). The change makes a new file under this name; under the others the old content stays.", path)}
	}
	return nil
}

func protectedPath(path, name string) *Decision {
	return &Decision{Effect: Ask, Rule: RuleProtected, Tier: TierBuiltIn, Pattern: name,
		Reason: fmt.Sprintf("%q touches %s, which other programs run or obey by themselves; this is asked in every mode.", path, name)}
}

// decideUncovering asks before what is not read unasked gets another name, under
// which it could be.
func (p *Policy) decideUncovering(path string, names []string) *Decision {
	if slices.ContainsFunc(names, Secret) && !slices.ContainsFunc(names, func(name string) bool { return protectedName(name) != "" }) {
		return &Decision{Effect: Ask, Rule: RuleSecret, Tier: TierBuiltIn, Pattern: path,
			Reason: fmt.Sprintf("%q looks like a file with passwords or keys; under another name it could be read unasked.", path)}
	}
	if why := ReadIgnored(p.root).any(names); why != "" {
		return &Decision{Effect: Ask, Rule: RuleIgnored, Tier: TierWorkspace, Pattern: path,
			Reason: fmt.Sprintf("%q is kept from the agent: %s; under another name it could be read unasked.", path, why)}
	}
	return nil
}
