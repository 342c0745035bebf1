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
	default:
		if giveWay := s.yield.Load(); giveWay != nil {
			(*giveWay)(ErrYielded)
		}
		select {
		case s.busy <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	done, err := s.reading(ctx)
	if err != nil {
		<-s.busy
		return nil, err
	}
	done()
	return func() { <-s.busy }, nil
}

// lock keeps other operations out, in this process and in others.
func (s *Store) lock(ctx context.Context, wait time.Duration) (release func(), err error) {
	if s.lent != "" {
		return nil, fmt.Errorf("locking checkpoint store %q: %w", s.dir, s.barred)
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	unlock, err := s.exclude(ctx, wait)
	if err != nil {
		leave()
		return nil, err
	}
	return func() {
		s.nodes.rest()
		unlock()
		leave()
	}, nil
}

// exclude keeps other processes out.
func (s *Store) exclude(ctx context.Context, wait time.Duration) (release func(), err error) {
	file, err := os.OpenFile(filepath.Join(s.dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking checkpoint store: %w", readOnly(err))
	}
	if err := takeLock(ctx, file, wait); err != nil {
		_ = file.Close()
		return nil, err
	}
	return func() { _ = file.Close() }, nil // and with it goes the lock
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
	if err := s.refresh(); err != nil {
		release()
		return nil, err
	}
	if err := s.recover(ctx); err != nil {
		release()
		return nil, fmt.Errorf("finishing an interrupted restore: %w", err)
	}
	if err := s.finishPurge(ctx); err != nil {
		release()
		return nil, fmt.Errorf("finishing an interrupted purge: %w", err)
	}
	return release, nil
}
