package tool

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// mostDiagnostics is how many problems are shown.
const mostDiagnostics = 100

// Severity is how bad a problem is.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
	SeverityHint    Severity = "hint"
)

// Diagnostic is a problem that a language service has found.
type Diagnostic struct {
	Path     string // relative to the workspace
	Line     int    // counting from 1, as Column
	Column   int
	Severity Severity
	Source   string // what has found it, like "ts"; may be empty
	Message  string
}

func (s *Set) listDiagnostics() definition {
	return definition{
		name: "diagnostics", spare: true, kind: session.KindRead, plan: s.planDiagnostics,
		arguments: []argument{
			{name: "path", kind: textArgument, description: "Only those of this file or folder. Default: all."},
		},
	}
}

func (s *Set) planDiagnostics(_ context.Context, _ SessionView, a values) (plan, error) {
	where, err := s.path(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	title := "Look at problems"
	if where != "." {
		title += " in " + where
	}
	return plan{
		Prepared: Prepared{Title: title, Paths: []string{where}, Hash: digest("diagnostics", where)},
		act: func(ctx context.Context, _ Host) (Result, error) {
			var found []Diagnostic
			ok := false
			if s.diagnostics != nil {
				found, ok = s.diagnostics(ctx)
			}
			if !ok {
				return Result{Text: "[no language service runs here, as there is no editor window; run the project's build, tests or linter instead]"}, nil
			}
			return Result{Text: listProblems(where, found)}, nil
		},
	}, nil
}

// listProblems shows errors first, then by place: `path:line:column: error: text (source)`.
func listProblems(where string, found []Diagnostic) string {
	var shown []Diagnostic
	for _, d := range found {
		d.Path = path.Clean(d.Path)
		if where == "." || d.Path == where || strings.HasPrefix(d.Path, where+"/") {
			shown = append(shown, d)
		}
	}
	slices.SortStableFunc(shown, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		)
	})
	if len(shown) == 0 {
		place := "the files it knows"
		if where != "." {
			place = where
		}
		return fmt.Sprintf("[the editor knows of no problems in %s; it looks only at languages it has a service for, and often only at open files, so run the build to be sure]", place)
	}
	var b strings.Builder
	for _, d := range shown[:min(len(shown), mostDiagnostics)] {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s", shownName(d.Path), d.Line, d.Column, d.Severity, shorten(strings.Join(strings.Fields(d.Message), " "), 500))
		if d.Source != "" {
			fmt.Fprintf(&b, " (%s)", shorten(strings.Join(strings.Fields(d.Source), " "), 50))
		}
		b.WriteByte('\n')
	}
	if more := len(shown) - mostDiagnostics; more > 0 {
		fmt.Fprintf(&b, "[%d more; name a path to see those of it]", more)
	}
	return b.String()
}

// rank puts errors first and what is not known last.
func (s Severity) rank() int {
	order := []Severity{SeverityError, SeverityWarning, SeverityInfo, SeverityHint}
	if i := slices.Index(order, s); i >= 0 {
		return i
	}
	return len(order)
}
