package checkpoint

import (
	"context"
	"errors"
)

// PatchRequest gives single files the content that is wanted. Nothing else is
// touched, but for parent folders that are missing.
type PatchRequest struct {
	Label string // of the checkpoint before it, for people
	Files []Patched
	// Unsaved counts as what stands at its paths now, as in [RestoreRequest].
	Unsaved []Unsaved
}

// Patched is what becomes of one file. Expect is the SHA-256, hexadecimal, of
// what the caller has looked at, on the disk or unsaved; empty when nothing stood
// there. Anything else at the path is a conflict and stays.
type Patched struct {
	Path    string
	Expect  string
	Content []byte
	Mode    uint32 // of a new file; 0: as new files are. A file that is there keeps its own.
	Delete  bool   // Content is of no concern
}

// Patch writes files, with the promises of [Store.Restore]: a checkpoint first,
// all steps in the journal, only what is expected is overwritten, and
// [Store.Undo] takes it back.
func (s *Store) Patch(ctx context.Context, r PatchRequest) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
