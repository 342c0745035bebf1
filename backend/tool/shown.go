package tool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// Shown says that the model was shown all of a file by other means than read_file,
// by the SHA-256 of its bytes in hexadecimal. That counts as having read it, unless
// it is no longer that.
func (s *Set) Shown(ctx context.Context, view SessionView, path, hash string) {
	path, err := s.filePath(path)
	if err != nil {
		return
	}
	f, err := s.load(ctx, path)
	if err != nil {
		return
	}
	if sum := sha256.Sum256(f.raw); hex.EncodeToString(sum[:]) == hash {
		view.Saw(path, f.hash)
	}
}
