// Package search finds text and files in a folder, with ripgrep.
//
// # Promises
//
// Only the folder is searched: symbolic links are not followed, and neither the
// user's nor the folder's ripgrep configuration is read; .git is left out
// unless the search starts inside it. An include pattern narrows a search and
// never brings in what an ignore file leaves out. A search ends within moments
// of its context, and leaves no process behind. Columns are UTF-16 units, as
// the editor counts them, whatever bytes the file holds.
//
// # Patterns
//
// Include and exclude patterns are what VS Code's search boxes take: "*.ts" and
// "src" match at any depth, a folder also all below it; ".ts" is "*.ts"; what
// begins with "./" or "/" is meant from the top of the folder.
package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// Engine searches with one ripgrep binary. Its methods may be called by several
// goroutines at once.
type Engine struct {
	ripgrep string

	mu     sync.Mutex
	cached []*cachedListing // guarded by mu; oldest first
	before *cachedListing   // guarded by mu; see known
	group  sync.WaitGroup   // of the listings under way
}

// New returns an engine for the ripgrep binary at a path that [Locate] found.
func New(ripgrep string) *Engine {
	return &Engine{ripgrep: ripgrep}
}

// PatternError says that a pattern of the caller's cannot be used, and why, in
// words for the person who typed it.
type PatternError struct {
	Kind    PatternKind
	Pattern string
	Reason  string
}

// PatternKind is what a pattern was meant to be.
type PatternKind string

const (
	RegexPattern PatternKind = "regular expression"
	GlobPattern  PatternKind = "file pattern"
)

func (e *PatternError) Error() string {
	return fmt.Sprintf("%q is not a valid %s: %s", e.Pattern, e.Kind, e.Reason)
}

// ErrOutside: the folder to search leads out of the root.
var ErrOutside = errors.New("it leads outside the workspace")

// start checks root and folder and returns the folder as ripgrep is to be given
// it: below root, beginning with "./".
func start(ctx context.Context, root, folder string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	cleaned := path.Clean("./" + folder)
	if path.IsAbs(folder) || (cleaned != "." && !filepath.IsLocal(filepath.FromSlash(cleaned))) {
		return "", fmt.Errorf("searching %q: %w", folder, ErrOutside)
	}
	top, err := os.OpenRoot(root)
	if err != nil {
		return "", fmt.Errorf("searching %q: %w", root, pathCause(err))
	}
	defer top.Close()
	if _, err := top.Stat(filepath.FromSlash(cleaned)); err != nil {
		if _, linkErr := top.Lstat(filepath.FromSlash(cleaned)); linkErr == nil && !errors.Is(err, fs.ErrNotExist) {
			err = ErrOutside
		}
		return "", fmt.Errorf("searching %q: %w", folder, pathCause(err))
	}
	if cleaned == "." {
		return "./", nil
	}
	return "./" + cleaned, nil
}

func pathCause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
