package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// A sign-in that does not come to its end leaves nothing: no account, no token,
// and none at the service either; and who waits in the browser is told so.
func TestNotKept(t *testing.T) {
	tests := map[string]struct {
		prepare func(w *world, o *account.Options)
		change  func(cancel func(), g *account.Grant) error // what the service says; nil: it worked
		stage   account.Stage
	}{
		"the token cannot be kept": {prepare: func(w *world, _ *account.Options) { w.vault.breakWith(errors.New("locked")) }},
		"the list cannot be written": {prepare: func(w *world, _ *account.Options) {
			w.vault.onPut = func(string) {
				folder := filepath.Dir(w.file)
				if err := errors.Join(os.Rename(folder, folder+" aside"), os.WriteFile(folder, nil, 0o600)); err != nil {
					t.Error(err)
				}
			}
		}},
		"the log cannot be kept": {prepare: func(_ *world, o *account.Options) {
			o.Admit = func(context.Context, account.Account) error { return &account.Error{Message: "Not logged."} }
		}},
		"nobody has a name": {change: func(_ func(), g *account.Grant) error { g.Account.Subject = ""; return nil }},
		"the name cannot be had": {change: func(_ func(), g *account.Grant) error {
			g.Account = account.Account{}
			return &account.Error{Message: "No name."}
		}},
		"cancelled with the token": {stage: account.Cancelled, change: func(cancel func(), g *account.Grant) error {
			g.Account = account.Account{}
			cancel()
			return context.Canceled
		}},
		"cancelled before it was kept": {stage: account.Cancelled, change: func(cancel func(), _ *account.Grant) error { cancel(); return nil }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var told []error
			var a *account.Accounts
			begun := make(chan string, 1)
			w.github.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
				g := w.github.grant("ann", r)
				g.Ended = func(err error) { told = append(told, err) }
				if test.change == nil {
					return g, nil
				}
				id := <-begun
				return g, test.change(func() {
					if err := a.Cancel(t.Context(), id); err != nil {
						t.Error(err)
					}
				}, &g)
			}
			a = w.open(t, func(o *account.Options) {
				if test.prepare != nil {
					test.prepare(w, o)
				}
			})
			id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub, Host: "ghe.example.com"})
			if err != nil {
				t.Fatal(err)
			}
			begun <- id
			want := account.Failed
			if test.stage != "" {
				want = test.stage
			}
			s := ended(t, a, id)
			if s.Stage != want || len(a.State().Accounts) != 0 || len(w.vault.all()) != 0 {
				t.Errorf("it ended as %s with %d accounts and %d tokens", s.Stage, len(a.State().Accounts), len(w.vault.all()))
			}
			if s.Stage == account.Failed {
				said(t, s.Err, nil)
			}
			if _, _, revoked := w.github.counts(); len(revoked) != 1 {
				t.Errorf("taken back: %d tokens", len(revoked))
			}
			if host := w.github.lastRevoked(); host != "ghe.example.com" {
				t.Errorf("taken back at %q", host)
			}
			if len(told) != 1 || told[0] == nil {
				t.Errorf("the browser is told %v", told)
			}
		})
	}
}

// Of an account that is signed in, a further sign-in that cannot be kept takes
// nothing back: that could end the one that is there. Neither is a token that was
// there before.
func TestNotTakenBack(t *testing.T) {
	w := newWorld(t)
	a := w.open(t, nil)
	found := false
	var told []error
	w.github.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
		g := w.github.grant("ann", r)
		g.Found, g.Ended = found, func(err error) { told = append(told, err) }
		return g, nil
	}
	one := signIn(t, a, account.Request{Kind: account.GitHub})
	if len(told) != 1 || told[0] != nil {
		t.Errorf("of the one that worked the browser is told %v", told)
	}
	before, err := a.Token(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	again := func(what string, want int) {
		t.Helper()
		w.vault.breakWith(errors.New("locked"))
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
		if err != nil {
			t.Fatal(err)
		}
		if s := ended(t, a, id); s.Stage != account.Failed {
			t.Errorf("%s: it ended as %s", what, s.Stage)
		}
		if _, _, revoked := w.github.counts(); len(revoked) != want {
			t.Errorf("%s: taken back: %d tokens, not %d", what, len(revoked), want)
		}
		w.vault.breakWith(nil)
	}
	again("signed in", 0)
	if after, err := a.Token(t.Context(), one.ID); err != nil || after.Access != before.Access {
		t.Errorf("the sign-in before is gone: %v", err)
	}
	a.Refused(t.Context(), one.ID, before)
	again("expired", 1)
	found = true
	again("found", 1)
}

// A process that ends between the token and the list leaves a token that the
// next sign-in deletes.
func TestCutShort(t *testing.T) {
	w := newWorld(t)
	first := w.open(t, nil)
	// What is on the disk at the moment the token has been kept is what a crash
	// leaves.
	crashed := filepath.Join(t.TempDir(), "accounts.json")
	var copied error
	w.vault.onPut = func(string) {
		data, err := os.ReadFile(w.file)
		copied = errors.Join(err, os.WriteFile(crashed, data, 0o600))
	}
	one := signIn(t, first, account.Request{Kind: account.GitHub})
	if copied != nil {
		t.Fatal(copied)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	w.file, w.vault.onPut = crashed, nil
	a := w.open(t, nil)
	if state := a.State(); len(state.Accounts) != 0 || state.Problem != nil {
		t.Fatalf("after the crash there is %+v", state)
	}
	if len(w.vault.all()) != 1 {
		t.Fatal("the crash left no token, so this test shows nothing")
	}
	w.github.signIn = func(context.Context, account.Request, account.Conversation) (account.Grant, error) {
		return account.Grant{}, &account.Error{Message: "Denied."}
	}
	id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
	if err != nil {
		t.Fatal(err)
	}
	ended(t, a, id)
	if left := w.vault.all(); len(left) != 0 {
		t.Errorf("the token of %s is still there", one.ID)
	}
	if data, err := os.ReadFile(crashed); err != nil || strings.Contains(string(data), "pending") {
		t.Errorf("the list: %s, %v", data, err)
	}
}

// No secret is in what can be shown, in an error, a log or a file.
func TestNoSecretShows(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	var mu sync.Mutex
	learned := map[string]bool{}
	a := w.open(t, func(o *account.Options) {
		o.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Learned = func(value string) {
			mu.Lock()
			defer mu.Unlock()
			learned[value] = true
		}
	})
	w.github.life = time.Minute
	w.github.refresh = func(_ context.Context, t account.Token) error {
		return fmt.Errorf("oauth2: %q: %w", t.Refresh, errors.New("no connection"))
	}
	w.github.revoke = func(_ context.Context, t account.Token) error {
		return &account.Error{Message: "Not taken back: " + t.Access, Err: errors.New(t.Access)}
	}
	one := signIn(t, a, account.Request{Kind: account.GitHub})
	var shown strings.Builder
	show := func(values ...any) {
		for _, value := range values {
			data, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&shown, "%+v %#v %s\n", value, value, data)
		}
	}
	show(a.State())
	token, err := a.Token(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.Refused(t.Context(), one.ID, token)
	_, err = a.Token(t.Context(), one.ID)
	show(fmt.Sprint(said(t, err, nil)), a.State())
	w.google.signIn = func(_ context.Context, _ account.Request, talk account.Conversation) (account.Grant, error) {
		talk.Secret(marker + "-verifier")
		return account.Grant{}, &account.Error{Message: "It said " + marker + "-verifier", Err: errors.New(marker)}
	}
	id, err := a.Begin(t.Context(), account.Request{Kind: account.Google})
	if err != nil {
		t.Fatal(err)
	}
	show(fmt.Sprint(ended(t, a, id).Err), a.State())
	show(fmt.Sprint(said(t, a.SignOut(t.Context(), one.ID), nil)), a.State())
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	shown.WriteString(log.String())
	err = filepath.WalkDir(filepath.Dir(w.file), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		shown.WriteString(path)
		shown.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := shown.String(); strings.Contains(text, marker) {
		at := strings.Index(text, marker)
		t.Errorf("a secret shows: …%s…", text[max(0, at-200):min(len(text), at+60)])
	}
	mu.Lock()
	defer mu.Unlock()
	for _, value := range []string{token.Access, token.Refresh, token.Client, marker + "-verifier"} {
		if !learned[value] {
			t.Errorf("the redactor was not told %q", value)
		}
	}
}
