package tool

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// What search_text shows at most.
const (
	mostMatches    = 200
	longestExcerpt = 300 // characters of a line
)

func (s *Set) searchText() definition {
	return definition{
		name: "search_text", kind: session.KindSearch, plan: s.planSearch,
		arguments: []argument{
			{name: "pattern", kind: textArgument, required: true, description: "A regular expression, matched line by line; case counts."},
			{name: "path", kind: textArgument, description: "A folder or file to search in, relative to the workspace. Default: all of it."},
		},
	}
}

func (s *Set) planSearch(ctx context.Context, _ SessionView, a values) (plan, error) {
	pattern := a.texts["pattern"]
	if pattern == "" {
		return plan{}, refuse("The pattern is empty. Give a regular expression to search for.")
	}
	where, err := s.path(a.texts["path"])
	if err != nil {
		return plan{}, err
	}
	entry, err := s.workspace.Stat(ctx, where)
	if err != nil {
		return plan{}, s.explain(ctx, where, err)
	}
	q := search.TextQuery{Pattern: pattern, Regex: true, CaseSensitive: true, UseIgnoreFiles: true, MaxResults: math.MaxInt, Folder: where}
	only := ""
	if entry.Kind == workspace.File || entry.Target == workspace.File {
		// A file that was named is searched even where ignore rules hide it.
		only = where
		q.Folder, q.Include = path.Dir(where), []string{"/" + escapeGlob(where)}
		q.UseIgnoreFiles, q.Hidden = false, true
	}
	title := "Search for " + shorten(pattern, 80)
	if where != "." {
		title += " in " + where
	}
	return plan{
		Prepared: Prepared{Title: title, Paths: []string{where}, Hash: digest("search_text", pattern, where)},
		act: func(ctx context.Context, _ Host) (Result, error) {
			return s.runSearch(ctx, q, only)
		},
	}, nil
}

// escapeGlob makes a name match itself only.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`).Replace(name)
}

// errEnough ends a search whose further matches would not be shown.
var errEnough = errors.New("enough matches")

// runSearch shows matches as `path:line: text`. Files that usually hold secrets
// are left out, unless the one file asked for, only, is one: then it was
// approved. So are files that .keelignore keeps from the agent, unless what was
// asked for is kept as a whole. Nothing in the result may depend on what is in
// them, not even a number: enough guesses would spell the secret out.
func (s *Set) runSearch(ctx context.Context, q search.TextQuery, only string) (Result, error) {
	kept := approval.ReadIgnored(s.workspace.Path())
	approved := only != "" || kept.Keeps(q.Folder)
	var b strings.Builder
	matches := 0
	_, err := s.search.Text(ctx, s.workspace.Path(), q, func(files []search.FileMatch) error {
		for _, f := range files {
			if only != "" && f.Path != only {
				continue
			}
			if only == "" && approval.Secret(f.Path) || !approved && kept.Keeps(f.Path) {
				continue
			}
			for _, line := range f.Lines {
				if matches == mostMatches || b.Len() >= mostBytes {
					return errEnough
				}
				matches++
				fmt.Fprintf(&b, "%s:%d: %s\n", shownName(f.Path), line.Line, excerpt(line))
			}
		}
		return nil
	})
	more := errors.Is(err, errEnough)
	if err != nil && !more {
		return Result{}, searchError(ctx, err)
	}
	var notes []string
	if b.Len() == 0 {
		notes = append(notes, fmt.Sprintf("no match for %q; files that .gitignore or .keelignore hides, and those that look like they hold secrets, are not searched", q.Pattern))
	}
	if more {
		notes = append(notes, "there are more matches: narrow the pattern or the path")
	}
	return Result{Text: b.String() + bracketed(notes)}, nil
}

// excerpt is a matching line, cut around its first match when it is long.
func excerpt(line search.LineMatch) string {
	text := strings.ToValidUTF8(strings.TrimRight(line.Text, "\r\n"), "\uFFFD")
	characters := []rune(text)
	if len(characters) <= longestExcerpt {
		return text
	}
	start := 0
	if len(line.Ranges) > 0 && line.Ranges[0].Start > longestExcerpt/2 {
		start = min(line.Ranges[0].Start-longestExcerpt/2, len(characters)-longestExcerpt)
	}
	return "…" + string(characters[start:start+longestExcerpt]) + "…"
}
