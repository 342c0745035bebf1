package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func newCheckpointShow(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Say all that is known of a checkpoint",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			d, err := f.Checkpoints.Show(command.Context(), given[0])
			if err != nil {
				return err
			}
			if options.json {
				return options.print(d)
			}
			for _, line := range details(d) {
				fmt.Fprintf(options.stdout, "%-11s %s\n", line[0], line[1])
			}
			return nil
		}),
	}
}

// details are the lines about a checkpoint, each a name and a value.
func details(d checkpoint.Details) [][2]string {
	var lines [][2]string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, [2]string{name, value})
		}
	}
	add("checkpoint", d.ID)
	add("name", shownLabel(d.Checkpoint))
	if d.Name != "" {
		add("label", oneLine(d.Label))
	}
	add("made", fmt.Sprintf("%s, %s, in %d ms", moment(d.CreatedAt), d.Reason, d.DurationMs))
	add("after", d.Parent)
	add("session", d.SessionID)
	add("turn", d.TurnID)
	add("tool call", d.ToolCallID)
	add("git", strings.TrimSpace(oneLine(d.Branch)+" "+d.Head))
	add("holds", fmt.Sprintf("%s in %s, %s; %d changed", count(d.Files, "file"), count(d.Folders, "folder"), size(d.Bytes), d.Changed))
	if d.Pinned {
		add("pinned", "yes, it is never cleaned up")
	}
	if d.Complete {
		add("complete", "yes")
	} else {
		add("complete", fmt.Sprintf("no: %s could not be captured, and no restore touches them", count(len(d.Problems), "path")))
	}
	for _, p := range d.Problems {
		add("lacks", oneLine(p.Path)+": "+plain(p.Reason))
	}
	for _, e := range d.Uncovered {
		add("not covered", strings.TrimSuffix(oneLine(e.Path)+": "+plain(e.Reason), ": "))
	}
	if d.Restore != "" {
		add("restore", d.Restore)
	}
	for _, path := range d.Late {
		add("late", oneLine(path)+": a program went on writing to it after the restore; both versions are kept")
	}
	for _, path := range d.Unsaved {
		add("unsaved", oneLine(path)+": the editor's text is kept")
	}
	return lines
}

func newCheckpointPin(options *shared) *cobra.Command {
	var off bool
	command := &cobra.Command{
		Use:   "pin ID",
		Short: "Keep a checkpoint from ever being cleaned up",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			if err := f.Checkpoints.Pin(command.Context(), given[0], !off); err != nil {
				return err
			}
			if options.json {
				c, err := f.Checkpoints.Get(command.Context(), given[0])
				if err != nil {
					return err
				}
				return options.print(c)
			}
			if off {
				fmt.Fprintf(options.stdout, "%s is no longer pinned: a clean-up may remove it when it is old.\n", given[0])
			} else {
				fmt.Fprintf(options.stdout, "%s is pinned: it stays until you unpin it with --off.\n", given[0])
			}
			return nil
		}),
	}
	command.Flags().BoolVar(&off, "off", false, "let it be cleaned up again")
	return command
}
