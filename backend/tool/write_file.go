package tool

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

func (s *Set) writeFile() definition {
	return definition{
		name: "write_file", kind: session.KindEdit, mutates: true, plan: s.planWrite,
		arguments: []argument{
			{name: "path", kind: textArgument, required: true, description: "The file, relative to the workspace. Missing folders are made."},
			{name: "content", kind: textArgument, required: true, description: "The whole content of the file."},
		},
	}
}

func (s *Set) planWrite(ctx context.Context, view SessionView, a values) (plan, error) {
	path, err := s.filePath(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	if strings.HasSuffix(a.texts["path"], "/") {
		return plan{}, refuse("%q names a folder. Give the path of a file; missing folders are made.", a.texts["path"])
	}
	text := a.texts["content"]
	if len(text) > largest {
		return plan{}, refuse("The content has %d bytes; more than 10 MiB cannot be written with this tool.", len(text))
	}
	if strings.ContainsRune(text, 0) {
		return plan{}, refuse("The content holds a null character; only text can be written. Nothing was written.")
	}
	if err := s.mustBeSaved(path); err != nil {
		return plan{}, err
	}
	exists, err := s.exists(ctx, path)
	if err != nil {
		return plan{}, err
	}
	if !exists {
		return s.planCreate(view, path, text)
	}
	return s.planOverwrite(ctx, view, path, text)
}

func (s *Set) planCreate(view SessionView, path, text string) (plan, error) {
	if line := placeholder(text, ""); line != "" {
		return plan{}, refuseOmission("content", line)
	}
	after := []byte(text)
	difference := diff.Compute(path, nil, after)
	return plan{
		Prepared: Prepared{
			Title: "Create " + path, Paths: []string{path}, Diff: &difference,
			Proposal: &Proposal{path, nil, after},
			Hash:     digest("write_file", path, "new", text),
		},
		act: func(ctx context.Context, _ Host) (Result, error) {
			if err := s.write(ctx, view, file{path: path}, after); err != nil {
				return Result{}, err
			}
			return Result{Text: fmt.Sprintf("Created %s (%d bytes).", path, len(after))}, nil
		},
	}, nil
}

func (s *Set) planOverwrite(ctx context.Context, view SessionView, path, text string) (plan, error) {
	f, c, err := s.loadText(ctx, path)
	if err != nil {
		return plan{}, err
	}
	if err := mustHaveSeen(view, f); err != nil {
		return plan{}, err
	}
	if line := placeholder(text, c.text); line != "" {
		return plan{}, refuseOmission("content", line)
	}
	after := c.rewrite(text)
	if string(after) == string(f.raw) {
		return plan{}, refuse("%s holds exactly this content already. Nothing was written.", path)
	}
	changed, _ := newContent(after)
	difference := diff.Compute(path, c.shown(), changed.shown())
	return plan{
		Prepared: Prepared{
			Title: "Write " + path, Paths: []string{path}, Diff: &difference,
			Proposal: &Proposal{path, f.raw, after},
			Hash:     digest("write_file", path, "over", string(f.raw), string(after)),
		},
		act: func(ctx context.Context, _ Host) (Result, error) {
			if err := s.write(ctx, view, f, after); err != nil {
				return Result{}, err
			}
			return Result{Text: fmt.Sprintf("Wrote %s (%d bytes; +%d -%d lines).", path, len(after), difference.Added, difference.Removed)}, nil
		},
	}, nil
}
