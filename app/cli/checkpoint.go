package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func newCheckpoint(options *shared) *cobra.Command {
	return group("checkpoint", "Save and restore the files of a workspace",
		newCheckpointCreate(options),
		newCheckpointList(options),
		newCheckpointDiff(options),
		newCheckpointRestore(options),
		newCheckpointUndo(options),
	)
}

// onCheckpoints opens the workspace around one command.
func onCheckpoints(options *shared, work func(command *cobra.Command, given []string, f *folder.Folder) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, given []string) error {
		f, err := options.open(command.Context(), extra{})
		if err != nil {
			return err
		}
		return errors.Join(work(command, given, f), f.Close())
	}
}

func newCheckpointCreate(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "create [NAME]",
		Short: "Save the files as they are now",
		Args:  arguments(cobra.MaximumNArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			made, err := f.Checkpoints.Create(command.Context(), checkpoint.CreateRequest{
				Reason: checkpoint.Manual,
				Label:  strings.Join(given, " "),
			})
			if err != nil {
				return err
			}
			if options.json {
				return options.print(made)
			}
			fmt.Fprintf(options.stdout, "%s  %d files, %d changed, %d ms\n", made.ID, made.Files, made.Changed, made.DurationMs)
			for _, problem := range made.Problems {
				fmt.Fprintf(options.stderr, "not covered: %s: %s\n", oneLine(problem.Path), plain(problem.Reason))
			}
			return nil
		}),
	}
}

func newCheckpointList(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the checkpoints, the newest first",
		Args:  arguments(cobra.NoArgs),
		RunE: onCheckpoints(options, func(command *cobra.Command, _ []string, f *folder.Folder) error {
			all, err := f.Checkpoints.List(command.Context())
			if err != nil {
				return err
			}
			if options.json {
				if all == nil {
					all = []checkpoint.Checkpoint{}
				}
				return options.print(all)
			}
			for _, c := range all {
				lacks := ""
				if !c.Complete {
					lacks = "  (not complete)"
				}
				fmt.Fprintf(options.stdout, "%s  %s  %-12s %s%s\n", c.ID, time.UnixMilli(c.CreatedAt).Format(time.DateTime), c.Reason, oneLine(c.Label), lacks)
			}
			return nil
		}),
	}
}

func newCheckpointDiff(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "diff ID [ID]",
		Short: "List what differs between two checkpoints, or between one and the files now",
		Args:  arguments(cobra.RangeArgs(1, 2)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			to := ""
			if len(given) == 2 {
				to = given[1]
			}
			changes, err := f.Restores.Diff(command.Context(), given[0], to)
			if err != nil {
				return err
			}
			if options.json {
				out := make([]pathChange, len(changes))
				for i, c := range changes {
					out[i] = pathChange{Path: c.Path, Kind: string(c.Kind), From: c.From}
				}
				return options.print(out)
			}
			for _, c := range changes {
				from := ""
				if c.From != "" {
					from = " (from " + oneLine(c.From) + ")"
				}
				fmt.Fprintf(options.stdout, "%-8s %s%s\n", c.Kind, oneLine(c.Path), from)
			}
			return nil
		}),
	}
}

// pathChange is one line of checkpoint diff's JSON; its shape is kept stable.
type pathChange struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	From string `json:"from,omitempty"`
}

func newCheckpointRestore(options *shared) *cobra.Command {
	var exact, agent, dryRun, yes bool
	var after string
	var paths []string
	command := &cobra.Command{
		Use:   "restore ID",
		Short: "Put the files back to a checkpoint; what is overwritten is kept for undo",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			if agent && after == "" {
				return usage{errors.New("--agent needs --after, the checkpoint after the agent's changes")}
			}
			request := checkpoint.RestoreRequest{ID: given[0], Verb: checkpoint.Exact, Paths: paths}
			if agent {
				request.Verb, request.After = checkpoint.Agent, after
			}
			if dryRun || !yes {
				return preview(command, options, f, request, dryRun)
			}
			result, err := f.Checkpoints.Restore(command.Context(), request)
			if err != nil {
				return err
			}
			return restored(options, result)
		}),
	}
	flags := command.Flags()
	flags.BoolVar(&exact, "exact", false, "put everything that is covered back to this point (the default)")
	flags.BoolVar(&agent, "agent", false, "undo only what changed between this checkpoint and --after")
	flags.StringVar(&after, "after", "", "with --agent: the checkpoint after the agent's changes")
	flags.StringArrayVar(&paths, "path", nil, "restore only this file or folder")
	flags.BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	flags.BoolVar(&yes, "yes", false, "do it without showing the plan first")
	command.MarkFlagsMutuallyExclusive("exact", "agent")
	return command
}

// preview shows the plan. Without --yes there is nobody to ask, so that is all.
func preview(command *cobra.Command, options *shared, f *folder.Folder, request checkpoint.RestoreRequest, wanted bool) error {
	plan, err := f.Checkpoints.Preview(command.Context(), request)
	if err != nil {
		return err
	}
	if options.json {
		if err := options.print(plan); err != nil {
			return err
		}
	} else {
		for _, path := range plan.Write {
			fmt.Fprintf(options.stdout, "write    %s\n", oneLine(path))
		}
		for _, path := range plan.Delete {
			fmt.Fprintf(options.stdout, "delete   %s\n", oneLine(path))
		}
		for _, c := range plan.Conflicts {
			fmt.Fprintf(options.stdout, "conflict %s: %s\n", oneLine(c.Path), c.Reason)
		}
		for _, path := range plan.Unknown {
			fmt.Fprintf(options.stdout, "leave    %s (not covered)\n", oneLine(path))
		}
	}
	if wanted {
		return nil
	}
	fmt.Fprintln(options.stderr, "keel: nothing was changed; add --yes to do this")
	return exit{exitDenied}
}

func restored(options *shared, result checkpoint.Result) error {
	if options.json {
		return options.print(result)
	}
	fmt.Fprintf(options.stdout, "%d written, %d deleted; take it back with: keel checkpoint undo %s\n", result.Written, result.Deleted, result.Undo)
	for _, c := range result.Conflicts {
		fmt.Fprintf(options.stderr, "left alone: %s: %s\n", oneLine(c.Path), c.Reason)
	}
	for _, path := range result.Unknown {
		fmt.Fprintf(options.stderr, "left alone: %s: not covered by the checkpoint\n", oneLine(path))
	}
	return nil
}

func newCheckpointUndo(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "undo ID",
		Short: "Take a restore back (and an undo: that is redo)",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			result, err := f.Checkpoints.Undo(command.Context(), given[0])
			if err != nil {
				return err
			}
			return restored(options, result)
		}),
	}
}
