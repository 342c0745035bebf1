package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// lead is how long ahead of its expiry a token is refreshed; of one that lives
	// for less than ten times that, a tenth of its life.
	lead = 5 * time.Minute
	// settling is for how long a new token is not refreshed again, whatever its
	// expiry says: where this machine's clock is wrong, every token looks expired.
	settling = 30 * time.Second
	// skew is how far the clock may be set back before a token's age is not believed.
	skew = time.Minute
	// pause is how long a refresh that failed for a passing reason is not tried again
	// while the token is good.
	pause = 20 * time.Second
)

// missing is why an account whose token is gone must sign in again.
const missing = "Its token is no longer kept on this machine. Sign in again."

// kept is a token as the secret store has it.
type kept struct {
	Token
	// Received is when it came, by this machine's clock, and Life how long it was to
	// last then; 0: for ever. The expiry that counts is their sum: a service's clock,
	// and one of ours that was wrong and is put right, do not change it.
	Received time.Time     `json:"received"`
	Life     time.Duration `json:"life,omitempty"`
}

func newKept(t Token, now time.Time) kept {
	k := kept{Token: t, Received: now}
	if !t.Expiry.IsZero() {
		k.Life = max(t.Expiry.Sub(now), time.Second)
	}
	return k
}

// good tells whether the token can be used at all.
func (k kept) good(now time.Time) bool {
	age := now.Sub(k.Received)
	return k.Access != "" && (k.Life == 0 || age > -skew && age < k.Life)
}

// due tells whether the token is to be refreshed.
func (k kept) due(now time.Time) bool {
	age := now.Sub(k.Received)
	switch {
	case k.Access == "":
		return true
	case k.Life == 0 || age > -skew && age < settling && age < k.Life:
		return false
	}
	return age <= -skew || age >= k.Life-min(lead, k.Life/10)
}

// renewable tells whether there is something to refresh it with.
func (k kept) renewable() bool { return k.Refresh != "" }

// held is what this process knows of an account's token.
type held struct {
	learned string    // the token that the redactor was last told of
	refused string    // a token that a service did not take
	later   time.Time // no refresh is tried before
	unsaved *kept     // a token that could not be kept yet
	missing bool      // the store has none
	turn    int       // Accounts.turn when it was last read
}

// held returns what is known of an account's token, for the caller who holds mu.
func (a *Accounts) held(accountID string) *held {
	h := a.tokens[accountID]
	if h == nil {
		h = &held{}
		a.tokens[accountID] = h
	}
	return h
}

func secretName(accountID string) string { return "account:" + accountID }

// learn tells every secret of a token.
func (a *Accounts) learn(t Token) {
	for _, value := range secretsOf(t) {
		if value != "" {
			a.options.Learned(value)
		}
	}
}

// read reads an account's token with get, which is one of the store's methods.
func (a *Accounts) read(ctx context.Context, accountID string, get func(context.Context, string) (string, error)) (kept, error) {
	a.mu.Lock()
	h := a.held(accountID)
	unsaved, turn := h.unsaved, a.turn
	if h.turn != turn {
		// Another process may have signed the account out and in again.
		get = a.options.Secrets.Fresh
	}
	a.mu.Unlock()
	if unsaved != nil {
		return *unsaved, nil
	}
	text, err := get(ctx, secretName(accountID))
	if err != nil {
		return kept{}, fmt.Errorf("reading the token of %q: %w", accountID, err)
	}
	var k kept
	if text != "" && json.Unmarshal([]byte(text), &k) != nil {
		k = kept{} // the error would quote it
	}
	a.mu.Lock()
	h = a.held(accountID)
	lost, told := k.Access == "", h.learned == k.Access
	turned := h.missing != lost
	h.missing, h.learned, h.turn = lost, k.Access, turn
	a.mu.Unlock()
	if turned {
		a.changed()
	}
	if lost {
		return kept{}, &Error{Message: missing, Hint: "Sign in again on the Accounts page (Keel: Show Accounts).", Err: ErrRevoked}
	}
	if !told {
		a.options.Learned(text)
		a.learn(k.Token)
	}
	return k, nil
}

// save keeps an account's token; one that cannot be kept is held until it can.
func (a *Accounts) save(ctx context.Context, accountID string, k kept) error {
	a.learn(k.Token)
	data, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encoding the token of %q: %w", accountID, err)
	}
	a.options.Learned(string(data))
	err = a.options.Secrets.Put(ctx, secretName(accountID), string(data))
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.held(accountID)
	h.learned, h.missing, h.unsaved = k.Access, false, nil
	if err != nil {
		h.unsaved = &k
		return fmt.Errorf("keeping the token of %q: %w", accountID, err)
	}
	return nil
}

// drop deletes an account's token.
func (a *Accounts) drop(ctx context.Context, accountID string) error {
	if err := a.options.Secrets.Remove(ctx, secretName(accountID)); err != nil {
		return fmt.Errorf("deleting the token of %q: %w", accountID, err)
	}
	a.mu.Lock()
	delete(a.tokens, accountID)
	a.mu.Unlock()
	return nil
}

// Token returns a token of an account that is good for a while yet, refreshed
// where it has to be. With [ErrRevoked] in the error the account must sign in
// again.
func (a *Accounts) Token(ctx context.Context, accountID string) (Token, error) {
	if err := a.usable(accountID); err != nil {
		return Token{}, err
	}
	k, err := a.read(ctx, accountID, a.options.Secrets.Get)
	if err != nil {
		return Token{}, err
	}
	if a.fine(accountID, k) && !a.waits(accountID) {
		return k.Token, nil
	}
	renewed, err := a.renew(ctx, accountID)
	switch {
	case err == nil:
		return renewed, nil
	case ctx.Err() != nil:
		return Token{}, ctx.Err()
	case errors.Is(err, ErrRevoked), errors.Is(err, ErrNotFound):
		return Token{}, err
	}
	return a.meanwhile(accountID, k, err)
}

// meanwhile is a token that could not be refreshed yet, while it is good: it is
// not tried again at once.
func (a *Accounts) meanwhile(accountID string, k kept, why error) (Token, error) {
	now := a.options.Now()
	a.mu.Lock()
	h := a.held(accountID)
	refused := h.refused != "" && h.refused == k.Access
	h.later = now.Add(pause)
	a.mu.Unlock()
	if refused || !k.good(now) {
		return Token{}, why
	}
	a.options.Log.Info("a token could not be refreshed yet", "account", accountID, "error", why)
	return k.Token, nil
}

// waits tells whether a token could not be kept yet.
func (a *Accounts) waits(accountID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held(accountID).unsaved != nil
}

// usable says why an account cannot be used.
func (a *Accounts) usable(accountID string) error {
	known, ok := a.list().find(accountID)
	if !ok {
		return notThere()
	}
	if known.Expired != "" {
		return &Error{Message: known.Expired, Hint: "Sign in again on the Accounts page (Keel: Show Accounts).", Err: ErrRevoked}
	}
	return nil
}

// fine tells whether a token can be given out as it is.
func (a *Accounts) fine(accountID string, k kept) bool {
	now := a.options.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.held(accountID)
	if h.refused != "" && h.refused == k.Access {
		return false
	}
	return !k.due(now) || k.good(now) && now.Before(h.later)
}

// Refused tells that a service did not take a token which seemed good: it is
// refreshed at the next [Accounts.Token], or the account marked as expired where
// it cannot be.
func (a *Accounts) Refused(ctx context.Context, accountID string, t Token) {
	k, err := a.read(ctx, accountID, a.options.Secrets.Get)
	if err != nil || k.Access != t.Access {
		return // there is another one by now
	}
	if k.renewable() {
		a.mu.Lock()
		a.held(accountID).refused = t.Access
		a.mu.Unlock()
		return
	}
	err = a.alone(ctx, accountID, func() error {
		fresh, err := a.read(ctx, accountID, a.options.Secrets.Fresh)
		if err != nil || fresh.Access != t.Access {
			return err
		}
		return a.expire(ctx, accountID, "The service no longer takes the token of this account. It was taken back there, or has ended.")
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		a.options.Log.Warn("marking an account as expired", "account", accountID, "error", err)
	}
}

// expire deletes an account's token and says in the list why.
func (a *Accounts) expire(ctx context.Context, accountID, why string) error {
	ctx = context.WithoutCancel(ctx) // a token that is of no use any more does not stay
	dropped := a.drop(ctx, accountID)
	return errors.Join(dropped, a.edit(ctx, func(l *list) error {
		return l.edit(accountID, func(known *Account) { known.Expired = why })
	}))
}

// edit changes the list and tells of it.
func (a *Accounts) edit(ctx context.Context, change func(*list) error) error {
	wrote, err := a.file.change(ctx, change)
	if wrote {
		a.changed()
	}
	return err
}

func notThere() error {
	return &Error{Message: "This account is no longer signed in.", Hint: "Look at the Accounts page again (Keel: Show Accounts).", Err: ErrNotFound}
}
