//go:build !linux

package watch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Watcher is nothing on this system.
type Watcher struct{}

// New gives [errors.ErrUnsupported].
func New(string, Options) (*Watcher, error) {
	return nil, fmt.Errorf("watching the workspace for checkpoints: %w", errors.ErrUnsupported)
}

func (w *Watcher) Add(uintptr, string) error { return errors.ErrUnsupported }

func (w *Watcher) Remove(string) {}

func (w *Watcher) Keep(func(path string) bool) {}

func (w *Watcher) Drain(context.Context, time.Duration) (Dirty, error) {
	return Dirty{All: true, Why: "nothing is watched on this system"}, nil
}

func (w *Watcher) Return(Dirty) {}

func (w *Watcher) Watched() int { return 0 }

func (w *Watcher) Close() error { return nil }
