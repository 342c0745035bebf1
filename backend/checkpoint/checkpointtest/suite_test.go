//go:build unix

package checkpointtest_test

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

// TestSuite puts the store through every row. It stands here and not beside the
// store's other tests so that both run at the same time.
func TestSuite(t *testing.T) { checkpointtest.Run(t, open) }
