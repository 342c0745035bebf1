package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// AccessState returns what the agent can reach.
func (f *Folder) AccessState(ctx context.Context) (wire.AccessState, error) {
	return wire.AccessState{}, nil
}

// SetVariable says whether commands get an environment variable.
func (f *Folder) SetVariable(ctx context.Context, name string, allowed bool) error { return nil }

// SetNetwork says whether commands reach the network in this folder.
func (f *Folder) SetNetwork(ctx context.Context, on bool) error { return nil }
