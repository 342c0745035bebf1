package settings

import (
	"context"
	"slices"
	"sync"
)

// Change says that a file has a new text, or new problems.
type Change struct {
	Name     string    // [UserName], [KeybindingsName] or [WorkspaceName]
	Problems []Problem // all of this file
}

// Subscription yields changes until it or the store is closed.
type Subscription struct {
	store *Store
	some  chan struct{} // buffered 1: something is pending
	done  chan struct{} // closed by Close
	once  sync.Once

	mu      sync.Mutex // guards pending
	pending []Change   // at most one of each file, oldest first
}

// Changes subscribes to changes from now on.
func (s *Store) Changes(ctx context.Context) (*Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	subscription := &Subscription{store: s, some: make(chan struct{}, 1), done: make(chan struct{})}
	s.subscriptions[subscription] = true
	return subscription, nil
}

// Next waits for a change. After Close of the subscription or of its store it
// returns [ErrClosed].
func (s *Subscription) Next(ctx context.Context) (Change, error) {
	for {
		if change, ok := s.take(); ok {
			return change, nil
		}
		select {
		case <-s.some:
		case <-ctx.Done():
			return Change{}, ctx.Err()
		case <-s.done:
			return Change{}, ErrClosed
		case <-s.store.stop:
			return Change{}, ErrClosed
		}
	}
}

// Close ends the subscription.
func (s *Subscription) Close() error {
	s.store.mu.Lock()
	delete(s.store.subscriptions, s)
	s.store.mu.Unlock()
	s.once.Do(func() { close(s.done) })
	return nil
}

func (s *Subscription) take() (Change, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		return Change{}, false
	}
	change := s.pending[0]
	s.pending = s.pending[1:]
	return change, true
}

// offer queues a change in place of an older one of the same file.
func (s *Subscription) offer(change Change) {
	s.mu.Lock()
	s.pending = slices.DeleteFunc(s.pending, func(c Change) bool { return c.Name == change.Name })
	s.pending = append(s.pending, change)
	s.mu.Unlock()
	select {
	case s.some <- struct{}{}:
	default:
	}
}
