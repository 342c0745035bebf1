// Package secret keeps keys and tokens by name: in the system's keychain, in a
// file that is sealed with a passphrase, or in memory until the program ends.
//
// # Promises
//
// Nothing is written to a disk in plain text. What is too large for a keychain
// stands in a sealed file whose key is in the keychain. Where the keychain
// cannot be used and the person has not said what to do instead, it is kept in
// memory, and [Store.State] says so. A passphrase is stored nowhere: after a
// restart its file is locked until [Store.Unlock]. No error holds a secret.
//
// A move to another place deletes nothing before everything has arrived, and
// goes on where it was interrupted. Several processes may share a folder: each
// change is made under a lock, on what is on the disk then.
//
// No call waits longer for the keychain than its limit, and as long again for
// another process, whatever they do; at most one call to the keychain is under
// way, and one that hangs ends when the keychain answers. Without a session bus
// none is started.
//
// What was read from the keychain is kept in memory, so that it is asked once.
// That there is nothing, and that the keychain failed, is believed for a while.
package secret

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"
)

// Options are what a [Store] can do without.
type Options struct {
	// Folder is where sealed files and the names of what is kept stand; empty: there
	// are neither large secrets nor passphrases.
	Folder string
	// Service is the name that the keychain shows beside a key; empty: Keel.
	Service string
	// Keychain keeps the keys; nil is the system's.
	Keychain Keychain
	// Reachable says why there is no keychain, without starting anything; nil
	// looks at the system.
	Reachable func() error
	// Limit is how long one call waits for the keychain; 0: 3 s.
	Limit time.Duration
	// Learned is told every secret that was read or set, so that it can be kept out of
	// logs; nobody is told.
	Learned func(value string)
	// Changed is called, on no particular goroutine, after anything changed that
	// [Store.State] shows; nobody is told.
	Changed func()
	// Believe is for how long a missing key or a failure is believed; 0: 30 s.
	Believe time.Duration

	cost   cost                               // of trying a passphrase; tests take less
	before func(operation, name string) error // called before each change on the disk; tests fail there
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
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.Believe == 0 {
		o.Believe = 30 * time.Second
	}
	if o.cost == (cost{}) {
		o.cost = recommended
	}
	return o
}

// Store keeps secrets by name. It is safe for concurrent use.
type Store struct {
	options Options
	folder  folder
	turn    chan struct{} // holds a token while the keychain is asked
	writing chan struct{} // holds a token while something is changed
	trying  chan struct{} // holds a token while a passphrase is tried

	mu      sync.Mutex // guards what follows
	memory  map[string]string
	removed map[string]bool   // while the file was locked: to be taken out of it
	known   map[string]answer // what the keychain said
	trouble error             // what was wrong with the keychain when it was last asked
	place   Place             // as it was last read
	stamps  [2]stamp          // of the files that place and vault were read from
	vault   *vault            // open; nil while locked and elsewhere
	broken  error             // why the sealed file cannot be read, beside being locked
	swept   bool              // what a crash may have left was looked for
	told    State             // what Changed was last called for
}

// answer is what the keychain said of a name.
type answer struct {
	value string // empty when there is none
	err   error
	until time.Time // zero: for ever
}

// New returns a store. It does not touch the keychain.
func New(options Options) *Store {
	options = options.withDefaults()
	s := &Store{
		options: options,
		folder:  folder{path: options.Folder, before: options.before},
		turn:    make(chan struct{}, 1),
		writing: make(chan struct{}, 1),
		trying:  make(chan struct{}, 1),
		memory:  make(map[string]string),
		removed: make(map[string]bool),
		known:   make(map[string]answer),
		place:   InKeychain,
	}
	s.told = s.State()
	return s
}

// Get returns the secret of a name, or "" when there is none.
func (s *Store) Get(ctx context.Context, name string) (string, error) {
	if value, err, ok := s.at(name); ok {
		return value, err
	}
	s.mu.Lock()
	known, ok := s.known[name]
	s.mu.Unlock()
	if ok && (known.until.IsZero() || time.Now().Before(known.until)) {
		return known.value, known.err
	}
	return s.fromKeychain(ctx, name)
}

// Fresh is Get past what is remembered: the keychain is asked again, since
// another process may have written.
func (s *Store) Fresh(ctx context.Context, name string) (string, error) {
	if value, err, ok := s.at(name); ok {
		return value, err
	}
	s.mu.Lock()
	delete(s.known, name)
	s.mu.Unlock()
	return s.fromKeychain(ctx, name)
}

// at looks where no keychain is needed; false when that has to be asked.
func (s *Store) at(name string) (value string, err error, ok bool) { //nolint:revive // ok says whether there is an answer, which may be an error
	s.mu.Lock()
	changed := s.refresh()
	value, ok = s.memory[name]
	if !ok && s.place == InPassphrase {
		ok = true
		if s.vault == nil {
			err = s.closedVault()
		} else {
			value = s.vault.values[name]
		}
		if s.removed[name] {
			value, err = "", nil
		}
	}
	s.mu.Unlock()
	if changed {
		s.tell()
	}
	return value, err, ok
}

// Put is Set for callers that need not know where a secret is kept.
func (s *Store) Put(ctx context.Context, name, value string) error {
	_, _, err := s.Set(ctx, name, value)
	return err
}

// Set keeps a secret, in memory where its place cannot be used; why is then for
// the person to know, and not a failure. In memory and without a reason it is
// kept where the person wants it.
func (s *Store) Set(ctx context.Context, name, value string) (place Place, why, err error) {
	defer s.tell()
	s.options.Learned(value)
	if !utf8.ValidString(name) || len(name) > longestName {
		return "", nil, &Error{Message: "Under this name nothing can be kept as a secret; nothing was kept.", Hint: "Look at the names in the settings.", Err: errName}
	}
	if len(value) > largest {
		return "", nil, &Error{Message: "This is too large to be kept as a secret; nothing was kept.", Hint: "Check what was copied.", Err: errTooLarge}
	}
	s.mu.Lock()
	s.refresh()
	place = s.place
	locked := place == InPassphrase && s.vault == nil
	if locked {
		why = s.closedVault()
	}
	s.mu.Unlock()
	switch {
	case place == InMemory || locked:
		s.remember(name, value)
		return InMemory, why, nil
	case place == InPassphrase:
		why = s.changeVault(ctx, func(values map[string]string) { values[name] = value })
	default:
		why = s.toKeychain(ctx, name, value)
	}
	if ctx.Err() != nil {
		return "", nil, ctx.Err()
	}
	if why != nil {
		s.remember(name, value)
		return InMemory, why, nil
	}
	s.mu.Lock()
	delete(s.memory, name)
	s.mu.Unlock()
	if place == InKeychain {
		s.bringMemory(ctx)
	}
	return place, nil, nil
}

// remember keeps a secret in memory.
func (s *Store) remember(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory[name] = value
	delete(s.removed, name)
}

// Remove forgets a secret everywhere. That there was none is no error. While
// the sealed file is locked the secret is taken out of it after unlocking, and
// the error says so.
func (s *Store) Remove(ctx context.Context, name string) error {
	defer s.tell()
	s.mu.Lock()
	s.refresh()
	place, locked := s.place, s.vault == nil
	_, inMemory := s.memory[name]
	delete(s.memory, name)
	delete(s.known, name)
	if place == InPassphrase && locked {
		s.removed[name] = true
		defer s.mu.Unlock()
		return s.closedVault()
	}
	s.mu.Unlock()
	if place == InPassphrase {
		if err := s.changeVault(ctx, func(values map[string]string) { delete(values, name) }); err != nil {
			return err
		}
		if !s.listed(name) {
			return nil // the keychain has never had it, or no longer
		}
	}
	return s.outOfKeychain(ctx, name, inMemory)
}
