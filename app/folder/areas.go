package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/workspace"
)

// Areas are Keel's own folders that the page reaches. They are the same whichever
// folder is open, so a window keeps them as long as the program runs: what the page
// saves while one folder replaces another, unsaved text first of all, is not lost.
type Areas struct {
	config *workspace.Workspace
	data   *workspace.Workspace
}

// OpenAreas makes the folders where they are missing.
func OpenAreas(ctx context.Context, paths Paths) (*Areas, error) {
	config, err := openArea(ctx, paths.Config)
	if err != nil {
		return nil, err
	}
	data, err := openArea(ctx, filepath.Join(paths.Data, "workbench"))
	if err != nil {
		return nil, errors.Join(err, config.Close())
	}
	return &Areas{config: config, data: data}, nil
}

// Close lets go of the folders.
func (a *Areas) Close() error { return errors.Join(a.config.Close(), a.data.Close()) }

// openArea opens one of Keel's own folders the way a workspace is opened.
func openArea(ctx context.Context, path string) (*workspace.Workspace, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making %q: %w", path, err)
	}
	return workspace.Open(ctx, path, workspace.Options{Consent: true})
}
