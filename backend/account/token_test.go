package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// clock is one that a test turns.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time         { return time.Unix(0, c.now.Load()).UTC() }
func (c *clock) turn(by time.Duration)  { c.now.Add(int64(by)) }
func (c *clock) set(o *account.Options) { o.Now = c.Now }
func (w *world) clocked(life time.Duration) *clock {
	c := newClock()
	w.github.life, w.github.now = life, c.Now
	return c
}

func token(t *testing.T, a *account.Accounts, id string) account.Token {
	t.Helper()
	got, err := a.Token(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A token is refreshed five minutes ahead of its expiry, one that lives for
// shorter a tenth of its life ahead, and one that lives for ever never.
func TestRefreshAhead(t *testing.T) {
	for _, each := range []struct {
		life, before, after time.Duration
	}{
		{8 * time.Hour, 8*time.Hour - 6*time.Minute, 2 * time.Minute},
		{10 * time.Minute, 9*time.Minute - time.Second, 2 * time.Second},
		{10 * time.Minute, 9*time.Minute - time.Second, 10 * time.Hour},
	} {
		t.Run(fmt.Sprint(each.life, each.after), func(t *testing.T) {
			w := newWorld(t)
			c := w.clocked(each.life)
			a := w.open(t, c.set)
			id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
			first := token(t, a, id)
			c.turn(each.before)
			if token(t, a, id).Access != first.Access {
				t.Error("it was refreshed too early")
			}
			c.turn(each.after)
			second := token(t, a, id)
			if second.Access == first.Access || second.Client != first.Client {
				t.Errorf("it was not refreshed, or lost what belongs to it")
			}
			if token(t, a, id).Access != second.Access {
				t.Error("it was refreshed twice")
			}
			if got := token(t, w.open(t, c.set), id); got.Access != second.Access {
				t.Error("the next process has another token")
			}
		})
	}
	w := newWorld(t)
	c := newClock()
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	first := token(t, a, id)
	c.turn(10 * 365 * 24 * time.Hour)
	if token(t, a, id).Access != first.Access {
		t.Error("a token without an expiry was refreshed")
	}
}

// A service whose clock is behind gives tokens that look expired when they come:
// they are used, and not refreshed at each call. A clock of ours that is set back
// makes a token's age unknown: it is refreshed once.
func TestClocks(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	w.github.now = func() time.Time { return c.Now().Add(-5 * time.Hour) }
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	for range 5 {
		token(t, a, id)
	}
	if n, _, _ := w.github.counts(); n > 1 {
		t.Errorf("refreshed %d times", n)
	}
	w.github.now = c.Now
	c.turn(time.Hour)
	token(t, a, id)
	before, _, _ := w.github.counts()
	c.turn(-24 * time.Hour)
	token(t, a, id)
	token(t, a, id)
	if n, _, _ := w.github.counts(); n != before+1 {
		t.Errorf("refreshed %d times after the clock was set back, want once", n-before)
	}
}

// However many ask, in two processes, a token is refreshed once: a second use of
// a refresh token is what services take for a theft.
func TestOneRefresh(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	begun, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.github.refresh = func(context.Context, account.Token) error {
		once.Do(func() { close(begun) })
		<-goOn
		return nil
	}
	window, command := w.open(t, c.set), w.open(t, c.set)
	id := signIn(t, window, account.Request{Kind: account.GitHub}).ID
	old := token(t, command, id)
	for round := range 3 {
		c.turn(2 * time.Hour)
		var group sync.WaitGroup
		got := make([]account.Token, 40)
		errs := make([]error, len(got))
		for i := range got {
			group.Go(func() {
				got[i], errs[i] = []*account.Accounts{window, command}[i%2].Token(t.Context(), id)
			})
		}
		<-begun
		if round == 0 {
			close(goOn)
		}
		group.Wait()
		for i := range got {
			if errs[i] != nil || got[i].Access == old.Access || got[i].Access != got[0].Access {
				t.Fatalf("caller %d has the error %v; a token of its own: %t", i, errs[i], got[i].Access != got[0].Access)
			}
		}
		old = got[0]
		if n, stolen, _ := w.github.counts(); n != round+1 || stolen {
			t.Fatalf("round %d: refreshed %d times, looks stolen: %t", round, n, stolen)
		}
	}
}

// Who no longer waits does not end the refresh for the others.
func TestRefreshOutlivesItsCaller(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	w.github.refresh = func(ctx context.Context, _ account.Token) error {
		begun <- struct{}{}
		select {
		case <-goOn:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	c.turn(2 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := a.Token(ctx, id)
		left <- err
	}()
	<-begun
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left got %v", err)
	}
	close(goOn)
	token(t, a, id)
	if n, stolen, _ := w.github.counts(); n != 1 || stolen {
		t.Errorf("refreshed %d times, looks stolen: %t", n, stolen)
	}
}

// A service that cannot be reached costs nothing while the token is good, and is
// tried again later; a refused token is not used meanwhile.
func TestRefreshFails(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	reachable := false
	w.github.refresh = func(context.Context, account.Token) error {
		if reachable {
			return nil
		}
		return &account.Error{Message: "GitHub cannot be reached.", Hint: "Try again."}
	}
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	first := token(t, a, id)
	c.turn(56 * time.Minute)
	for range 3 {
		if token(t, a, id).Access != first.Access {
			t.Error("a token that is good was not used")
		}
	}
	if n, _, _ := w.github.counts(); n != 1 {
		t.Errorf("tried %d times at once, want once", n)
	}
	a.Refused(t.Context(), id, first)
	if _, err := a.Token(t.Context(), id); said(t, err, nil).Message != "GitHub cannot be reached." || errors.Is(err, account.ErrRevoked) {
		t.Errorf("a refused token that cannot be refreshed: %v", err)
	}
	c.turn(time.Hour)
	if _, err := a.Token(t.Context(), id); err == nil {
		t.Error("a token that has expired was given out")
	}
	if got, _ := a.Get(id); got.Expired != "" {
		t.Errorf("a passing failure has ended the sign-in: %s", got.Expired)
	}
	reachable = true
	if token(t, a, id).Access == first.Access {
		t.Error("it was not refreshed once that worked")
	}
}

// A token that the service has revoked is deleted; the account says so, in every
// process, until its owner signs in again.
func TestRevoked(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	w.github.refresh = func(context.Context, account.Token) error {
		return &account.Error{Message: "GitHub has ended this sign-in.", Err: account.ErrRevoked}
	}
	a, other := w.open(t, c.set), w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	token(t, other, id)
	c.turn(2 * time.Hour)
	for _, each := range []*account.Accounts{a, other, a} {
		_, err := each.Token(t.Context(), id)
		if said(t, err, account.ErrRevoked).Message != "GitHub has ended this sign-in." {
			t.Errorf("told as %v", err)
		}
	}
	if n, _, _ := w.github.counts(); n != 1 || len(w.vault.all()) != 0 {
		t.Errorf("tried %d times; tokens left: %d", n, len(w.vault.all()))
	}
	signIn(t, a, account.Request{Kind: account.GitHub})
	token(t, other, id)
	if got, _ := other.Get(id); got.Expired != "" {
		t.Errorf("signed in again, it says %s", got.Expired)
	}
}

// Refused leads to a refresh at the next call; told of an old token it does
// nothing.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	first := token(t, a, id)
	c.turn(time.Minute)
	a.Refused(t.Context(), id, first)
	second := token(t, a, id)
	a.Refused(t.Context(), id, first)
	if token(t, a, id).Access != second.Access || second.Access == first.Access {
		t.Error("a refused token was given out, or a good one refreshed")
	}
	if n, _, _ := w.github.counts(); n != 1 {
		t.Errorf("refreshed %d times", n)
	}
}

// A refreshed token that cannot be kept is held, since the one before is used
// up, and kept as soon as that works.
func TestRefreshedNotKept(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	a := w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	c.turn(2 * time.Hour)
	w.vault.breakWith(errors.New("locked"))
	first := token(t, a, id)
	if token(t, a, id).Access != first.Access {
		t.Error("it was refreshed again")
	}
	w.vault.breakWith(nil)
	if token(t, a, id).Access != first.Access || token(t, w.open(t, c.set), id).Access != first.Access {
		t.Error("it was not kept once that worked")
	}
	if n, stolen, _ := w.github.counts(); n != 1 || stolen {
		t.Errorf("refreshed %d times, looks stolen: %t", n, stolen)
	}
}

// A token that is gone is told, and does not sign anybody out for good.
func TestMissing(t *testing.T) {
	w := newWorld(t)
	id := signIn(t, w.open(t, nil), account.Request{Kind: account.GitHub}).ID
	here := w.vault
	w.vault = newVault()
	a := w.open(t, nil)
	_, err := a.Token(t.Context(), id)
	said(t, err, account.ErrRevoked)
	if got := a.State().Accounts[0]; got.Expired == "" {
		t.Error("an account without its token looks good")
	}
	w.vault = here
	token(t, w.open(t, nil), id)
	_, err = a.Token(t.Context(), "none")
	said(t, err, account.ErrNotFound)
}

// Signing out tells the service and deletes everything here; where the service
// cannot be told, that is said, and where.
func TestSignOut(t *testing.T) {
	w := newWorld(t)
	a, other := w.open(t, nil), w.open(t, nil)
	for _, works := range []bool{true, false} {
		w.github.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
			g := w.github.grant("ann", r)
			g.Account.Manage = "https://github.com/settings/applications"
			return g, nil
		}
		if !works {
			w.github.revoke = func(context.Context, account.Token) error { return errors.New("no connection") }
		}
		one := signIn(t, a, account.Request{Kind: account.GitHub, Use: account.UsePages})
		access := token(t, other, one.ID).Access
		err := a.SignOut(t.Context(), one.ID)
		if works && err != nil {
			t.Error(err)
		}
		if !works {
			if known := said(t, err, nil); known.Hint != "Take it back at https://github.com/settings/applications." {
				t.Errorf("told as %q", known.Hint)
			}
		}
		if _, _, revoked := w.github.counts(); revoked[len(revoked)-1] != access {
			t.Error("another token was taken back")
		}
		if len(w.vault.all()) != 0 || len(a.State().Accounts) != 0 {
			t.Error("something is left")
		}
		if _, ok := other.For(account.UsePages, "github.com"); ok {
			t.Error("the other process still uses it")
		}
		_, err = other.Token(t.Context(), one.ID)
		said(t, err, account.ErrNotFound)
		said(t, a.SignOut(t.Context(), one.ID), account.ErrNotFound)
	}
}

// Where the token cannot be deleted the account stays, so that it can be tried
// again.
func TestSignOutNotDeleted(t *testing.T) {
	w := newWorld(t)
	a := w.open(t, nil)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	w.vault.breakWith(errors.New("locked"))
	said(t, a.SignOut(t.Context(), id), nil)
	if len(a.State().Accounts) != 1 {
		t.Error("the account is gone, its token is not")
	}
	w.vault.breakWith(nil)
	if err := a.SignOut(t.Context(), id); err != nil || len(w.vault.all()) != 0 {
		t.Errorf("tried again: %v, left %d", err, len(w.vault.all()))
	}
}

// Signing out during a refresh leaves no token that comes back.
func TestSignOutDuringRefresh(t *testing.T) {
	w := newWorld(t)
	c := w.clocked(time.Hour)
	begun, goOn := make(chan struct{}), make(chan struct{})
	w.github.refresh = func(context.Context, account.Token) error {
		close(begun)
		<-goOn
		return nil
	}
	a, other := w.open(t, c.set), w.open(t, c.set)
	id := signIn(t, a, account.Request{Kind: account.GitHub}).ID
	c.turn(2 * time.Hour)
	var group sync.WaitGroup
	group.Go(func() { _, _ = a.Token(t.Context(), id) }) // it may be signed out or not
	<-begun
	var out error
	group.Go(func() { out = other.SignOut(t.Context(), id) })
	close(goOn)
	group.Wait()
	if left := w.vault.all(); out != nil || len(left) != 0 {
		t.Errorf("signed out with %v; tokens left: %d", out, len(left))
	}
}
