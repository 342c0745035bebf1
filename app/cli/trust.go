package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/backend/approval"
)

type trustReport struct {
	Decision approval.Effect `json:"decision"`
	Pattern  string          `json:"pattern"`
	Reason   string          `json:"reason"`
	Rule     string          `json:"rule"`
	Tier     approval.Tier   `json:"tier"`
	Steps    []trustStep     `json:"steps"`
}

type trustStep struct {
	Tier   approval.Tier   `json:"tier"`
	Rule   string          `json:"rule"`
	Effect approval.Effect `json:"effect"` // empty when it had no say
	Text   string          `json:"text"`
}

const trustWorkspaceUsage = "trust the workspace for this run, so that the stored trusted commands count in it"

func newTrust(options *shared) *cobra.Command {
	var grants []string
	var trusted bool
	explain := &cobra.Command{
		Use:   "explain [--trust PATTERN]... [--trust-workspace] -- COMMAND",
		Short: "Say whether a command would run unasked, and why (exit code 0 allow, 3 ask, 4 deny)",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(command *cobra.Command, words []string) error {
			f, err := options.open(command.Context(), extra{grants: grants, trusted: trusted})
			if err != nil {
				return err
			}
			defer f.Close()
			options.warn(f)
			decision := f.Policy.Decide(command.Context(), approval.Request{
				Kind:    "execute",
				Tool:    "run_command",
				Command: strings.Join(words, " "),
				Folder:  ".",
				Grants:  grants,
			})
			if options.json {
				err = options.print(newTrustReport(decision))
			} else {
				err = options.explain(decision)
			}
			if err != nil {
				return err
			}
			switch decision.Effect {
			case approval.Allow:
				return nil
			case approval.Ask:
				return exit{exitDenied}
			}
			return exit{exitRefused}
		},
	}
	explain.Flags().StringArrayVar(&grants, "trust", nil, "a pattern to add for this question")
	explain.Flags().BoolVar(&trusted, "trust-workspace", false, trustWorkspaceUsage)
	return group("trust", "Look into which commands run without asking", explain)
}

func newTrustReport(d approval.Decision) trustReport {
	r := trustReport{
		Decision: d.Effect, Pattern: d.Pattern, Reason: d.Reason, Rule: d.Rule, Tier: d.Tier, Steps: []trustStep{},
	}
	for _, step := range d.Steps {
		r.Steps = append(r.Steps, trustStep{Tier: step.Tier, Rule: step.Rule, Effect: step.Effect, Text: step.Text})
	}
	return r
}

// explain says a decision and how it came about to a person.
func (s *shared) explain(d approval.Decision) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", d.Effect, plain(d.Reason))
	if d.Pattern != "" {
		fmt.Fprintf(&b, "pattern: %s\n", oneLine(d.Pattern))
	}
	fmt.Fprintf(&b, "rule: %s (%s)\n", d.Rule, d.Tier)
	for i, step := range d.Steps {
		effect := ""
		if step.Effect != "" {
			effect = string(step.Effect) + ": "
		}
		fmt.Fprintf(&b, "%d. %s: %s%s\n", i+1, step.Tier, effect, plain(step.Text))
	}
	_, err := fmt.Fprint(s.stdout, b.String())
	return err
}
