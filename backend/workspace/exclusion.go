package workspace

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// exclusion says which paths a watch leaves out.
type exclusion struct{ globs []string }

func newExclusion(globs []string) (exclusion, error) {
	var x exclusion
	for _, glob := range globs {
		glob = strings.TrimPrefix(glob, "./")
		if !doublestar.ValidatePattern(glob) {
			return exclusion{}, fmt.Errorf("reading exclude pattern %q: %w", glob, doublestar.ErrBadPattern)
		}
		x.globs = append(x.globs, glob)
	}
	return x, nil
}

// hides reports whether changes of name are not to be reported.
func (x exclusion) hides(name string) bool {
	if atomicfile.IsTemporary(path.Base(name)) {
		return true
	}
	for _, glob := range x.globs {
		if doublestar.MatchUnvalidated(glob, name) {
			return true
		}
	}
	return false
}

// prunes reports whether the folder name is not to be watched.
func (x exclusion) prunes(name string) bool {
	above, base := path.Base(path.Dir(name)), path.Base(name)
	switch above {
	case "node_modules", "bower_components", "jspm_packages":
		return true
	case ".git":
		if base == "objects" || base == "lfs" {
			return true
		}
	case ".hg":
		if base == "store" {
			return true
		}
	}
	return x.hides(name)
}

// marksBulk reports whether a file of this name says that the folders beside it
// are made by programs: see bford.info/cachedir and PEP 405.
func marksBulk(name string) bool { return name == "CACHEDIR.TAG" || name == "pyvenv.cfg" }
