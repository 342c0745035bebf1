//go:build unix

package checkpoint_test

import (
	"context"
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

func open(ctx context.Context, dir, root string, o checkpoint.Options) (checkpointtest.Store, error) {
	store, err := checkpoint.Open(ctx, dir, root, o)
	if err != nil {
		return nil, err
	}
	return store, nil
}

func TestSuite(t *testing.T) { checkpointtest.Run(t, open) }
