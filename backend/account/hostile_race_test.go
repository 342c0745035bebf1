package account_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// Whatever happens at once, in two programs: who is on the list has a token,
// who is not has none, no refresh token is used twice, and closing in the midst
// leaves what the next program can go on with.
func TestAllAtOnce(t *testing.T) {
	for range 5 {
		w := newWorld(t)
		w.github.life = time.Second // due at once, over and over
		var programs []*account.Accounts
		for range 2 {
			a, err := account.New(account.Options{Services: []account.Service{w.github, w.google, w.aws}, Secrets: w.vault.store(), File: w.file})
			if err != nil {
				t.Fatal(err)
			}
			programs = append(programs, a)
		}
		const id = "github:github.com/ann"
		signIn(t, programs[0], account.Request{Kind: account.GitHub})
		ctx, done := context.WithTimeout(t.Context(), 20*time.Second)
		var all sync.WaitGroup
		midst := make(chan struct{})
		for n := range 12 {
			a := programs[n%2]
			all.Go(func() {
				for step := range 25 {
					if n == 0 && step == 12 {
						close(midst)
					}
					switch rand.IntN(9) {
					case 0:
						_ = a.SignOut(ctx, id)
					case 1, 2:
						started, err := a.Begin(ctx, account.Request{Kind: account.GitHub})
						if err == nil && rand.IntN(3) == 0 {
							_ = a.Cancel(ctx, started)
						}
					case 3:
						_ = a.SetUse(ctx, id, account.UsePages, rand.IntN(2) == 0)
					case 4:
						if token, err := a.Token(ctx, id); err == nil {
							a.Refused(ctx, id, token)
						}
					case 5:
						a.State()
					default:
						_, _ = a.Token(ctx, id)
					}
				}
			})
		}
		all.Go(func() {
			<-midst
			if err := programs[1].Close(); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		done()
		if err := programs[0].Close(); err != nil {
			t.Error(err)
		}
		if _, stolen, _ := w.github.counts(); stolen {
			t.Error("a refresh token was used twice")
		}
		a := w.open(t, nil)
		if _, listed := a.Get(id); !listed && len(w.vault.all()) > 0 {
			// Only a sign-in that was cut short may leave a token, which the next one deletes.
			w.google.signIn = func(context.Context, account.Request, account.Conversation) (account.Grant, error) {
				return account.Grant{}, context.Canceled
			}
			started, err := a.Begin(t.Context(), account.Request{Kind: account.Google})
			if err != nil {
				t.Fatal(err)
			}
			ended(t, a, started)
			if left := w.vault.all(); len(left) > 0 {
				t.Errorf("nobody is signed in, and there are %d tokens", len(left))
			}
		} else if one, _ := a.Get(id); listed && one.Expired == "" {
			if _, err := a.Token(t.Context(), id); err != nil {
				t.Errorf("on the list, and without a token: %v", err)
			}
		}
		if s := a.State(); s.Problem != nil || len(s.Accounts) > 1 {
			t.Errorf("the list: %+v", s)
		}
	}
}
