package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// restoreOptions are the flags of restore.
type restoreOptions struct {
	*shared
	exact, agent, merge, dryRun, yes bool
	after                            string
	paths                            []string
}

func newCheckpointRestore(options *shared) *cobra.Command {
	r := &restoreOptions{shared: options}
	command := &cobra.Command{
		Use:   "restore ID",
		Short: "Put the files back to a checkpoint; what is overwritten is kept for undo",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(command *cobra.Command, given []string) error {
			switch {
			case r.exact && r.agent:
				return usage{errors.New("--exact and --agent exclude each other")}
			case !r.agent && (r.after != "" || r.merge):
				return usage{errors.New("--after and --merge go with --agent")}
			}
			return onCheckpoints(options, r.run)(command, given)
		},
	}
	flags := command.Flags()
	flags.BoolVar(&r.exact, "exact", false, "put everything that is covered back to this point (the default)")
	flags.BoolVar(&r.agent, "agent", false, "take back only what changed between this checkpoint and --after")
	flags.StringVar(&r.after, "after", "", "with --agent: the checkpoint after the changes; by default the last one of the same turn")
	flags.BoolVar(&r.merge, "merge", false, "with --agent: take the changes also out of files changed again since, where they do not overlap")
	flags.StringArrayVar(&r.paths, "path", nil, "restore only this file or folder, relative to the workspace")
	flags.BoolVar(&r.dryRun, "dry-run", false, "only say what would be done")
	flags.BoolVar(&r.yes, "yes", false, "do it without showing the plan first")
	return command
}

func (r *restoreOptions) run(command *cobra.Command, given []string, f *folder.Folder) error {
	ctx := command.Context()
	request := checkpoint.RestoreRequest{ID: given[0], Verb: checkpoint.Exact, Paths: r.paths}
	if r.agent {
		after := r.after
		if after == "" {
			var err error
			if after, err = lastOfTurn(ctx, f.Checkpoints, given[0]); err != nil {
				return err
			}
		}
		request.Verb, request.After, request.Merge = checkpoint.Agent, after, r.merge
	}
	if r.dryRun || !r.yes {
		return r.preview(ctx, f, request)
	}
	result, err := f.Checkpoints.Restore(ctx, request)
	if err != nil {
		return err
	}
	return restored(r.shared, result)
}

// lastOfTurn finds the checkpoint after all that the turn of a checkpoint did:
// the turn's end or, where it did not come so far, the last one after a tool.
func lastOfTurn(ctx context.Context, store *checkpoint.Store, id string) (string, error) {
	from, err := store.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if from.TurnID == "" {
		return "", usage{fmt.Errorf("%s belongs to no turn of the agent: name the checkpoint after the changes with --after", id)}
	}
	all, err := store.List(ctx)
	if err != nil {
		return "", err
	}
	if found := lastAfter(all, from); found != "" {
		return found, nil
	}
	return "", usage{fmt.Errorf("no checkpoint of the same turn comes after %s: name the one after the changes with --after", id)}
}

// lastAfter is lastOfTurn in a list, the newest first; empty when there is none.
func lastAfter(all []checkpoint.Checkpoint, from checkpoint.Checkpoint) string {
	end, tool := "", ""
	for _, c := range all {
		switch {
		case c.ID == from.ID:
			return cmp.Or(end, tool)
		case c.TurnID != from.TurnID || c.SessionID != from.SessionID:
		case c.Reason == checkpoint.TurnEnd:
			end = cmp.Or(end, c.ID)
		case c.Reason == checkpoint.PostTool:
			tool = cmp.Or(tool, c.ID)
		}
	}
	return ""
}

// preview shows the plan. Without --yes there is nobody to ask, so that is all.
func (r *restoreOptions) preview(ctx context.Context, f *folder.Folder, request checkpoint.RestoreRequest) error {
	plan, err := f.Checkpoints.Preview(ctx, request)
	if err != nil {
		return err
	}
	target, err := f.Checkpoints.Get(ctx, request.ID)
	if err != nil {
		return err
	}
	if r.json {
		err = r.print(plan)
	} else {
		r.show(plan, target.Files)
	}
	if err != nil || r.dryRun {
		return err
	}
	if plan.Large {
		fmt.Fprintf(r.stderr, "keel: %s\n", share(plan, target.Files))
	}
	fmt.Fprintln(r.stderr, "keel: nothing was changed; add --yes to do this, and take it back with undo if it was wrong")
	return exit{exitDenied}
}

// show prints a plan for a person; files is how many the checkpoint holds.
func (r *restoreOptions) show(plan checkpoint.Plan, files int) {
	for _, path := range plan.Write {
		fmt.Fprintf(r.stdout, "write    %s\n", oneLine(path))
	}
	for _, path := range plan.Delete {
		fmt.Fprintf(r.stdout, "delete   %s\n", oneLine(path))
	}
	for _, path := range plan.Merge {
		if r.merge {
			fmt.Fprintf(r.stdout, "merge    %s: changed since; what is newer stays in it\n", oneLine(path))
		} else {
			fmt.Fprintf(r.stdout, "merge?   %s: changed since; --merge takes the changes out and keeps what is newer\n", oneLine(path))
		}
	}
	for _, c := range plan.Conflicts {
		if slices.Contains(plan.Merge, c.Path) {
			continue // told above
		}
		fmt.Fprintf(r.stdout, "conflict %s: %s\n", oneLine(c.Path), plain(c.Reason))
	}
	for _, path := range plan.Unknown {
		fmt.Fprintf(r.stdout, "leave    %s (not covered)\n", oneLine(path))
	}
	if r.dryRun && plan.Large {
		fmt.Fprintln(r.stdout, share(plan, files))
	}
	if len(plan.Write)+len(plan.Delete)+len(plan.Merge) == 0 {
		fmt.Fprintln(r.stdout, "There is nothing to restore: what is covered is as it was, or must be left alone.")
	}
}

// share says how much of the workspace a plan changes.
func share(plan checkpoint.Plan, files int) string {
	changed := len(plan.Write) + len(plan.Delete)
	of := max(files+len(plan.Delete), changed) // what is deleted is not in the checkpoint
	return fmt.Sprintf("This is a large restore: %s of %d, %d %% of the workspace.", count(changed, "path"), of, 100*changed/max(of, 1))
}

func restored(options *shared, result checkpoint.Result) error {
	if options.json {
		return options.print(result)
	}
	merged := ""
	if result.Merged > 0 {
		merged = fmt.Sprintf(" (%d merged with what is newer)", result.Merged)
	}
	fmt.Fprintf(options.stdout, "%d written%s, %d deleted; take it back with: keel checkpoint undo %s\n", result.Written, merged, result.Deleted, result.Undo)
	for _, c := range result.Conflicts {
		fmt.Fprintf(options.stderr, "left alone: %s: %s\n", oneLine(c.Path), plain(c.Reason))
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
