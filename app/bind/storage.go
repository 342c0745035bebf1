package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Storage keeps the workbench's layout and the like, a text under each key.
type Storage struct{ seam *Seam }

// NewStorage binds storage.
func NewStorage(seam *Seam) *Storage { return &Storage{seam} }

// Load returns everything stored in a scope.
func (b *Storage) Load(scope wire.StorageScope) (map[string]string, error) {
	return home(b.seam, "Storage.Load", func(ctx context.Context, f *folder.Folder) (map[string]string, error) {
		return f.Storage.Load(ctx, string(scope))
	})
}

// Update sets and deletes keys of a scope; it is on the disk when this returns.
func (b *Storage) Update(update wire.StorageUpdate) error {
	return homeDo(b.seam, "Storage.Update", func(ctx context.Context, f *folder.Folder) error {
		return f.Storage.Update(ctx, string(update.Scope), update.Set, update.Delete)
	})
}
