package folder

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/backend/secret"
)

// tokens keeps the tokens of accounts, and what extensions keep. Where there is no keychain they are kept
// until Keel closes: at the next start such a token is not there, which is no
// failure of the keychain, and its account can be signed out.
type tokens struct{ store *secret.Store }

func (t tokens) Get(ctx context.Context, name string) (string, error) {
	value, err := t.store.Get(ctx, name)
	return value, t.unlessAbsent(name, err)
}

func (t tokens) Fresh(ctx context.Context, name string) (string, error) {
	value, err := t.store.Fresh(ctx, name)
	return value, t.unlessAbsent(name, err)
}

func (t tokens) Put(ctx context.Context, name, value string) error {
	return t.store.Put(ctx, name, value)
}

func (t tokens) Remove(ctx context.Context, name string) error {
	return t.unlessAbsent(name, t.store.Remove(ctx, name))
}

func (t tokens) Names(prefix string) []string { return t.store.Names(prefix) }

// unlessAbsent drops what a keychain said that has never had the name. While
// the sealed file is locked nobody knows what is in it.
func (t tokens) unlessAbsent(name string, err error) error {
	if _, ok := errors.AsType[*secret.Error](err); ok && !errors.Is(err, secret.ErrLocked) && !t.store.Listed(name) {
		return nil
	}
	return err
}
