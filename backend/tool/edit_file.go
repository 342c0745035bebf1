package tool

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

func (s *Set) editFile() definition {
	return definition{
		name: "edit_file", kind: session.KindEdit, mutates: true, plan: s.planEdit,
		arguments: []argument{
			{name: "path", kind: textArgument, required: true, description: "The file, relative to the workspace."},
			{name: "old_string", kind: textArgument, required: true, description: "The text to replace, exactly as in the file and occurring once, without line numbers."},
			{name: "new_string", kind: textArgument, required: true, description: "The text to put in its place, complete."},
			{name: "replace_all", kind: booleanArgument, description: "Replace every occurrence. Default false."},
		},
	}
}

func (s *Set) planEdit(ctx context.Context, view SessionView, a values) (plan, error) {
	path, err := s.filePath(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	if err := s.mustBeSaved(path); err != nil {
		return plan{}, err
	}
	f, c, err := s.loadText(ctx, path)
	if err != nil {
		return plan{}, err
	}
	r := replacement{old: a.texts["old_string"], new: a.texts["new_string"], all: a.booleans["replace_all"]}
	switch r.old {
	case "":
		return plan{}, refuse("old_string is empty. Give the text to replace; to write a whole file use write_file.")
	case r.new:
		return plan{}, refuse("old_string and new_string are the same, so there is nothing to change.")
	}
	if err := mustHaveSeen(view, f); err != nil {
		return plan{}, err
	}
	if line := placeholder(r.new, c.text); line != "" {
		return plan{}, refuseOmission("new_string", line)
	}
	done, err := c.replace(path, r)
	if err != nil {
		return plan{}, err
	}
	changed, _ := newContent(done.after)
	difference := diff.Compute(path, c.shown(), changed.shown())
	return plan{
		Prepared: Prepared{
			Title: "Edit " + path, Paths: []string{path}, Diff: &difference,
			Proposal: &Proposal{path, f.raw, done.after},
			Hash:     digest("edit_file", path, string(f.raw), string(done.after)),
		},
		act: func(ctx context.Context, _ Host) (Result, error) {
			if err := s.write(ctx, view, f, done.after); err != nil {
				return Result{}, err
			}
			return Result{Text: editReport(path, done)}, nil
		},
	}, nil
}

func editReport(path string, done replaced) string {
	text := fmt.Sprintf("Edited %s: lines %d-%d are new.", path, done.lines[0], done.lines[1])
	if done.count > 1 {
		text = fmt.Sprintf("Edited %s: %d places replaced.", path, done.count)
	}
	if done.loose {
		text += " old_string matched only without regard to white space; the new text was indented like the file. Read it again if the indentation matters."
	}
	return text
}
