package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func newCheckpointName(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "name ID NAME",
		Short: "Give a checkpoint a name; an empty one takes it away",
		Args:  arguments(cobra.ExactArgs(2)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			named, err := f.Checkpoints.SetLabel(command.Context(), given[0], given[1])
			if err != nil {
				return err
			}
			switch label := shownLabel(named); {
			case options.json:
				return options.print(named)
			case strings.TrimSpace(given[1]) != "":
				fmt.Fprintf(options.stdout, "%s is called %q now.\n", named.ID, label)
			case label != "":
				fmt.Fprintf(options.stdout, "%s has no name of yours any more; it shows as %q.\n", named.ID, label)
			default:
				fmt.Fprintf(options.stdout, "%s has no name any more.\n", named.ID)
			}
			return nil
		}),
	}
}

// shownLabel is the name that a person gave a checkpoint, or else its own label,
// in one line.
func shownLabel(c checkpoint.Checkpoint) string { return oneLine(cmp.Or(c.Name, c.Label)) }

func newCheckpointLog(options *shared) *cobra.Command {
	var limit int
	command := &cobra.Command{
		Use:   "log PATH",
		Short: "List the checkpoints in which a file or folder is not what it was before, the newest first",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			path, err := belowFolder(f, given[0])
			if err != nil {
				return err
			}
			versions, err := f.Checkpoints.Versions(command.Context(), path, limit)
			if err != nil {
				return err
			}
			if options.json {
				return options.print(versions)
			}
			for _, v := range versions {
				fmt.Fprintln(options.stdout, version(v))
			}
			if len(versions) == 0 {
				fmt.Fprintf(options.stdout, "No checkpoint has ever held %s.\n", oneLine(path))
			}
			return nil
		}),
	}
	command.Flags().IntVar(&limit, "limit", 0, "list no more than `N`; 0 lists all")
	return command
}

// belowFolder is a path relative to the workspace; an absolute one is made so.
func belowFolder(f *folder.Folder, path string) (string, error) {
	if filepath.IsAbs(path) {
		relative, err := filepath.Rel(f.Workspace.Path(), path)
		if err != nil || !filepath.IsLocal(relative) {
			return "", fmt.Errorf("path %q: not a path inside the workspace", path)
		}
		path = relative
	}
	return filepath.ToSlash(path), nil
}

// version is one in a line.
func version(v checkpoint.Version) string {
	c := v.Checkpoint
	line := fmt.Sprintf("%s  %s  %-12s  %s", c.ID, moment(c.CreatedAt), c.Reason, stateOf(v))
	if label := shownLabel(c); label != "" {
		line += "  " + label
	}
	if c.Pinned {
		line += "  (pinned)"
	}
	return line
}

func stateOf(v checkpoint.Version) string {
	switch v.State {
	case checkpoint.VersionPresent:
		said := fmt.Sprintf("%s, mode %04o", size(v.Entry.Size), v.Entry.Mode)
		if v.From != "" {
			said += ", moved from " + oneLine(v.From)
		}
		return said
	case checkpoint.VersionAbsent:
		return "not there"
	case checkpoint.VersionOther:
		if v.Entry.Target != "" {
			return "a link to " + oneLine(v.Entry.Target)
		}
		return "a " + string(v.Entry.Kind)
	case checkpoint.VersionUnknown:
	}
	return strings.TrimSuffix("not covered: "+plain(v.Entry.Reason), ": ")
}
