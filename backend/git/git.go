// Package git reads what is not committed in a repository that somebody else may
// have written.
//
// # Promises
//
// Nothing that the repository names is run: no file system monitor, hook, filter,
// external diff, text conversion, pager, credential helper or transport. It is not
// that each is switched off: git never gets to see the repository's configuration.
// It works in a folder of its own, made for the one look, with a configuration that
// is written here; of the repository it is given the objects, the index and the
// commit that HEAD names. What is read of the repository's configuration is read as
// data, and only values that cannot name a program are taken over. Of the user's
// own configuration only such values count, too. Nothing is looked at inside of
// submodules.
//
// Nothing is written into the repository, no lock is taken, and nothing is fetched.
// The environment of git is its own, without credentials, and git itself is never
// taken from the opened folder.
//
// Only what is below the opened folder is shown. A repository that lies elsewhere
// is read only where it knows the folder as one of its work trees.
//
// Files that a filter changes (Git LFS, git-crypt) are compared as they lie on the
// disk: where one was touched it shows as changed, even if it is not.
//
// A look ends within moments of its context.
package git

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// mostTime is how long one look may take.
const mostTime = 30 * time.Second

// Bounds of what is looked at.
const (
	defaultLimit  = 64 << 10
	mostCounted   = 64 << 20 // bytes of a diff, to say how long it is
	mostNames     = 4 << 20  // bytes of names
	mostFiles     = 2000     // files in the diff
	mostArguments = 96 << 10 // bytes of their names, which systems limit
)

// Reasons for which there is nothing to show.
var (
	// ErrNoGit: git is not installed.
	ErrNoGit = errors.New("git is not installed")
	// ErrNoRepository: the folder is in none.
	ErrNoRepository = errors.New("the folder is not in a git repository")
	// ErrOwner: git does not trust the repository, as another user owns it.
	ErrOwner = errors.New("the repository belongs to another user of this machine")
	// ErrElsewhere: the repository lies elsewhere and does not know the folder.
	ErrElsewhere = errors.New("the folder names a repository elsewhere, which does not know it")
	// ErrMissing: objects are missing, as in a partial clone.
	ErrMissing = errors.New("the repository lacks some of its objects")
)

// Options are what a look needs beside the folder.
type Options struct {
	// Environ is where PATH comes from, and the places of the user's own
	// configuration. It must not lead into the folder.
	Environ []string
	// Withhold says whether what has changed in a file is kept back. Nil: nothing is.
	Withhold func(ctx context.Context, path string) bool
	// Limit is how many bytes of the diff are read. 0: 64 kB.
	Limit int
}

// Changes are what is not committed below a folder. Paths are relative to it.
type Changes struct {
	Branch    string   // empty when HEAD is on none
	Commit    string   // the commit they are compared with; empty before the first
	Files     []File   // those of the diff
	More      int      // how many more have changed, which the diff leaves out
	Kept      []string // paths of those that are kept back
	Untracked []string // without what is in them
	Unlisted  bool     // there are more untracked ones
	Diff      string   // unified, valid UTF-8
	Size      int64    // bytes of the whole diff; at least, when it is very long
	Cut       bool     // Diff is not all of it
}

// File is a file that has changed.
type File struct {
	Path   string
	Status string // one of A, D, M, T, U, as git says it
}

// None reports whether nothing has changed.
func (c Changes) None() bool {
	return len(c.Files) == 0 && c.More == 0 && len(c.Kept) == 0 && len(c.Untracked) == 0
}

// Diff returns what is staged and not staged in the repository of a folder,
// against the last commit.
func Diff(ctx context.Context, folder string, o Options) (Changes, error) {
	limited, done := context.WithTimeout(ctx, mostTime)
	defer done()
	changes, err := look(limited, folder, o)
	switch {
	case ctx.Err() != nil:
		return Changes{}, ctx.Err()
	case limited.Err() != nil:
		return Changes{}, fmt.Errorf("looking at the changes of %q took longer than %v", folder, mostTime)
	}
	return changes, err
}

func look(ctx context.Context, folder string, o Options) (Changes, error) {
	program, err := find(o.Environ, folder)
	if err != nil {
		return Changes{}, err
	}
	own, err := locate(ctx, program, folder, o.Environ)
	if err != nil {
		return Changes{}, err
	}
	v, err := newView(program, own)
	if err != nil {
		return Changes{}, err
	}
	defer v.close()
	changes := Changes{Branch: own.branch, Commit: own.head}
	all, err := v.changed(ctx)
	if err != nil {
		return Changes{}, err
	}
	changes.sort(ctx, all, o.Withhold)
	if changes.Untracked, changes.Unlisted, err = v.untracked(ctx); err != nil {
		return Changes{}, err
	}
	if len(changes.Files) == 0 {
		return changes, nil
	}
	limit := o.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	return changes, v.diff(ctx, &changes, limit)
}

// sort divides what has changed into what is shown, what is kept back, and what is
// too much.
func (c *Changes) sort(ctx context.Context, all []File, withhold func(context.Context, string) bool) {
	room := mostArguments
	for _, file := range all {
		room -= len(file.Path) + len(including)
		if len(c.Files) == mostFiles || room < 0 {
			c.More++
			continue
		}
		if withhold != nil && withhold(ctx, file.Path) {
			c.Kept = append(c.Kept, file.Path)
			continue
		}
		c.Files = append(c.Files, file)
	}
}

// Names of files as arguments: literally, and never more than the one file.
const (
	including = ":(literal)"
	excluding = ":(exclude,literal)"
)

// pathspecs name exactly the files that are shown: not what has changed since they
// were listed, and not what is kept back below a name that was a file's before.
func (c *Changes) pathspecs() []string {
	list := make([]string, 0, len(c.Files)+len(c.Kept))
	for _, file := range c.Files {
		list = append(list, including+file.Path)
	}
	for _, kept := range c.Kept {
		for _, file := range c.Files {
			if strings.HasPrefix(kept, file.Path+"/") {
				list = append(list, excluding+kept)
				break
			}
		}
	}
	return list
}
