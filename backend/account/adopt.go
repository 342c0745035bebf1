package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// revokeLimit is how long a service may take to take a token back.
const revokeLimit = 10 * time.Second

// adopt keeps what a sign-in gave: a note that a token may come, the token, then
// the account, in this order. Where it is cut short before the account is in the
// list, the note lets the next sign-in delete the token.
func (a *Accounts) adopt(s *signIn, service Service, grant Grant) (string, error) {
	a.learn(grant.Token)
	one, err := accept(s, grant, a.options.Now())
	if err != nil {
		a.takeBack(s, service, grant)
		return "", err
	}
	before, known := a.Get(one.ID)
	stands := known && before.Expired == ""
	err = a.alone(s.ctx, one.ID, func() error {
		if _, known = a.Get(one.ID); !known {
			if err := a.edit(s.ctx, func(l *list) error { l.await(one.ID); return nil }); err != nil {
				return err
			}
		}
		if err := a.admit(s, one, newKept(grant.Token, a.options.Now())); err != nil {
			if !known {
				a.undo(s, one, err)
			}
			return err
		}
		return nil
	})
	if err == nil {
		a.file.settled()
		if one, ok := a.Get(one.ID); ok {
			a.options.SignedIn(context.WithoutCancel(s.ctx), one)
		}
		return one.ID, nil
	}
	if !stands { // else taking it back could end the sign-in that is there
		a.takeBack(s, service, grant)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "", a.failure(s, err)
	}
	return "", err
}

// admit keeps the token and then the account.
func (a *Accounts) admit(s *signIn, one Account, k kept) error {
	if err := a.save(s.ctx, one.ID, k); err != nil {
		a.mu.Lock()
		a.held(one.ID).unsaved = nil // it is given back, not held
		a.mu.Unlock()
		return &Error{
			Message: fmt.Sprintf("You were signed in to %s, but the token could not be kept on this machine. You are not signed in.", s.title),
			Hint:    "Look at where keys and tokens are kept, then sign in again.", Err: err,
		}
	}
	a.mu.Lock()
	a.tokens[one.ID] = &held{learned: k.Access}
	a.mu.Unlock()
	after := a.list()
	a.enter(&after, one, s.request.Use)
	coming, _ := after.find(one.ID)
	if err := a.options.Admit(s.ctx, coming); err != nil {
		return err
	}
	return a.edit(s.ctx, func(l *list) error { a.enter(l, one, s.request.Use); return nil })
}

// enter puts an account into the list, and switches on what it is for.
func (a *Accounts) enter(l *list, one Account, asked Use) {
	_, known := l.find(one.ID)
	l.put(one)
	on := []Use{}
	if !known {
		on = slices.DeleteFunc(slices.Clone(a.options.Defaults(one)), func(use Use) bool { return l.used(use, one) })
	}
	if asked != "" && fits(one, asked) {
		on = append(on, asked)
	}
	for _, use := range on {
		if a.options.Blocked(one, use) == "" {
			l.use(one.ID, use, true)
		}
	}
}

// undo deletes what a sign-in that failed in the middle has kept.
func (a *Accounts) undo(s *signIn, one Account, why error) {
	ctx := context.WithoutCancel(s.ctx)
	err := a.drop(ctx, one.ID)
	if err == nil {
		err = a.edit(ctx, func(l *list) error { l.settle(one.ID); return nil })
	}
	if err != nil {
		a.options.Log.Warn("deleting the token of a sign-in that did not work", "error", err, "after", why)
	}
}

// takeBack gives the token of a sign-in back that nobody is going to use.
func (a *Accounts) takeBack(s *signIn, service Service, grant Grant) {
	if grant.Token.Access == "" || grant.Found {
		return
	}
	a.learn(grant.Token)
	one := grant.Account // may have no name yet
	one.Kind, one.Host = s.place.kind, cmp.Or(one.Host, s.place.host)
	one.Region, one.Start = cmp.Or(one.Region, s.request.Region), cmp.Or(one.Start, s.request.Start)
	ctx, done := context.WithTimeout(context.WithoutCancel(s.ctx), revokeLimit)
	defer done()
	if err := a.revoke(ctx, service, one, grant.Token); err != nil {
		a.options.Log.Warn("taking back the token of a sign-in that did not work", "kind", one.Kind, "host", one.Host, "error", public(err, secretsOf(grant.Token)...))
	}
}

// sweep deletes tokens whose sign-in was cut short by the end of its process.
func (a *Accounts) sweep(ctx context.Context) {
	for _, id := range a.list().Pending {
		unlock, ok := tryLock(a.lockOf(id))
		if !ok {
			continue // that sign-in is at it
		}
		var err error
		if _, known := a.Get(id); !known {
			err = a.drop(ctx, id)
		}
		if err == nil {
			err = a.edit(ctx, func(l *list) error { l.settle(id); return nil })
		}
		unlock()
		if err != nil {
			a.options.Log.Warn("deleting the token of a sign-in that was cut short", "error", err)
		}
	}
}

// accept makes an account of what a service said, which is another machine's
// word: it is bounded, and shows as what it is.
func accept(s *signIn, grant Grant, now time.Time) (Account, error) {
	one := grant.Account
	one.Kind, one.Since, one.Uses, one.Role, one.Expired = s.request.Kind, now.UTC().Truncate(time.Second), nil, "", ""
	one.Host = strings.ToLower(bounded(one.Host, textLimit))
	if one.Host == "" {
		one.Host = s.place.host
	}
	subject := bounded(one.Subject, textLimit)
	if !grant.Token.sendable() {
		return Account{}, unsendable(s.title)
	}
	if subject == "" || subject != one.Subject || grant.Token.Access == "" {
		return Account{}, &Error{
			Message: fmt.Sprintf("%s did not say who signed in, so nobody is.", s.title),
			Hint:    "Try again. If it stays so, the service is set up in a way that Keel does not know.",
		}
	}
	if len(one.Scopes) == 0 {
		one.Scopes = grant.Token.Scopes
	}
	one.tame()
	one.ID = idOf(one)
	return one, nil
}
