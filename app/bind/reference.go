package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// References are what prompts can point at.
type References struct{ seam *Seam }

// NewReferences binds references.
func NewReferences(seam *Seam) *References { return &References{seam} }

// Find returns files, folders and symbols whose names fit, best first.
func (b *References) Find(query wire.ReferenceQuery) (wire.ReferenceMatches, error) {
	return with(b.seam, "References.Find", func(ctx context.Context, f *folder.Folder) (wire.ReferenceMatches, error) {
		return f.References.Find(ctx, query)
	})
}

// Forget ends the picker that a cache key names.
func (b *References) Forget(cacheKey string) error {
	return do(b.seam, "References.Forget", func(_ context.Context, f *folder.Folder) error {
		f.References.Forget(cacheKey)
		return nil
	})
}

// Look reads a reference as sending it would. An address is fetched, and kept for
// the session: sending it soon after fetches nothing more. It may take seconds.
func (b *References) Look(look wire.ReferenceLook) (session.Reference, error) {
	return with(b.seam, "References.Look", func(ctx context.Context, f *folder.Folder) (session.Reference, error) {
		return f.References.Look(ctx, look)
	})
}

// StopLooking ends a look, which then says so.
func (b *References) StopLooking(id string) error {
	return do(b.seam, "References.StopLooking", func(_ context.Context, f *folder.Folder) error {
		f.References.StopLooking(id)
		return nil
	})
}
