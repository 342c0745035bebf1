package folder

import (
	"context"
	"path"
	"slices"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/tool"
)

// mostProblems is how many problems of the page are kept: more than anybody
// reads.
const mostProblems = 5000

// EditorState is what the page's editors know and Go does not: the problems that
// language services have found, and which files have unsaved text. The page
// tells it again, whole, whenever it changes; of calls that overtake each other
// only the newest counts.
type EditorState struct {
	mu           sync.Mutex // guards what follows
	problemsSeq  int64
	problems     []tool.Diagnostic
	unsavedSeq   int64
	unsavedPaths []string
}

// SetProblems replaces the problems.
func (e *EditorState) SetProblems(seq int64, problems []wire.Problem) {
	found := make([]tool.Diagnostic, 0, min(len(problems), mostProblems))
	for _, p := range problems[:min(len(problems), mostProblems)] {
		found = append(found, tool.Diagnostic{
			Path: path.Clean(p.Path), Line: p.Line, Column: p.Column,
			Severity: tool.Severity(p.Severity), Source: p.Source, Message: p.Message,
		})
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if seq > e.problemsSeq {
		e.problemsSeq, e.problems = seq, found
	}
}

// SetUnsaved replaces the paths of the files with unsaved text.
func (e *EditorState) SetUnsaved(seq int64, paths []string) {
	clean := make([]string, len(paths))
	for i, name := range paths {
		clean[i] = path.Clean(name)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if seq > e.unsavedSeq {
		e.unsavedSeq, e.unsavedPaths = seq, clean
	}
}

// diagnostics returns the problems; ok is false until the page has told any.
func (e *EditorState) diagnostics(context.Context) (found []tool.Diagnostic, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.problems), e.problemsSeq > 0
}

func (e *EditorState) unsaved() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.unsavedPaths)
}
