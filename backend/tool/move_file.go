package tool

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

func (s *Set) moveFile() definition {
	return definition{
		name: "move_file", spare: true, kind: session.KindMove, mutates: true, plan: s.planMove,
		arguments: []argument{
			{name: "from", kind: textArgument, required: true, description: "The file or folder, relative to the workspace."},
			{name: "to", kind: textArgument, required: true, description: "Its new path, with its name; it must not exist. Missing folders are made."},
		},
	}
}

func (s *Set) planMove(ctx context.Context, view SessionView, a values) (plan, error) {
	from, err := s.filePath(a.texts["from"])
	if err != nil {
		return plan{}, err
	}
	to, err := s.filePath(a.texts["to"])
	if err != nil {
		return plan{}, err
	}
	if err := s.mustBeSaved(from); err != nil {
		return plan{}, err
	}
	if from == to {
		return plan{}, refuse("from and to are the same path, so there is nothing to move.")
	}
	entry, err := s.workspace.Stat(ctx, from)
	if err != nil {
		return plan{}, s.explain(ctx, from, err)
	}
	if err := s.mustBeFree(ctx, entry, to); err != nil {
		return plan{}, err
	}
	return plan{
		Prepared: Prepared{
			Title: fmt.Sprintf("Move %s to %s", from, to), Paths: []string{from, to},
			Diff: &diff.File{Path: to, From: from, Kind: diff.Renamed},
			Hash: digest("move_file", from, to, string(entry.Kind), entry.Version),
		},
		act: func(ctx context.Context, _ Host) (Result, error) {
			if err := s.workspace.Move(ctx, from, to, false); err != nil {
				return Result{}, s.explain(ctx, from, err)
			}
			if hash, ok := view.Seen(from); ok {
				view.Saw(to, hash)
				view.Saw(from, "")
			}
			return Result{Text: fmt.Sprintf("Moved %s to %s.", from, to)}, nil
		},
	}, nil
}

// mustBeFree refuses a destination that exists. Where upper and lower case are
// the same, the file itself under another spelling is free.
func (s *Set) mustBeFree(ctx context.Context, from workspace.Entry, to string) error {
	exists, err := s.exists(ctx, to)
	if err != nil || !exists {
		return err
	}
	entry, err := s.workspace.Stat(ctx, to)
	switch {
	case err != nil:
		return s.explain(ctx, to, err)
	case entry.Version == from.Version:
		return nil
	case entry.Kind == workspace.Folder:
		return refuse("%s is a folder. Give the new path with the file's name, like %s/%s. Nothing was moved.", to, to, from.Name)
	}
	return refuse("%s exists already. Choose another name, or delete it first. Nothing was moved.", to)
}
