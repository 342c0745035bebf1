package tool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/backend/workspace"
)

// path brings a path that a model wrote into the workspace's form. Absolute
// paths inside the workspace are accepted, because models like them.
func (s *Set) path(name string) (string, error) {
	if strings.ContainsRune(name, 0) {
		return "", refuse("A path cannot hold a null character.")
	}
	slashed := filepath.ToSlash(name)
	if path.IsAbs(slashed) || filepath.IsAbs(name) {
		inside, ok := s.inside(slashed)
		if !ok {
			return "", outside(name)
		}
		slashed = inside
	}
	cleaned := path.Clean(slashed) // "" becomes "."
	if cleaned != "." && !filepath.IsLocal(filepath.FromSlash(cleaned)) {
		return "", outside(name)
	}
	return cleaned, nil
}

// filePath is path for an argument that must name a file.
func (s *Set) filePath(name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", refuse("The path is empty. Give the path of a file, relative to the workspace.")
	}
	return s.path(name)
}

// inside returns the relative form of an absolute path in the workspace.
func (s *Set) inside(absolute string) (string, bool) {
	top := filepath.ToSlash(s.workspace.Path())
	cleaned := path.Clean(absolute)
	if cleaned == top {
		return ".", true
	}
	return strings.CutPrefix(cleaned, strings.TrimSuffix(top, "/")+"/")
}

func outside(name string) *Refusal {
	return refuse("%q is outside the workspace. Only paths inside it can be used; give them relative to its top, like src/main.go.", name)
}

// shownName is a path as one line of a result. A name that could pass for
// several lines, or drive a terminal, is quoted as in JSON.
func shownName(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return quote(name)
	}
	return name
}

// explain turns an error of the workspace into what the model reads.
func (s *Set) explain(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch {
	case errors.Is(err, workspace.ErrOutside):
		return outside(name)
	case errors.Is(err, fs.ErrNotExist):
		return refuse("%s does not exist.%s", name, s.similar(ctx, name))
	case errors.Is(err, workspace.ErrIsFolder):
		return refuse("%s is a folder. Use list_dir to see what is in it.", name)
	case errors.Is(err, workspace.ErrSpecial):
		return refuse("%s is a device, pipe or socket and cannot be read or written.", name)
	case errors.Is(err, workspace.ErrNotFolder):
		return refuse("%s is not a folder, or one of the folders above it is a file.", name)
	case errors.Is(err, workspace.ErrChanged):
		return refuse("%s was changed by another program just now. Nothing was written. Read it again and repeat the call.", name)
	case errors.Is(err, workspace.ErrExists):
		return refuse("%s exists already. Nothing was changed. Choose another path, or delete it first.", name)
	case errors.Is(err, workspace.ErrNotEmpty):
		return refuse("%s is a folder that is not empty. Delete what is in it first.", name)
	case errors.Is(err, workspace.ErrTop):
		return refuse("The workspace itself cannot be deleted, moved or replaced.")
	case errors.Is(err, workspace.ErrIntoItself):
		return refuse("A folder cannot be moved into itself.")
	case errors.Is(err, workspace.ErrDiskFull):
		return refuse("The disk is full. Nothing was written and the old file is unchanged. Tell the user.")
	case errors.Is(err, fs.ErrPermission):
		return refuse("Permission denied for %s: the file system does not let this user do that. Nothing was changed. Tell the user.", name)
	}
	return refuse("That did not work: %v", err)
}

// similar names up to three files beside a missing one whose names are like it,
// or says how to look.
func (s *Set) similar(ctx context.Context, name string) string {
	entries, err := s.workspace.List(ctx, path.Dir(name))
	if err != nil {
		return " Its folder does not exist either. Use list_dir or find_files to look."
	}
	var names []string
	for _, e := range entries {
		if similarity(strings.ToLower(e.Name), strings.ToLower(path.Base(name))) >= 0.6 && len(names) < 3 {
			names = append(names, e.Path)
		}
	}
	if len(names) == 0 {
		return " Use list_dir or find_files to look for it."
	}
	return fmt.Sprintf(" Did you mean %s?", strings.Join(names, " or "))
}
