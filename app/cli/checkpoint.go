package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func newCheckpoint(options *shared) *cobra.Command {
	return group("checkpoint", "Save and restore the files of a workspace",
		newCheckpointCreate(options),
		newCheckpointList(options),
		newCheckpointShow(options),
		newCheckpointDiff(options),
		newCheckpointRestore(options),
		newCheckpointUndo(options),
		newCheckpointPin(options),
		newCheckpointName(options),
		newCheckpointLog(options),
		newCheckpointVerify(options),
		newCheckpointPrune(options),
		newCheckpointPurge(options),
		newCheckpointForget(options),
		newCheckpointRescue(options),
		newCheckpointSetAside(options),
		newCheckpointBench(options),
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
				fmt.Fprintln(options.stdout, listed(c))
			}
			usage, err := f.Checkpoints.Usage(command.Context())
			if err != nil {
				return err
			}
			fmt.Fprintln(options.stdout, used(usage))
			return nil
		}),
	}
}

// listed is a checkpoint in one line.
func listed(c checkpoint.Checkpoint) string {
	line := fmt.Sprintf("%s  %s  %-12s %6d files %5d changed", c.ID, moment(c.CreatedAt), c.Reason, c.Files, c.Changed)
	if label := shownLabel(c); label != "" {
		line += "  " + label
	}
	if c.Pinned {
		line += "  (pinned)"
	}
	if !c.Complete {
		line += fmt.Sprintf("  (not complete: %s lacking)", count(len(c.Problems), "path"))
	}
	return line
}

// used says what the checkpoints take.
func used(u checkpoint.Usage) string {
	if u.Checkpoints == 0 {
		return "There are no checkpoints yet."
	}
	line := fmt.Sprintf("%s since %s, %d pinned, take %s on the disk", count(u.Checkpoints, "checkpoint"), moment(u.OldestAt), u.Pinned, size(u.Bytes))
	if u.Cap > 0 {
		line += fmt.Sprintf("; from %s on the oldest go", size(u.Cap))
	}
	return line + "."
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
