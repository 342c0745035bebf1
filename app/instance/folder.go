package instance

import (
	"fmt"
	"path/filepath"
)

// Folder is a folder that a window has. The zero value is no folder, which one
// window at most has, since what is typed into it is kept in one place.
type Folder struct {
	Path     string   `json:"path"` // without symbolic links
	Identity Identity `json:"identity"`
}

// Identity is what a folder is, whatever it is called: where case does not count
// or a folder is mounted twice, one folder has several paths. It is kept beside
// the path, so that nobody need touch the folder of another window, which may lie
// on a disk that does not answer. The zero value is not known.
type Identity struct {
	Device uint64 `json:"device"`
	File   uint64 `json:"file"`
}

// Look finds out what folder a path names, also by symbolic links.
func Look(path string) (Folder, error) {
	if path == "" {
		return Folder{}, nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Folder{}, fmt.Errorf("looking at %q: %w", path, err)
	}
	identity, err := identify(real)
	if err != nil {
		return Folder{}, fmt.Errorf("looking at %q: %w", path, err)
	}
	return Folder{Path: real, Identity: identity}, nil
}

// Is tells whether two are one folder.
func (f Folder) Is(other Folder) bool {
	return f.Path == other.Path || f.Identity == other.Identity && f.Identity != Identity{}
}
