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
}

func newTrust(options *shared) *cobra.Command {
	var grants []string
	explain := &cobra.Command{
		Use:   "explain [--trust PATTERN]... -- COMMAND",
		Short: "Say whether a command would run unasked, and why (exit code 0 allow, 3 ask, 4 deny)",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(command *cobra.Command, words []string) error {
			f, err := options.open(command.Context(), extra{grants: grants})
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
			r := trustReport{Decision: decision.Effect, Pattern: decision.Pattern, Reason: decision.Reason}
			if options.json {
				err = options.print(r)
			} else {
				_, err = fmt.Fprintf(options.stdout, "%s: %s\n", r.Decision, plain(r.Reason))
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
	return group("trust", "Look into which commands run without asking", explain)
}
