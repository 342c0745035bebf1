package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// outline returns paths that, with everything below them, are all of root but
// the holes. Where root is not whole it lists what is there now, without links:
// what they lead to is listed where it lies.
func outline(root string, holes []string) ([]string, error) {
	switch {
	case slices.ContainsFunc(holes, func(hole string) bool { return within(root, hole) }):
		return nil, nil
	case !slices.ContainsFunc(holes, func(hole string) bool { return within(hole, root) }):
		return []string{root}, nil
	}
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", root, err)
	}
	var all []string
	for _, entry := range entries {
		if entry.Type()&fs.ModeSymlink != 0 {
			continue
		}
		below, err := outline(filepath.Join(root, entry.Name()), holes)
		if err != nil {
			return nil, err
		}
		all = append(all, below...)
	}
	return all, nil
}

// within tells whether a clean path is a folder or lies in it.
func within(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator)))
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// real resolves the links in paths. Of one that does not exist the part that
// does is resolved.
func real(paths []string) []string {
	resolved := make([]string, 0, len(paths))
	for _, path := range paths {
		resolved = append(resolved, resolve(path))
	}
	return resolved
}

func resolve(path string) string {
	path = filepath.Clean(path)
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolve(parent), filepath.Base(path))
}
