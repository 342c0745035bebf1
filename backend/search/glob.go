package search

import (
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// filter is the include and exclude patterns of one search.
type filter struct {
	includes []string // doublestar patterns of whole paths; none: everything
	excludes []string // of the same form
	fold     bool     // the file system takes upper and lower case for the same
}

func newFilter(include, exclude []string) (filter, error) {
	f := filter{fold: runtime.GOOS == "darwin" || runtime.GOOS == "windows"}
	var err error
	if f.includes, err = expandAll(include); err != nil {
		return filter{}, err
	}
	if f.excludes, err = expandAll(exclude); err != nil {
		return filter{}, err
	}
	return f, nil
}

// matches reports whether a path is among the included ones.
func (f filter) matches(name string) bool {
	if len(f.includes) == 0 {
		return true
	}
	if f.fold {
		name = strings.ToLower(name)
	}
	for _, glob := range f.includes {
		if f.fold {
			glob = strings.ToLower(glob)
		}
		if doublestar.MatchUnvalidated(glob, name) {
			return true
		}
	}
	return false
}

// excluding are ripgrep's arguments for what is left out.
func (f filter) excluding() []string {
	list := []string{f.flag() + "!**/.git"}
	for _, glob := range f.excludes {
		list = append(list, f.flag()+"!"+anchor(glob))
	}
	return list
}

// including are ripgrep's arguments for the includes. To ripgrep they outrank
// ignore files and the rule about hidden files, so that "*.env" brings in an
// ignored secret: whoever uses them looks at what comes back once more.
func (f filter) including() []string {
	var list []string
	for _, glob := range f.includes {
		list = append(list, f.flag()+anchor(glob))
	}
	return list
}

func (f filter) flag() string {
	if f.fold {
		return "--iglob="
	}
	return "--glob="
}

// anchor keeps a glob of one part from matching at any depth.
func anchor(glob string) string {
	if strings.HasPrefix(glob, "**/") {
		return glob
	}
	return "/" + glob
}

func expandAll(patterns []string) ([]string, error) {
	var all []string
	for _, pattern := range patterns {
		pattern = strings.TrimSpace(pattern)
		if pattern == "" {
			continue
		}
		if !doublestar.ValidatePattern(pattern) {
			return nil, &PatternError{Kind: GlobPattern, Pattern: pattern, Reason: "a bracket or brace is not closed, or it ends in a backslash"}
		}
		flat, ok := expandBraces(pattern)
		if !ok {
			return nil, &PatternError{Kind: GlobPattern, Pattern: pattern, Reason: "it stands for too many patterns, or is too long"}
		}
		for _, one := range flat {
			all = append(all, expand(one)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// expand turns what a person types into globs of whole paths: for itself, and
// for all below it, as VS Code's query builder does.
func expand(pattern string) []string {
	anchored := false
	for _, prefix := range []string{"./", "/"} {
		if rest, ok := strings.CutPrefix(pattern, prefix); ok {
			pattern, anchored = rest, true
			break
		}
	}
	switch {
	case path.Clean(pattern) == "." || pattern == "**":
		return []string{"**"}
	case !anchored && len(pattern) > 1 && pattern[0] == '.' && pattern[1] != '.' && pattern[1] != '*':
		pattern = "**/*" + pattern // ".ts" means "*.ts"
	case !anchored && !strings.HasPrefix(pattern, "**/"):
		pattern = "**/" + pattern
	}
	pattern = path.Clean(pattern)
	if strings.HasSuffix(pattern, "/**") {
		return []string{pattern} // which is the folder itself, too
	}
	return []string{pattern, pattern + "/**"}
}

// Braces multiply: "{a,b}" thirty times over stands for a thousand million
// patterns.
const (
	longestGlob  = 8 << 10 // bytes
	mostExpanded = 1000    // patterns that one may stand for
)

// expandBraces returns the patterns that "a{b,c}" stands for, nested ones too;
// ok is false when there are too many.
func expandBraces(pattern string) (all []string, ok bool) {
	if len(pattern) > longestGlob {
		return nil, false
	}
	for open := []string{pattern}; len(open) > 0; {
		first, rest := open[0], open[1:]
		next := expandFirst(first)
		if next == nil {
			all = append(all, first)
		}
		open = append(next, rest...)
		if len(all)+len(open) > mostExpanded {
			return nil, false
		}
	}
	return all, true
}

// expandFirst returns what the first braces of a pattern stand for, with the
// rest around them; nothing when there are none.
func expandFirst(pattern string) []string {
	open, depth, escaped := -1, 0, false
	var cuts []int
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '{':
			if depth++; depth == 1 && open < 0 {
				open = i
			}
		case c == ',' && depth == 1:
			cuts = append(cuts, i)
		case c == '}' && depth > 0:
			if depth--; depth > 0 {
				continue
			}
			var all []string
			from := open + 1
			for _, cut := range append(cuts, i) {
				all = append(all, pattern[:open]+pattern[from:cut]+pattern[i+1:])
				from = cut + 1
			}
			return all
		}
	}
	return nil
}
