// Package event hands values from one sender to any number of readers.
//
// # Promises
//
// Sending never waits for a reader. Every reader gets the values in the order
// they were sent. A reader that is too slow loses its oldest unread values, not
// the newest, so that it can see the gap: values need a number of their own.
package event

import (
	"context"
	"io"
	"sync"
)

// Feed sends to its subscriptions. It is safe for concurrent use.
type Feed[T any] struct {
	limit int

	mu      sync.Mutex // guards what follows; taken before a subscription's
	readers map[*Subscription[T]]struct{}
	closed  bool
}

// New returns a feed whose readers may each be limit values behind.
func New[T any](limit int) *Feed[T] {
	return &Feed[T]{limit: max(1, limit), readers: map[*Subscription[T]]struct{}{}}
}

// Send gives value to every subscription there is now.
func (f *Feed[T]) Send(value T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for reader := range f.readers {
		reader.add(value, f.limit)
	}
}

// Subscribe starts reading: the first value is the next one sent. The
// subscription ends with ctx, [Subscription.Close] or [Feed.Close].
func (f *Feed[T]) Subscribe(ctx context.Context) *Subscription[T] {
	s := &Subscription[T]{feed: f, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	s.ended = f.closed
	if !f.closed {
		f.readers[s] = struct{}{}
	}
	f.mu.Unlock()
	s.release = context.AfterFunc(ctx, s.end)
	return s
}

// Close ends all subscriptions; they still hand out what they hold.
func (f *Feed[T]) Close() {
	f.mu.Lock()
	f.closed = true
	readers := f.readers
	f.readers = nil
	f.mu.Unlock()
	for reader := range readers {
		reader.end()
	}
}

// Subscription is one reader's place in a feed.
type Subscription[T any] struct {
	feed    *Feed[T]
	wake    chan struct{} // holds one value when there may be news
	release func() bool

	mu     sync.Mutex // guards what follows
	unread []T
	ended  bool
}

// Next returns the next value, waiting for it. It returns ctx's error when ctx
// ends first, and [io.EOF] after the last value of a subscription that ended.
// It is called from one goroutine at a time.
func (s *Subscription[T]) Next(ctx context.Context) (T, error) {
	for {
		if value, ok, err := s.take(); ok || err != nil {
			return value, err
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
}

// Close ends the subscription.
func (s *Subscription[T]) Close() {
	s.release()
	s.end()
}

func (s *Subscription[T]) take() (value T, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unread) > 0 {
		value = s.unread[0]
		s.unread = s.unread[1:]
		return value, true, nil
	}
	if s.ended {
		return value, false, io.EOF
	}
	return value, false, nil
}

func (s *Subscription[T]) add(value T, limit int) {
	s.mu.Lock()
	if len(s.unread) >= limit {
		s.unread = s.unread[1:]
	}
	s.unread = append(s.unread, value)
	s.mu.Unlock()
	s.notify()
}

func (s *Subscription[T]) end() {
	s.feed.mu.Lock()
	delete(s.feed.readers, s)
	s.feed.mu.Unlock()
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.notify()
}

func (s *Subscription[T]) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
