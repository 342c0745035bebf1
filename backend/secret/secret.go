// Package secret keeps keys in the system's keychain, and for this run only
// where there is none.
//
// # Promises
//
// A key is never written anywhere but to the keychain: without one it is kept
// in memory until the program ends, and [Store.Set] says so. No error holds a
// key. No call waits longer than its limit, whatever the keychain does, and at
// most one call to it is under way; one that hangs ends when the keychain
// answers. Without a session bus none is started.
//
// A key that was read is kept in memory, so that the keychain is asked once.
// That there is none, and that the keychain failed, is believed for a while.
package secret

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain is what keeps passwords for services and users. Get and Delete of
// what is not there give [keyring.ErrNotFound].
type Keychain interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// Options are what a [Store] can do without.
type Options struct {
	// Service is the name that the keychain shows beside a key; empty: Keel.
	Service string
	// Keychain keeps the keys; nil is the system's.
	Keychain Keychain
	// Reachable says why there is no keychain, without starting anything; nil
	// looks at the system.
	Reachable func() error
	// Limit is how long one call waits for the keychain; 0: 3 s.
	Limit time.Duration
	// Learned is told every key that was read or set, so that it can be kept out of
	// logs; nobody is told.
	Learned func(value string)
	// Believe is for how long a missing key or a failure is believed; 0: 30 s.
	Believe time.Duration
}

func (o Options) withDefaults() Options {
	if o.Service == "" {
		o.Service = "Keel"
	}
	if o.Keychain == nil {
		o.Keychain = system{}
	}
	if o.Reachable == nil {
		o.Reachable = reachable
	}
	if o.Limit == 0 {
		o.Limit = 3 * time.Second
	}
	if o.Learned == nil {
		o.Learned = func(string) {}
	}
	if o.Believe == 0 {
		o.Believe = 30 * time.Second
	}
	return o
}

// Place is where a key is kept.
type Place string

const (
	InKeychain Place = "keychain"
	InMemory   Place = "memory" // until the program ends
)

// Error is what a failure of the keychain means to a person.
type Error struct {
	Message string // what happened
	Hint    string // what to do next
	Err     error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Message, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// ErrSlow is wrapped by the [Error] of a keychain that does not answer in time,
// as one does that waits for its password.
var ErrSlow = errors.New("no answer in time")

// Store keeps keys by name. It is safe for concurrent use.
type Store struct {
	options Options
	turn    chan struct{} // holds a token while the keychain is asked

	mu     sync.Mutex
	memory map[string]string // guarded by mu; kept for this run only
	known  map[string]answer // guarded by mu; what the keychain said
}

// answer is what the keychain said of a name.
type answer struct {
	value string // empty when there is none
	err   error
	until time.Time // zero: for ever
}

// New returns a store. It does not touch the keychain.
func New(options Options) *Store {
	return &Store{
		options: options.withDefaults(),
		turn:    make(chan struct{}, 1),
		memory:  make(map[string]string),
		known:   make(map[string]answer),
	}
}

// Get returns the key of a name, or "" when there is none.
func (s *Store) Get(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	kept, inMemory := s.memory[name]
	known, ok := s.known[name]
	s.mu.Unlock()
	switch {
	case inMemory:
		return kept, nil
	case ok && (known.until.IsZero() || time.Now().Before(known.until)):
		return known.value, known.err
	}
	var value string
	err := s.ask(ctx, func() error {
		found, err := s.options.Keychain.Get(s.options.Service, name)
		if err == nil {
			value = found
			s.options.Learned(found)
			s.note(name, answer{value: found}) // also when it came too late
		}
		return err
	})
	switch {
	case err == nil:
		return value, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, keyring.ErrNotFound):
		err = nil
	}
	s.note(name, answer{err: err, until: time.Now().Add(s.options.Believe)})
	return "", err
}

// Set keeps a key, in memory where the keychain cannot be used; why is then
// for the person to know, and not a failure.
func (s *Store) Set(ctx context.Context, name, value string) (place Place, why, err error) {
	s.options.Learned(value)
	err = s.ask(ctx, func() error { return s.options.Keychain.Set(s.options.Service, name, value) })
	if ctx.Err() != nil {
		return "", nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.memory[name] = value
		return InMemory, err, nil
	}
	delete(s.memory, name)
	s.known[name] = answer{value: value}
	return InKeychain, nil, nil
}

// Remove forgets a key everywhere. That there was none is no error.
func (s *Store) Remove(ctx context.Context, name string) error {
	err := s.ask(ctx, func() error { return s.options.Keychain.Delete(s.options.Service, name) })
	s.mu.Lock()
	defer s.mu.Unlock()
	_, inMemory := s.memory[name]
	delete(s.memory, name)
	if err == nil || errors.Is(err, keyring.ErrNotFound) || inMemory && s.options.Reachable() != nil {
		s.known[name] = answer{until: time.Now().Add(s.options.Believe)}
		return nil
	}
	delete(s.known, name)
	return err
}

func (s *Store) note(name string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.value == "" && s.known[name].value != "" && s.known[name].until.IsZero() {
		return // set meanwhile
	}
	s.known[name] = a
}

// ask calls the keychain on a goroutine of its own, which ends when the
// keychain answers; the caller waits for it only so long. Its errors are
// [keyring.ErrNotFound], an [Error] or the context's.
func (s *Store) ask(ctx context.Context, call func() error) error {
	if err := s.options.Reachable(); err != nil {
		return &Error{Message: "There is no keychain to keep the key in.", Hint: wayOut, Err: err}
	}
	limit := time.NewTimer(s.options.Limit)
	defer limit.Stop()
	select {
	case s.turn <- struct{}{}:
	case <-limit.C:
		return slow()
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-s.turn }()
		done <- call()
	}()
	select {
	case err := <-done:
		if err == nil || errors.Is(err, keyring.ErrNotFound) {
			return err
		}
		return &Error{Message: "The keychain could not be used.", Hint: wayOut, Err: err}
	case <-limit.C:
		return slow()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func slow() error {
	return &Error{Message: "The keychain does not answer; it may be waiting for its password.", Hint: "Unlock it, then try again.", Err: ErrSlow}
}

// system is the keychain of the operating system.
type system struct{}

func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }

func (system) Set(service, user, password string) error { return keyring.Set(service, user, password) }

func (system) Delete(service, user string) error { return keyring.Delete(service, user) }
