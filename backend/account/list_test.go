package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/account"
)

// Whatever two processes do, both see the same list; a use is on for as few as
// it may be; and nothing that was not asked for changes.
func TestListProperties(t *testing.T) {
	uses := []account.Use{account.UseModels, account.UsePages, account.UseGitTerminal, account.UseGitAgent, account.UseBedrock}
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		subject := "ann"
		for _, each := range []*service{w.github, w.google, w.aws} {
			each.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
				return each.grant(subject, r), nil
			}
		}
		processes := []*account.Accounts{w.open(t, nil), w.open(t, nil)}
		known := map[string]map[account.Use]bool{}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			a := processes[rapid.IntRange(0, 1).Draw(r, "process")]
			ids := make([]string, 0, len(known))
			for id := range known {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			step := rapid.SampledFrom([]string{"in", "in", "use", "use", "out"}).Draw(r, "step")
			switch {
			case step == "in" || len(ids) == 0:
				subject = rapid.SampledFrom([]string{"ann", "ben"}).Draw(r, "subject")
				request := rapid.SampledFrom([]account.Request{
					{Kind: account.GitHub},
					{Kind: account.GitHub, Host: "ghe.example.com"},
					{Kind: account.Google},
				}).Draw(r, "request")
				one := signIn(t, a, request)
				if known[one.ID] == nil {
					known[one.ID] = map[account.Use]bool{}
				}
			case step == "use":
				id := rapid.SampledFrom(ids).Draw(r, "account")
				use, on := rapid.SampledFrom(uses).Draw(r, "use"), rapid.Bool().Draw(r, "on")
				one, _ := a.Get(id)
				err := a.SetUse(t.Context(), id, use, on)
				if fits := slices.Contains(account.UsesOf(one), use); fits != (err == nil) {
					r.Fatalf("switching %s of %s: %v", use, id, err)
				} else if !fits {
					break
				}
				if on {
					for other := range known {
						alone := use == account.UseModels || use == account.UseBedrock
						if alone || host(other) == host(id) {
							delete(known[other], use)
						}
					}
				}
				known[id][use] = on
			case step == "out":
				id := rapid.SampledFrom(ids).Draw(r, "account")
				if err := a.SignOut(t.Context(), id); err != nil {
					r.Fatal(err)
				}
				delete(known, id)
			}
			for _, each := range processes {
				got := map[string]map[account.Use]bool{}
				for _, one := range each.State().Accounts {
					got[one.ID] = map[account.Use]bool{}
					for _, use := range one.Uses {
						got[one.ID][use] = true
					}
				}
				want := map[string]map[account.Use]bool{}
				for id, on := range known {
					want[id] = map[account.Use]bool{}
					for use, is := range on {
						if is {
							want[id][use] = true
						}
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					r.Fatal(diff)
				}
			}
			if len(w.vault.all()) != len(known) {
				r.Fatalf("%d tokens are kept for %d accounts", len(w.vault.all()), len(known))
			}
		}
	})
}

func host(id string) string {
	_, rest, _ := strings.Cut(id, ":")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// A change that another process makes is told to who has subscribed.
func TestOtherProcess(t *testing.T) {
	w := newWorld(t)
	a, other := w.open(t, nil), w.open(t, nil)
	changes := a.Subscribe(t.Context())
	defer changes.Close()
	one := signIn(t, other, account.Request{Kind: account.GitHub})
	before := int64(0)
	for len(a.State().Accounts) == 0 {
		seq, err := changes.Next(t.Context())
		if err != nil || seq <= before {
			t.Fatalf("number %d after %d: %v", seq, before, err)
		}
		before = seq
	}
	if err := other.SignOut(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	wait(t, a, "it is signed out here", func(s account.State) bool { return len(s.Accounts) == 0 })
}

// A damaged list is set aside and said; signing in works.
func TestDamaged(t *testing.T) {
	for what, text := range map[string]string{
		"no JSON":        `{"version":1,"accounts":[`,
		"unknown field":  `{"version":1,"accounts":[],"token":"x"}`,
		"no version":     `{"accounts":[]}`,
		"a false id":     `{"version":1,"accounts":[{"id":"github:github.com/1","kind":"github","host":"github.com","subject":"2","since":"2026-01-01T00:00:00Z"}]}`,
		"something more": `{"version":1,"accounts":[]}{}`,
		"empty":          ``,
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			write(t, w.file, text)
			a := w.open(t, nil)
			state := a.State()
			known := said(t, state.Problem, nil)
			aside, err := filepath.Glob(w.file + ".damaged-*")
			if err != nil || len(aside) != 1 || !strings.Contains(known.Hint, aside[0]) {
				t.Fatalf("set aside: %v, %v; told as %q", aside, err, known.Hint)
			}
			if data, err := os.ReadFile(aside[0]); err != nil || string(data) != text {
				t.Errorf("what was set aside: %q, %v", data, err)
			}
			signIn(t, a, account.Request{Kind: account.GitHub})
			if state := a.State(); state.Problem != nil || len(state.Accounts) != 1 {
				t.Errorf("after signing in: %+v", state)
			}
		})
	}
}

// A list of a newer Keel is neither used nor changed.
func TestNewer(t *testing.T) {
	w := newWorld(t)
	const text = `{"version":2,"people":[]}`
	write(t, w.file, text)
	a := w.open(t, nil)
	said(t, a.State().Problem, nil)
	id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
	if err != nil {
		t.Fatal(err)
	}
	if s := ended(t, a, id); s.Stage != account.Failed {
		t.Errorf("a sign-in ended as %s", s.Stage)
	} else {
		said(t, s.Err, nil)
	}
	if data, err := os.ReadFile(w.file); err != nil || string(data) != text || len(w.vault.all()) != 0 {
		t.Errorf("the list: %q, %v; tokens: %d", data, err, len(w.vault.all()))
	}
	if err := os.Remove(w.file); err != nil {
		t.Fatal(err)
	}
	if problem := a.State().Problem; problem != nil {
		t.Errorf("moved away, it still says %v", problem)
	}
}

// What is blocked is neither switched on by hand nor by itself.
func TestBlocked(t *testing.T) {
	w := newWorld(t)
	blocked := "No role is named in the settings."
	a := w.open(t, func(o *account.Options) {
		o.Defaults = func(account.Account) []account.Use { return []account.Use{account.UseBedrock} }
		o.Blocked = func(account.Account, account.Use) string { return blocked }
	})
	one := signIn(t, a, account.Request{Kind: account.Google, Use: account.UseBedrock})
	if len(one.Uses) != 0 {
		t.Errorf("switched on: %v", one.Uses)
	}
	if known := said(t, a.SetUse(t.Context(), one.ID, account.UseBedrock, true), nil); known.Hint != blocked {
		t.Errorf("told as %q", known.Hint)
	}
	blocked = ""
	if err := a.SetUse(t.Context(), one.ID, account.UseBedrock, true); err != nil {
		t.Error(err)
	}
	blocked = "again"
	if err := a.SetUse(t.Context(), one.ID, account.UseBedrock, false); err != nil {
		t.Errorf("what is blocked cannot be switched off: %v", err)
	}
	if err := a.SetUse(t.Context(), "none", account.UseBedrock, true); !errors.Is(err, account.ErrNotFound) {
		t.Error(err)
	}
}

// The list holds what the README says, and no more.
func TestListFile(t *testing.T) {
	w := newWorld(t)
	signIn(t, w.open(t, nil), account.Request{Kind: account.GitHub, Use: account.UsePages})
	data, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	one, ok := got["accounts"].([]any)[0].(map[string]any)
	if !ok {
		t.Fatalf("the list: %s", data)
	}
	delete(one, "since")
	want := map[string]any{"version": 1.0, "accounts": []any{map[string]any{
		"id": "github:github.com/ann", "kind": "github", "host": "github.com", "subject": "ann",
		"login": "@ann", "name": "ANN", "uses": []any{"github-pages"},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
