package folder_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

const accountToken = "gho_0123456789abcdefghij0123456789abcdef"

// place is a service to sign in at, where ann signs in at once.
type place struct {
	kind account.Kind
	host account.Host
	// untold: it cannot be told that a token is given back.
	untold bool

	mu    sync.Mutex
	asked []account.Request
	held  bool // nobody finishes a sign-in
	mean  bool // no further right is given
}

func (p *place) Kind() account.Kind                   { return p.kind }
func (p *place) Hosts(context.Context) []account.Host { return []account.Host{p.host} }

func (p *place) SignIn(ctx context.Context, r account.Request, talk account.Conversation) (account.Grant, error) {
	p.mu.Lock()
	p.asked = append(p.asked, r)
	held := p.held
	if p.mean {
		r.Scopes = nil
	}
	p.mu.Unlock()
	talk.Show(account.Progress{Stage: account.Code, Code: "ABCD-1234", Address: "https://" + p.host.Host + "/device"})
	if held {
		<-ctx.Done()
		return account.Grant{}, ctx.Err()
	}
	scopes := []string{"read:user"}
	for _, scope := range r.Scopes {
		if scope != "read:user" {
			scopes = append(scopes, scope)
		}
	}
	return account.Grant{
		Account: account.Account{Subject: "1", Login: "ann", Name: "Ann", Scopes: scopes, Start: r.Start},
		Token:   account.Token{Access: accountToken, Scopes: scopes},
	}, ctx.Err()
}

func (p *place) Refresh(context.Context, account.Account, account.Token) (account.Token, error) {
	return account.Token{}, account.ErrRevoked
}

func (p *place) Revoke(context.Context, account.Account, account.Token) error {
	if p.untold {
		return errors.New("no connection")
	}
	return nil
}

func (p *place) last() account.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[len(p.asked)-1]
}

// accountsTold are the events about accounts.
type accountsTold struct {
	notices
	states chan wire.AccountsState
}

func (a *accountsTold) Accounts(state wire.AccountsState) { a.states <- state }

// signedInWorld is a program with accounts, as the window makes it.
type signedInWorld struct {
	paths    folder.Paths
	secrets  *secret.Store
	accounts *folder.Accounts
	github   *place
	events   *accountsTold
	values   func() settings.Values
	redactor *redact.Redactor
}

func newSignedInWorld(t *testing.T, k *keychain) *signedInWorld {
	t.Helper()
	home := t.TempDir()
	w := &signedInWorld{
		paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		redactor: redact.New(redact.Options{}),
		github:   &place{kind: account.GitHub, host: account.Host{Host: "github.com", Title: "GitHub", Methods: []account.Method{account.Device}}},
		events:   &accountsTold{states: make(chan wire.AccountsState, 1000)},
		values:   func() settings.Values { return settings.Values{} },
	}
	w.secrets = secret.New(secret.Options{
		Keychain: k, Reachable: k.reachable, Folder: filepath.Join(w.paths.Data, "secrets"), Learned: w.redactor.Learn,
	})
	accounts, err := folder.NewAccounts(folder.AccountsOptions{
		Paths: w.paths, Secrets: w.secrets, Values: func() settings.Values { return w.values() }, Redactor: w.redactor,
		Services: []account.Service{
			w.github,
			&place{kind: account.Google, host: account.Host{Host: "accounts.google.com", Title: "Google", Methods: []account.Method{account.Browser}}},
			&place{kind: account.AWS, host: account.Host{Title: "AWS", Methods: []account.Method{account.Device}}},
		},
		Browse: func(context.Context, string) error { return nil },
		Log:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.accounts = accounts
	t.Cleanup(func() {
		if err := accounts.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// open opens a folder, or none where path is empty.
func (w *signedInWorld) open(t *testing.T, path string) *folder.Folder {
	t.Helper()
	f, err := folder.Open(t.Context(), path, folder.Options{
		Paths: w.paths, Secrets: w.secrets, Accounts: w.accounts, Events: w.events, Redactor: w.redactor,
		Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// until waits for a state that is told to the page.
func (w *signedInWorld) until(t *testing.T, what string, wanted func(wire.AccountsState) bool) wire.AccountsState {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case state := <-w.events.states:
			if wanted(state) {
				return state
			}
		case <-limit:
			t.Fatalf("the page was never told that %s", what)
		}
	}
}

// signIn signs in and waits until the page is told.
func (w *signedInWorld) signIn(t *testing.T, f *folder.Folder, request wire.SignInRequest) wire.AccountsState {
	t.Helper()
	id, err := f.SignIn(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return w.until(t, "the sign-in is done", func(state wire.AccountsState) bool {
		for _, s := range state.SignIns {
			if s.ID == id && s.Stage == wire.SignInFailed {
				t.Fatalf("the sign-in failed: %s %s", s.Message, s.Hint)
			}
			if s.ID == id && s.Stage == wire.SignInDone {
				return true
			}
		}
		return false
	})
}

// logged are the titles of the audit log, the oldest first.
func logged(t *testing.T, f *folder.Folder) []string {
	t.Helper()
	page, err := f.AuditPage(t.Context(), wire.AuditQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for i := range page.Entries {
		entry := page.Entries[len(page.Entries)-1-i]
		titles = append(titles, entry.Title+": "+entry.Pattern)
	}
	return titles
}
