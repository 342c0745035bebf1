//go:build unix

package checkpointtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// Patch writes files one after the other, as a tool on top of git would.
func (s *shadowGit) Patch(ctx context.Context, r checkpoint.PatchRequest) (checkpoint.Result, error) {
	before, err := s.Create(ctx, checkpoint.CreateRequest{Reason: checkpoint.PreRestore})
	if err != nil {
		return checkpoint.Result{}, err
	}
	out := checkpoint.Result{Undo: before.ID, Conflicts: []checkpoint.Conflict{}, Unknown: []string{}, Unsaved: []string{}}
	for _, one := range r.Files {
		at := filepath.Join(s.root, checkpoint.DecodePath(one.Path))
		sum := ""
		now, err := os.ReadFile(at)
		if err == nil {
			sum = fmt.Sprintf("%x", sha256.Sum256(now))
		}
		switch {
		case one.Delete && err != nil, !one.Delete && err == nil && string(now) == string(one.Content):
			continue
		case sum != one.Expect:
			out.Conflicts = append(out.Conflicts, checkpoint.Conflict{Path: one.Path, Reason: "it was changed since"})
			continue
		case one.Delete:
			out.Deleted++
			err = os.Remove(at)
		default:
			out.Written++
			err = s.overwrite(at, one)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *shadowGit) overwrite(at string, one checkpoint.Patched) error {
	mode := fs.FileMode(one.Mode)
	if mode == 0 {
		mode = 0o666
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	return os.WriteFile(at, one.Content, mode)
}
