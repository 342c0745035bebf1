package extension

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/secret"
)

const (
	mostSecret     = 64 << 10 // bytes of one value
	mostSecretKey  = 1 << 10  // bytes of its key
	mostSecrets    = 200      // of one extension
	mostSecretsAll = 1 << 20  // bytes of all keys and values of one extension

	// secretNames is before the name of all that extensions keep; nothing of Keel's
	// own begins like it.
	secretNames = "extension:"
	// secretsForm begins what is kept under such a name.
	secretsForm = "keel-extension-secrets:1:"
)

// errForm is of what an extension keeps where it is not what this Keel writes: a
// newer one may have written it, so it is not written over.
var errForm = errors.New("not in the form of what extensions keep")

// Keeper keeps secrets by name. Get returns "" where there is none.
type Keeper interface {
	Get(ctx context.Context, name string) (string, error)
	Put(ctx context.Context, name, value string) error
	Remove(ctx context.Context, name string) error
	// Names returns what is kept under names that begin so, as far as that is known.
	Names(prefix string) []string
}

// Secrets are what extensions keep to themselves: passwords, tokens.
//
// All of one extension is one item of the keeper, whose name is made of the
// extension's id alone. Whatever an extension chooses as a key is content: it can
// name nothing that is Keel's or another's. Only an extension that is installed
// has secrets; they go with it. What cannot be read is not written over, unless it
// alone is damaged.
type Secrets struct {
	keeper    Keeper
	installed func(ctx context.Context) (func(id string) bool, error)
	turn      chan struct{} // holds a token while something is changed

	mu   sync.Mutex
	seen map[string]bool // names that were asked for; guarded by mu
}

// NewSecrets keeps the secrets of installed extensions. It reads nothing.
func NewSecrets(keeper Keeper, of *Extensions) *Secrets {
	return &Secrets{keeper: keeper, installed: of.installed, turn: make(chan struct{}, 1), seen: map[string]bool{}}
}

// installed returns what tells whether an extension is there now.
func (e *Extensions) installed(ctx context.Context) (func(id string) bool, error) {
	now, err := e.store.load(ctx)
	if err != nil {
		return nil, err
	}
	return func(id string) bool { return now.index(id) >= 0 }, nil
}

// SecretKey names a secret of an extension.
type SecretKey struct{ ExtensionID, Key string }

// Get returns a secret; false where there is none.
func (s *Secrets) Get(ctx context.Context, of SecretKey) (string, bool, error) {
	name, err := s.name(ctx, of.ExtensionID)
	if err != nil {
		return "", false, err
	}
	all, err := s.load(ctx, name)
	value, ok := all[of.Key]
	return value, ok, err
}

// Set keeps a secret.
func (s *Secrets) Set(ctx context.Context, of SecretKey, value string) error {
	switch {
	case len(of.Key) > mostSecretKey:
		return tooMuch("The name of what the extension wants to keep is longer than 1 KiB; nothing was changed.")
	case len(value) > mostSecret:
		return tooMuch("What the extension wants to keep is larger than 64 KiB; nothing was changed.")
	}
	return s.change(ctx, of.ExtensionID, func(all map[string]string) error {
		all[of.Key] = value
		size := 0
		for key, each := range all {
			size += len(key) + len(each)
		}
		if len(all) > mostSecrets || size > mostSecretsAll {
			return tooMuch("The extension keeps 200 secrets or 1 MiB of them already; nothing was changed.")
		}
		return nil
	})
}

func tooMuch(message string) error {
	return &Error{Message: message, Hint: "Tell whoever publishes the extension.", Err: ErrTooLarge}
}

// Delete forgets a secret. That there was none is no error.
func (s *Secrets) Delete(ctx context.Context, of SecretKey) error {
	return s.change(ctx, of.ExtensionID, func(all map[string]string) error {
		delete(all, of.Key)
		return nil
	})
}

// Keys returns the names of the secrets of all installed extensions.
func (s *Secrets) Keys(ctx context.Context) ([]SecretKey, error) {
	there, err := s.installed(ctx)
	if err != nil {
		return nil, err
	}
	keys := []SecretKey{}
	for _, name := range s.names() {
		id := strings.TrimPrefix(name, secretNames)
		if !there(id) {
			continue
		}
		all, err := s.load(ctx, name)
		if errors.Is(err, secret.ErrItem) || errors.Is(err, errForm) {
			continue // it is not the others' trouble
		}
		if err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			keys = append(keys, SecretKey{id, key})
		}
	}
	return keys, nil
}

// Sweep forgets the secrets of extensions that are not installed (any more). What
// cannot be deleted now, such as what is locked, goes the next time.
func (s *Secrets) Sweep(ctx context.Context) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	there, err := s.installed(ctx)
	if err != nil {
		return err
	}
	for _, name := range s.names() {
		if there(strings.TrimPrefix(name, secretNames)) {
			continue
		}
		if err := s.keeper.Remove(ctx, name); err != nil {
			return err
		}
		s.mu.Lock()
		delete(s.seen, name)
		s.mu.Unlock()
	}
	return nil
}

// names are of what the keeper has or may remember.
func (s *Secrets) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.AppendSeq(s.keeper.Names(secretNames), maps.Keys(s.seen))
	slices.Sort(all)
	return slices.Compact(all)
}

// name is that of the item of an extension, which has to be installed.
func (s *Secrets) name(ctx context.Context, id string) (string, error) {
	if _, _, ok := splitID(id); !ok {
		return "", notInstalled(id)
	}
	there, err := s.installed(ctx)
	if err != nil {
		return "", err
	}
	if !there(id) {
		return "", notInstalled(id)
	}
	name := secretNames + strings.ToLower(id)
	s.mu.Lock()
	s.seen[name] = true
	s.mu.Unlock()
	return name, nil
}

// change edits what an extension keeps, one call after the other.
func (s *Secrets) change(ctx context.Context, id string, edit func(all map[string]string) error) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	name, err := s.name(ctx, id) // in the turn: uninstalling waits for it, and then deletes
	if err != nil {
		return err
	}
	before, err := s.load(ctx, name)
	damaged := errors.Is(err, secret.ErrItem)
	if err != nil && !damaged {
		return err
	}
	after := maps.Clone(before)
	if after == nil {
		after = map[string]string{}
	}
	if err := edit(after); err != nil {
		return err
	}
	if !damaged && maps.Equal(before, after) {
		return nil
	}
	if len(after) == 0 {
		return s.keeper.Remove(ctx, name)
	}
	text, err := encodeSecrets(after)
	if err != nil {
		return err
	}
	return s.keeper.Put(ctx, name, text)
}

func (s *Secrets) lock(ctx context.Context) (release func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Secrets) load(ctx context.Context, name string) (map[string]string, error) {
	text, err := s.keeper.Get(ctx, name)
	if err != nil || text == "" {
		return nil, err
	}
	all, ok := decodeSecrets(text)
	if !ok {
		return nil, &secret.Error{
			Message: "What the extension has kept is damaged, so it was not used.",
			Hint:    "Uninstall the extension and install it again, then sign in again in it.", Err: fmt.Errorf("%w: %w", errForm, secret.ErrDamaged),
		}
	}
	return all, nil
}

func encodeSecrets(all map[string]string) (string, error) {
	data, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("encoding the secrets of an extension: %w", err)
	}
	return secretsForm + string(data), nil
}

func decodeSecrets(text string) (map[string]string, bool) {
	data, ok := strings.CutPrefix(text, secretsForm)
	if !ok {
		return nil, false
	}
	var all map[string]string
	if json.Unmarshal([]byte(data), &all) != nil || all == nil {
		return nil, false
	}
	return all, true
}

// SecretValues returns the secrets in what [Secrets] keeps; false where text is
// something else.
func SecretValues(text string) ([]string, bool) {
	all, ok := decodeSecrets(text)
	return slices.Sorted(maps.Values(all)), ok
}
