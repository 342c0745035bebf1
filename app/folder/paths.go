package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Paths are the folders in which Keel keeps what is its own. Nothing of Keel's
// is ever kept inside a workspace.
type Paths struct {
	Config string // settings.json, keybindings.json, snippets: the user's to edit
	Data   string // sessions, checkpoints, layout, logs
}

// DefaultPaths follows the XDG base directory specification on Linux and the
// system's own conventions elsewhere.
func DefaultPaths() (Paths, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return Paths{}, fmt.Errorf("finding the configuration folder: %w", err)
	}
	data := os.Getenv("XDG_DATA_HOME")
	switch {
	case filepath.IsAbs(data):
	case runtime.GOOS == "windows":
		data = os.Getenv("LocalAppData")
	case runtime.GOOS == "darwin":
		data = config
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return Paths{}, fmt.Errorf("finding the home folder: %w", err)
		}
		data = filepath.Join(home, ".local", "share")
	}
	return Paths{Config: filepath.Join(config, "keel"), Data: filepath.Join(data, "keel")}, nil
}

// Workspace is the data folder of the workspace with this id.
func (p Paths) Workspace(id string) string { return filepath.Join(p.Data, "workspaces", id) }

// Make creates the folders, for this user only. The data is closed to others again:
// the sandbox keeps a command out of it, but not from changing its mode.
func (p Paths) Make() error {
	for _, folder := range []string{p.Config, p.Data} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("making %q: %w", folder, err)
		}
	}
	if err := os.Chmod(p.Data, 0o700); err != nil {
		return fmt.Errorf("keeping %q to its user: %w", p.Data, err)
	}
	return nil
}
