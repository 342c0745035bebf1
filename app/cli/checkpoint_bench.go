package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/backend/checkpoint/bench"
)

func newCheckpointBench(options *shared) *cobra.Command {
	var o bench.Options
	var against string
	command := &cobra.Command{
		Use:   "bench",
		Short: "Measure checkpoints on trees made for it (exit code 1 if a restore was not exact)",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			switch against {
			case "", "git":
			default:
				return usage{fmt.Errorf("--against is git, not %q", against)}
			}
			for _, files := range o.Files {
				if files < bench.Fewest {
					return usage{fmt.Errorf("--files is %d or more, not %d", bench.Fewest, files)}
				}
			}
			if o.Rounds < 1 {
				return usage{fmt.Errorf("--rounds is 1 or more, not %d", o.Rounds)}
			}
			o.Git = against == "git"
			o.Progress = func(text string) { fmt.Fprintf(options.stderr, "%s\n", plain(text)) }
			report, err := bench.Run(command.Context(), o)
			if err != nil {
				return err
			}
			if options.json {
				err = options.print(report)
			} else {
				_, err = fmt.Fprint(options.stdout, report.Markdown())
			}
			failed := report.Failed()
			for _, f := range failed {
				fmt.Fprintf(options.stderr, "keel: not exact: %s\n", plain(f))
			}
			if err == nil && len(failed) > 0 {
				return exit{exitFailed}
			}
			return err
		},
	}
	flags := command.Flags()
	flags.IntSliceVar(&o.Files, "files", []int{1_000, 10_000, 100_000}, "how many files a tree has; several times for several trees")
	flags.StringVar(&against, "against", "", "git: measure git as well")
	flags.StringVar(&o.Dir, "dir", "", "a folder on the disk to measure, for temporary files (default: the system's)")
	flags.IntVar(&o.Rounds, "rounds", 5, "how often everything is measured; the median counts")
	return command
}
