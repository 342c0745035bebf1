package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/sourcegraph/conc/panics"
)

// SignOut takes an account's tokens back at its service where that is possible,
// deletes them here in any case, and forgets the account. The error says that
// the service could not be told; the account is gone all the same. Only where
// the token cannot be deleted here does the account stay, to be tried again.
func (a *Accounts) SignOut(ctx context.Context, accountID string) error {
	if _, ok := a.Get(accountID); !ok {
		return notThere()
	}
	var untold error
	err := a.alone(ctx, accountID, func() error {
		known, ok := a.Get(accountID)
		if !ok {
			return notThere()
		}
		untold = a.tell(ctx, known)
		// From here on it is carried through, whoever still waits for it.
		ctx := context.WithoutCancel(ctx)
		if err := a.drop(ctx, accountID); err != nil {
			return &Error{
				Message: "The token could not be deleted from this machine, so the account is still on the list.",
				Hint:    "Unlock the place where keys and tokens are kept, then sign out again.", Err: err,
			}
		}
		return a.edit(ctx, func(l *list) error { l.remove(accountID); return nil })
	})
	if err != nil {
		return err
	}
	return untold
}

// tell takes an account's token back at its service.
func (a *Accounts) tell(ctx context.Context, known Account) error {
	k, err := a.read(ctx, known.ID, a.options.Secrets.Fresh)
	if errors.Is(err, ErrRevoked) {
		return nil // there is none to take back
	}
	if err == nil {
		var service Service
		if service, err = a.service(known.Kind); err == nil {
			limited, done := context.WithTimeout(ctx, revokeLimit)
			err = a.revoke(limited, service, known, k.Token)
			done()
		}
	}
	if err == nil || errors.Is(err, ErrRevoked) {
		return nil
	}
	hint := "It ends there by itself, or can be taken back in the settings of your account there."
	if known.Manage != "" {
		hint = fmt.Sprintf("Take it back at %s.", known.Manage)
	}
	a.options.Log.Warn("a service could not be told of a sign-out", "kind", known.Kind, "host", known.Host, "error", public(err, secretsOf(k.Token)...))
	return &Error{
		Message: fmt.Sprintf("You are signed out, and the token is deleted here, but %s could not be told.", known.Host),
		Hint:    hint,
	}
}

func (a *Accounts) revoke(ctx context.Context, service Service, known Account, t Token) (err error) {
	if caught := panics.Try(func() { err = service.Revoke(ctx, known, t) }); caught != nil {
		a.panicked("revocation", caught)
		return mistake()
	}
	return err
}
