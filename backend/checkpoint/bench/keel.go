package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// keel is a checkpoint store.
type keel struct {
	dir, root string
	noWatch   bool
	grace     time.Duration

	store        *checkpoint.Store
	before, last string // the last two checkpoints
}

func (k *keel) reset(ctx context.Context) error {
	if err := k.close(); err != nil {
		return err
	}
	if err := os.RemoveAll(k.dir); err != nil {
		return fmt.Errorf("removing a store: %w", err)
	}
	store, err := checkpoint.Open(ctx, k.dir, k.root, checkpoint.Options{NoWatch: k.noWatch, Grace: k.grace})
	if err != nil {
		return err
	}
	k.store = store
	return nil
}

func (k *keel) capture(ctx context.Context, first bool, _ []edit) error {
	if first {
		if err := k.store.Warm(ctx); err != nil {
			return err
		}
	}
	made, err := k.store.Create(ctx, checkpoint.CreateRequest{Reason: checkpoint.PostTool})
	if err != nil {
		return err
	}
	if !made.Complete {
		return fmt.Errorf("the checkpoint lacks %d paths, such as %q: %s", len(made.Problems), made.Problems[0].Path, made.Problems[0].Reason)
	}
	k.before, k.last = k.last, made.ID
	return nil
}

func (k *keel) restore(ctx context.Context, _ []edit) (func(context.Context) error, error) {
	result, err := k.store.Restore(ctx, checkpoint.RestoreRequest{ID: k.before, Verb: checkpoint.Exact})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		_, err := k.store.Undo(ctx, result.Undo)
		return err
	}, nil
}

func (k *keel) folder() string { return k.dir }

func (k *keel) close() error {
	if k.store == nil {
		return nil
	}
	store := k.store
	k.store = nil
	if err := store.Close(); err != nil && !errors.Is(err, checkpoint.ErrClosed) {
		return fmt.Errorf("closing a store: %w", err)
	}
	return nil
}
