package tool

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// mostEntries is how many entries of a folder are shown.
const mostEntries = 1000

func (s *Set) listDir() definition {
	return definition{
		name: "list_dir", kind: session.KindRead, plan: s.planList,
		arguments: []argument{
			{name: "path", kind: textArgument, required: true, description: `The folder, relative to the workspace; "." is its top.`},
		},
	}
}

func (s *Set) planList(ctx context.Context, _ SessionView, a values) (plan, error) {
	path, err := s.path(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	if exists, err := s.exists(ctx, path); err != nil {
		return plan{}, err
	} else if !exists {
		return plan{}, refuse("%s does not exist.%s", path, s.similar(ctx, path))
	}
	title := "List " + path
	if path == "." {
		title = "List the workspace"
	}
	return plan{
		Prepared: Prepared{Title: title, Paths: []string{path}, Hash: digest("list_dir", path)},
		act: func(ctx context.Context, _ Host) (Result, error) {
			entries, err := s.workspace.List(ctx, path)
			if err != nil {
				return Result{}, s.explain(ctx, path, err)
			}
			return Result{Text: listing(path, entries)}, nil
		},
	}, nil
}

// listing shows folders first, one entry a line: `src/`, `main.go	120 bytes`.
func listing(path string, entries []workspace.Entry) string {
	if len(entries) == 0 {
		return fmt.Sprintf("[%s is empty]", path)
	}
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b workspace.Entry) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	var b strings.Builder
	for _, e := range entries[:min(len(entries), mostEntries)] {
		name := shownName(e.Name)
		switch {
		case e.Kind == workspace.Folder:
			fmt.Fprintf(&b, "%s/\n", name)
		case e.Kind == workspace.Symlink && e.Target == workspace.Folder:
			fmt.Fprintf(&b, "%s/\tlink to a folder\n", name)
		case e.Kind == workspace.Symlink && e.Target == "":
			fmt.Fprintf(&b, "%s\tlink that leads nowhere in the workspace\n", name)
		case e.Kind == workspace.Symlink:
			fmt.Fprintf(&b, "%s\tlink to a file of %d bytes\n", name, e.Size)
		case e.Kind == workspace.File:
			fmt.Fprintf(&b, "%s\t%d bytes\n", name, e.Size)
		default:
			fmt.Fprintf(&b, "%s\tdevice, pipe or socket\n", name)
		}
	}
	if more := len(entries) - mostEntries; more > 0 {
		fmt.Fprintf(&b, "[%d more; use find_files to narrow it down]", more)
	}
	return b.String()
}

// rank puts folders before everything else.
func rank(e workspace.Entry) int {
	if e.Kind == workspace.Folder || e.Target == workspace.Folder {
		return 0
	}
	return 1
}
