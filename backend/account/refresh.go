package account

import (
	"context"
	"errors"
	"time"

	"github.com/sourcegraph/conc/panics"
)

const (
	// refreshLimit is how long all of a refresh may take, the waiting for another
	// process included.
	refreshLimit = time.Minute
	// serviceLimit is how long the service may take for it.
	serviceLimit = 30 * time.Second
)

// flight is a refresh that is under way.
type flight struct {
	done  chan struct{} // closed when it has ended; token and err are set then
	token Token
	err   error
}

// renew refreshes an account's token, once for all who ask meanwhile. It does
// not end when one of them no longer waits.
func (a *Accounts) renew(ctx context.Context, accountID string) (Token, error) {
	a.mu.Lock()
	under := a.flights[accountID]
	if under == nil && !a.closed {
		under = &flight{done: make(chan struct{})}
		a.flights[accountID] = under
		a.group.Go(func() { a.fly(accountID, under) })
	}
	a.mu.Unlock()
	if under == nil {
		return Token{}, context.Canceled
	}
	select {
	case <-under.done:
		return under.token, under.err
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

func (a *Accounts) fly(accountID string, f *flight) {
	ctx, done := context.WithTimeout(a.ctx, refreshLimit)
	defer done()
	f.err = a.alone(ctx, accountID, func() (err error) {
		f.token, err = a.refresh(ctx, accountID)
		return err
	})
	a.mu.Lock()
	delete(a.flights, accountID)
	a.mu.Unlock()
	close(f.done)
}

// refresh gets a new token, while nobody else does. What another process has got
// meanwhile is used: a service that changes the refresh token each time would
// take a second use of the old one for a theft.
func (a *Accounts) refresh(ctx context.Context, accountID string) (Token, error) {
	if err := a.usable(accountID); err != nil {
		return Token{}, err
	}
	known, _ := a.Get(accountID)
	old, err := a.read(ctx, accountID, a.options.Secrets.Fresh)
	if err != nil {
		return Token{}, err
	}
	if a.waits(accountID) {
		if err := a.save(ctx, accountID, old); err != nil {
			a.options.Log.Warn("keeping a refreshed token; it is held until it can be kept", "account", accountID, "error", err)
		}
	}
	if a.fine(accountID, old) {
		return old.Token, nil
	}
	if !old.renewable() {
		const why = "The sign-in has ended, and the service gave nothing to renew it with."
		return Token{}, errors.Join(&Error{Message: why, Hint: "Sign in again.", Err: ErrRevoked}, a.expire(ctx, accountID, why))
	}
	got, err := a.ask(ctx, known, old.Token)
	if err != nil {
		return a.notRefreshed(ctx, accountID, old, err)
	}
	fresh := newKept(carry(got, old.Token), a.options.Now())
	a.mu.Lock()
	h := a.held(accountID)
	h.refused, h.later = "", time.Time{}
	a.mu.Unlock()
	// The refresh token before this one is used up, so that this one is kept even
	// where nobody waits for it any more.
	if err := a.save(context.WithoutCancel(ctx), accountID, fresh); err != nil {
		a.options.Log.Warn("keeping a refreshed token; it is held until it can be kept", "account", accountID, "error", err)
	}
	return fresh.Token, nil
}

// ask asks the service for a new token.
func (a *Accounts) ask(ctx context.Context, known Account, old Token) (got Token, err error) {
	service, err := a.service(known.Kind)
	if err != nil {
		return Token{}, err
	}
	ctx, done := context.WithTimeout(ctx, serviceLimit)
	defer done()
	if caught := panics.Try(func() { got, err = service.Refresh(ctx, known, old) }); caught != nil {
		a.panicked("refresh", caught)
		return Token{}, mistake()
	}
	switch {
	case err != nil:
	case got.Access == "":
		err = &Error{Message: "The service answered without a token.", Hint: "Try again later."}
	case !got.sendable():
		err = unsendable(known.Host)
	}
	if err == nil {
		a.learn(got)
	}
	return got, err
}

// notRefreshed is what becomes of an account whose token got no successor.
func (a *Accounts) notRefreshed(ctx context.Context, accountID string, old kept, why error) (Token, error) {
	said := public(why, secretsOf(old.Token)...)
	if errors.Is(why, ErrRevoked) {
		sentence := "The service has ended this sign-in or taken it back."
		if known, ok := errors.AsType[*Error](said); ok {
			sentence = known.Message
		}
		if err := a.expire(ctx, accountID, sentence); err != nil {
			a.options.Log.Warn("marking an account as expired", "account", accountID, "error", err)
		}
		return Token{}, &Error{Message: sentence, Hint: "Sign in again.", Err: ErrRevoked}
	}
	return Token{}, said
}

// carry gives a new token what the service did not say again.
func carry(fresh, old Token) Token {
	if fresh.Refresh == "" {
		fresh.Refresh = old.Refresh
	}
	if fresh.ID == "" {
		fresh.ID = old.ID
	}
	if fresh.Client == "" {
		fresh.Client = old.Client
	}
	if len(fresh.Scopes) == 0 {
		fresh.Scopes = old.Scopes
	}
	return fresh
}

func secretsOf(t Token) []string { return []string{t.Access, t.Refresh, t.ID, t.Client} }
