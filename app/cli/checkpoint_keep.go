package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/workspace"
)

func newCheckpointVerify(options *shared) *cobra.Command {
	var readData bool
	command := &cobra.Command{
		Use:   "verify",
		Short: "Look for damage in what is stored (exit code 1 if there is any); changes nothing",
		Args:  arguments(cobra.NoArgs),
		RunE: onCheckpoints(options, func(command *cobra.Command, _ []string, f *folder.Folder) error {
			report, err := f.Checkpoints.Verify(command.Context(), checkpoint.VerifyRequest{ReadData: readData})
			if err != nil {
				return err
			}
			if options.json {
				err = options.print(report)
			} else {
				verified(options, report, readData)
			}
			if err == nil && len(report.Damages) > 0 {
				return exit{exitFailed}
			}
			return err
		}),
	}
	command.Flags().BoolVar(&readData, "read-data", false, "also read every stored content back")
	return command
}

func verified(options *shared, r checkpoint.Report, readData bool) {
	looked := fmt.Sprintf("%s, %s and %s, %s", count(r.Checkpoints, "checkpoint"), count(r.Folders, "folder"), count(r.Contents, "content"), size(r.Bytes))
	for _, d := range r.Damages {
		fmt.Fprintf(options.stdout, "damaged  %s\n", damage(d))
	}
	if len(r.Damages) > 0 {
		fmt.Fprintf(options.stdout, "Looked at %s: %s found.\n", looked, count(len(r.Damages), "damage"))
		fmt.Fprintln(options.stderr, "keel: your files are not affected, and what is damaged is never restored; a new checkpoint keeps the present files afresh")
		return
	}
	fmt.Fprintf(options.stdout, "Looked at %s: no damage.\n", looked)
	if !readData {
		fmt.Fprintln(options.stdout, "The contents themselves were not read back; --read-data does that.")
	}
}

// damage is one in a line.
func damage(d checkpoint.Damage) string {
	line := plain(d.What)
	if d.Path != "" {
		line = oneLine(d.Path) + ": " + line
	}
	switch len(d.Checkpoints) {
	case 0:
		return line
	case 1:
		return line + " (checkpoint " + d.Checkpoints[0] + ")"
	}
	return fmt.Sprintf("%s (%d checkpoints, the first %s)", line, len(d.Checkpoints), d.Checkpoints[0])
}

func newCheckpointPrune(options *shared) *cobra.Command {
	var dryRun bool
	command := &cobra.Command{
		Use:   "prune",
		Short: "Thin out old checkpoints and give room back",
		Args:  arguments(cobra.NoArgs),
		RunE: onCheckpoints(options, func(command *cobra.Command, _ []string, f *folder.Folder) error {
			open, err := lately(command.Context(), f)
			if err != nil {
				return err
			}
			pruned, err := f.Checkpoints.Prune(command.Context(), checkpoint.PruneRequest{Open: open, DryRun: dryRun})
			if err != nil {
				return err
			}
			if options.json {
				return options.print(pruned)
			}
			verb, freed := "Removed", "gave back"
			if dryRun {
				verb, freed = "Would remove", "would give back"
			}
			fmt.Fprintf(options.stdout, "%s %s and %s %s; %d stay.\n", verb, count(len(pruned.Removed), "checkpoint"), freed, size(pruned.Freed), pruned.Kept)
			if pruned.OverCap {
				fmt.Fprintln(options.stderr, "keel: this is still more than the checkpoints should take, but everything left is recent or pinned; unpin some, or raise the limit")
			}
			return nil
		}),
	}
	command.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be removed")
	return command
}

// lately lists the sessions that a window may have open: those used in the last
// two weeks.
func lately(ctx context.Context, f *folder.Folder) ([]string, error) {
	all, err := f.Agent.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	since := time.Now().AddDate(0, 0, -14).UnixMilli()
	var out []string
	for _, s := range all {
		if s.UpdatedAt >= since {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

func newCheckpointPurge(options *shared) *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use:   "purge PATH",
		Short: "Take a file or folder out of every checkpoint, as for a secret",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: onCheckpoints(options, func(command *cobra.Command, given []string, f *folder.Folder) error {
			path := oneLine(given[0])
			if !yes {
				fmt.Fprintf(options.stderr, "keel: this would take %s, and all below it, out of every checkpoint for good: it could never be restored from one again\n", path)
				fmt.Fprintln(options.stderr, "keel: nothing was changed; add --yes to do this. The file in the workspace stays either way.")
				return exit{exitDenied}
			}
			purged, err := f.Checkpoints.Purge(command.Context(), given[0])
			if err != nil {
				return err
			}
			if options.json {
				return options.print(purged)
			}
			if purged.Checkpoints == 0 {
				fmt.Fprintf(options.stdout, "No checkpoint holds %s.\n", path)
				return nil
			}
			fmt.Fprintf(options.stdout, "%s is gone from %s: %s deleted, %s given back.\n", path, count(purged.Checkpoints, "checkpoint"), count(purged.Contents, "content"), size(purged.Freed))
			fmt.Fprintln(options.stderr, "keel: the file in the workspace was not touched, and the next checkpoint keeps it again unless you delete it; if it is a secret, change it")
			return nil
		}),
	}
	command.Flags().BoolVar(&yes, "yes", false, "do it")
	return command
}

func newCheckpointForget(options *shared) *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use:   "forget",
		Short: "Delete all checkpoints of this workspace; its files stay as they are",
		Args:  arguments(cobra.NoArgs),
		RunE: onCheckpoints(options, func(command *cobra.Command, _ []string, f *folder.Folder) error {
			if !yes {
				usage, err := f.Checkpoints.Usage(command.Context())
				if err != nil {
					return err
				}
				fmt.Fprintf(options.stderr, "keel: this would delete the whole history of %s for good: %s, %d of them pinned, %s\n", oneLine(f.Workspace.Path()), count(usage.Checkpoints, "checkpoint"), usage.Pinned, size(usage.Bytes))
				fmt.Fprintln(options.stderr, "keel: nothing was changed; add --yes to do this. The files in the workspace stay either way.")
				return exit{exitDenied}
			}
			gone, err := f.Checkpoints.Forget(command.Context())
			if err != nil {
				return err
			}
			if options.json {
				return options.print(gone)
			}
			fmt.Fprintf(options.stdout, "Deleted %s and gave back %s. The files in the workspace are as they were; nothing the agent did so far can be taken back any more.\n", count(len(gone.Removed), "checkpoint"), size(gone.Freed))
			return nil
		}),
	}
	command.Flags().BoolVar(&yes, "yes", false, "do it")
	return command
}

func newCheckpointRescue(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "rescue",
		Short: "Find the checkpoints again when their record is lost or damaged; deletes nothing",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			dir, own, release, err := options.store(command.Context())
			if err != nil {
				return err
			}
			defer func() { _ = release() }() // it only ends the lock
			found, err := checkpoint.Rescue(command.Context(), dir, checkpoint.Options{Own: own, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				return err
			}
			if options.json {
				return options.print(found)
			}
			fmt.Fprintf(options.stdout, "Found %s again.\n", count(found.Checkpoints, "checkpoint"))
			if found.Lost > 0 {
				fmt.Fprintf(options.stdout, "%s could not be brought back, because something they need is missing.\n", count(found.Lost, "checkpoint"))
			}
			if found.Aside != "" {
				fmt.Fprintf(options.stdout, "The damaged record was put aside as %s; delete it once all is well.\n", oneLine(found.Aside))
			}
			fmt.Fprintln(options.stderr, "keel: the files in the workspace were not touched; see what is there with: keel checkpoint list")
			return nil
		},
	}
}

func newCheckpointSetAside(options *shared) *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use:   "set-aside",
		Short: "Start a new history where the old one cannot be opened; deletes nothing",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			f, err := options.open(command.Context(), extra{})
			if err == nil {
				return errors.Join(errors.New("these checkpoints can be opened, and nothing was changed; to delete them there is `keel checkpoint forget`"), f.Close())
			}
			if !errors.Is(err, checkpoint.ErrNewer) && !errors.Is(err, checkpoint.ErrNoRecord) {
				return err
			}
			if !yes {
				fmt.Fprintf(options.stderr, "keel: %s\n", plain(err.Error()))
				fmt.Fprintln(options.stderr, "keel: this would set all these checkpoints aside, deleting nothing, and start a new history; add --yes to do this. The files in the workspace stay either way.")
				return exit{exitDenied}
			}
			dir, own, release, err := options.store(command.Context())
			if err != nil {
				return err
			}
			defer func() { _ = release() }() // it only ends the lock
			aside, err := checkpoint.SetAside(command.Context(), dir, checkpoint.Options{Own: own, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				return err
			}
			if options.json {
				return options.print(struct {
					Aside string `json:"aside"`
				}{aside})
			}
			fmt.Fprintf(options.stdout, "The old checkpoints were set aside as %s. The history of this workspace begins anew.\n", oneLine(aside))
			return nil
		},
	}
	command.Flags().BoolVar(&yes, "yes", false, "do it")
	return command
}

// store finds the folder of the workspace's checkpoints without opening them,
// and Keel's own folders. They stay until release.
func (s *shared) store(ctx context.Context) (dir string, own []string, release func() error, err error) {
	paths, err := folder.DefaultPaths()
	if err != nil {
		return "", nil, nil, err
	}
	at, err := filepath.Abs(s.workspace)
	if err != nil {
		return "", nil, nil, fmt.Errorf("resolving %q: %w", s.workspace, err)
	}
	// Nothing is captured here, so a home folder needs no consent.
	opened, err := workspace.Open(ctx, at, workspace.Options{Consent: true})
	if err != nil {
		return "", nil, nil, err
	}
	defer opened.Close()
	if release, err = data.Use(ctx, paths.Data); err != nil {
		return "", nil, nil, err
	}
	return filepath.Join(paths.Workspace(opened.ID()), "checkpoints"), []string{paths.Config, paths.Data}, release, nil
}
