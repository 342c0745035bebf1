package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// enter waits until this process runs no other operation.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil || s.closed {
		<-s.busy
		if err == nil {
			err = ErrClosed
		}
		return nil, err
	}
	return func() { <-s.busy }, nil
}

// lock keeps other operations out, in this process and in others.
func (s *Store) lock(ctx context.Context, wait time.Duration) (release func(), err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		leave()
		return nil, fmt.Errorf("locking checkpoint store: %w", err)
	}
	if err := takeLock(ctx, file, wait); err != nil {
		_ = file.Close()
		leave()
		return nil, err
	}
	return func() {
		_ = file.Close() // and with it goes the lock
		leave()
	}, nil
}

func takeLock(ctx context.Context, file *os.File, wait time.Duration) error {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := lockFile(file)
		if err == nil {
			return nil
		}
		if !errors.Is(err, ErrBusy) {
			return fmt.Errorf("locking checkpoint store: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return ErrBusy
		case <-again.C:
		}
	}
}

// begin starts an operation that changes the store or the workspace.
func (s *Store) begin(ctx context.Context) (release func(), err error) {
	release, err = s.lock(ctx, s.o.LockWait)
	if err != nil {
		return nil, err
	}
	if err := s.recover(ctx); err != nil {
		release()
		return nil, fmt.Errorf("finishing an interrupted restore: %w", err)
	}
	if err := s.blobs.refresh(); err != nil {
		release()
		return nil, err
	}
	// The lock is ours, so what lies here is from an operation that was killed.
	if err := emptyFolder(s.blobs.temporary); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func emptyFolder(folder string) error {
	listed, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("tidying the store: %w", err)
	}
	for _, one := range listed {
		if err := os.RemoveAll(filepath.Join(folder, one.Name())); err != nil {
			return fmt.Errorf("tidying the store: %w", err)
		}
	}
	return nil
}
