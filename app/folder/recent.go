package folder

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/atomicfile"
)

// maxRecent is how many folders Open Recent offers.
const maxRecent = 20

func recentFile(paths Paths) string { return filepath.Join(paths.Data, "recent.json") }

// ReadRecent returns the folders opened before, the last one first. A list that
// cannot be read is an empty one: it is only a convenience.
func ReadRecent(paths Paths) []wire.Workspace {
	text, err := os.ReadFile(recentFile(paths))
	if err != nil {
		return nil
	}
	var recent []wire.Workspace
	if json.Unmarshal(text, &recent) != nil {
		return nil
	}
	return recent
}

// remember puts a folder at the head of the list, which windows share.
func remember(ctx context.Context, paths Paths, opened wire.Workspace) error {
	return locked(ctx, recentFile(paths), func() error {
		recent := slices.DeleteFunc(ReadRecent(paths), func(w wire.Workspace) bool { return w.ID == opened.ID })
		recent = slices.Insert(recent, 0, opened)
		recent = recent[:min(len(recent), maxRecent)]
		text, err := json.MarshalIndent(recent, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding the recent folders: %w", err)
		}
		return atomicfile.Write(recentFile(paths), text, 0o600)
	})
}
