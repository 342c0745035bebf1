package tool

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
)

// mostFound is how many paths find_files shows.
const mostFound = 200

func (s *Set) findFiles() definition {
	return definition{
		name: "find_files", spare: true, kind: session.KindSearch, plan: s.planFind,
		arguments: []argument{
			{name: "pattern", kind: textArgument, required: true, description: "A glob (*.go, src/**/*.ts), or a part of the file's name or path."},
		},
	}
}

func (s *Set) planFind(_ context.Context, _ SessionView, a values) (plan, error) {
	pattern := strings.TrimSpace(a.texts["pattern"])
	if pattern == "" {
		return plan{}, refuse("The pattern is empty. Give a glob like *.go or a part of a file's name.")
	}
	q := search.FileQuery{Pattern: pattern, UseIgnoreFiles: true, Max: mostFound}
	if strings.ContainsAny(pattern, "*?[{") {
		q = search.FileQuery{Include: []string{pattern}, UseIgnoreFiles: true, Max: mostFound}
	}
	return plan{
		Prepared: Prepared{Title: "Find " + shorten(pattern, 80), Paths: []string{"."}, Hash: digest("find_files", pattern)},
		act: func(ctx context.Context, _ Host) (Result, error) {
			found, err := s.search.Files(ctx, s.workspace.Path(), q)
			if err != nil {
				return Result{}, searchError(ctx, err)
			}
			if len(found.Paths) == 0 {
				return Result{Text: fmt.Sprintf("[no file matches %q; files that .gitignore hides are not looked at]", pattern)}, nil
			}
			var b strings.Builder
			for _, path := range found.Paths {
				b.WriteString(shownName(path) + "\n")
			}
			text := b.String()
			if found.LimitHit {
				text += fmt.Sprintf("[the first %d; there are more: use a narrower pattern]", len(found.Paths))
			}
			return Result{Text: text}, nil
		},
	}, nil
}

// searchError is what a failed search tells the model.
func searchError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return refuse("The search did not work: %v", err)
}
