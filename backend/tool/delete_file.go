package tool

import (
	"context"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

func (s *Set) deleteFile() definition {
	return definition{
		name: "delete_file", spare: true, kind: session.KindDelete, mutates: true, plan: s.planDelete,
		arguments: []argument{
			{name: "path", kind: textArgument, required: true, description: "The file, link or empty folder, relative to the workspace."},
		},
	}
}

func (s *Set) planDelete(ctx context.Context, view SessionView, a values) (plan, error) {
	path, err := s.filePath(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	if err := s.mustBeSaved(path); err != nil {
		return plan{}, err
	}
	entry, err := s.workspace.Stat(ctx, path)
	if err != nil {
		return plan{}, s.explain(ctx, path, err)
	}
	p := Prepared{Title: "Delete " + path, Paths: []string{path}, Hash: digest("delete_file", path, string(entry.Kind), entry.Version)}
	switch entry.Kind {
	case workspace.Folder:
		entries, err := s.workspace.List(ctx, path)
		if err != nil {
			return plan{}, s.explain(ctx, path, err)
		}
		if len(entries) > 0 {
			return plan{}, refuse("%s is a folder with %d entries. Delete its files one by one, or use run_command with rm -r. Nothing was deleted.", path, len(entries))
		}
	case workspace.File:
		// The bytes of a file that is too large to compare are bound by its version.
		if entry.Size <= largest {
			f, err := s.load(ctx, path)
			if err != nil {
				return plan{}, err
			}
			difference := diff.Compute(path, shownBytes(f.raw), nil)
			p.Diff, p.Hash = &difference, digest("delete_file", path, f.entry.Version, string(f.raw))
		}
	}
	return plan{Prepared: p, act: func(ctx context.Context, _ Host) (Result, error) {
		if err := s.workspace.Delete(ctx, path, false); err != nil {
			return Result{}, s.explain(ctx, path, err)
		}
		view.Saw(path, "")
		return Result{Text: "Deleted " + path + "."}, nil
	}}, nil
}

// shownBytes is what of a file is compared and shown.
func shownBytes(raw []byte) []byte {
	if c, ok := newContent(raw); ok {
		return c.shown()
	}
	return raw
}
