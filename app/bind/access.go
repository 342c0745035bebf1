package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Access is what the agent can reach.
type Access struct{ seam *Seam }

// NewAccess binds access.
func NewAccess(seam *Seam) *Access { return &Access{seam} }

// State returns what the agent can reach, as it stands now.
func (b *Access) State() (wire.AccessState, error) {
	return with(b.seam, "Access.State", func(ctx context.Context, f *folder.Folder) (wire.AccessState, error) {
		return f.AccessState(ctx)
	})
}

// SetVariable says whether commands get an environment variable.
func (b *Access) SetVariable(name string, allowed bool) error {
	return homeDo(b.seam, "Access.SetVariable", func(ctx context.Context, f *folder.Folder) error {
		return f.SetVariable(ctx, name, allowed)
	})
}

// SetNetwork says whether commands reach the network in this folder.
func (b *Access) SetNetwork(on bool) error {
	return do(b.seam, "Access.SetNetwork", func(ctx context.Context, f *folder.Folder) error {
		return f.SetNetwork(ctx, on)
	})
}
