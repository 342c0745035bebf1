package account_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
)

// Who signs in is in the list without a token, and is still there for the next
// process; signing in again keeps what the account is used for.
func TestSignIn(t *testing.T) {
	w := newWorld(t)
	a := w.open(t, func(o *account.Options) {
		o.Defaults = func(account.Account) []account.Use { return []account.Use{account.UseModels, account.UsePages} }
	})
	first := signIn(t, a, account.Request{Kind: account.GitHub, Scopes: []string{"read:user"}})
	want := account.Account{
		ID: "github:github.com/ann", Kind: account.GitHub, Host: "github.com", Subject: "ann", Login: "@ann", Name: "ANN",
		Scopes: []string{"read:user"}, Since: first.Since, Uses: []account.Use{account.UseModels, account.UsePages},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	before, err := a.Token(t.Context(), first.ID)
	if err != nil || before.Access == "" {
		t.Fatalf("its token: %v", err)
	}
	if err := a.SetUse(t.Context(), first.ID, account.UsePages, false); err != nil {
		t.Fatal(err)
	}
	a.Refused(t.Context(), first.ID, before)
	if got, _ := a.Get(first.ID); got.Expired == "" {
		t.Error("a refused token that nothing renews leaves the account as if it were good")
	}
	if _, err := a.Token(t.Context(), first.ID); !errors.Is(err, account.ErrRevoked) {
		t.Errorf("a token of an account that has expired: %v", err)
	}
	again := signIn(t, a, account.Request{Kind: account.GitHub, Scopes: []string{"read:user", "repo"}, Use: account.UseGitTerminal})
	want.Scopes, want.Uses = []string{"read:user", "repo"}, []account.Use{account.UseModels, account.UseGitTerminal}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
	other := w.open(t, nil)
	if diff := cmp.Diff([]account.Account{want}, other.State().Accounts); diff != "" {
		t.Error(diff)
	}
	after, err := other.Token(t.Context(), first.ID)
	if err != nil || after.Access == before.Access {
		t.Errorf("the next process's token: %v, the same one: %t", err, after.Access == before.Access)
	}
	if info, err := os.Stat(w.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the list: %v, %v", info.Mode(), err)
	}
}

// What a service says about a person is another machine's word.
func TestWordOfAService(t *testing.T) {
	w := newWorld(t)
	var small, large bytes.Buffer
	for size, to := range map[int]*bytes.Buffer{64: &small, 2000: &large} {
		if err := png.Encode(to, image.NewGray(image.Rect(0, 0, size, size))); err != nil {
			t.Fatal(err)
		}
	}
	avatar := small.Bytes()
	w.github.signIn = func(_ context.Context, r account.Request, talk account.Conversation) (account.Grant, error) {
		talk.Show(account.Progress{Stage: account.Code, Code: strings.Repeat("A", 1000), Address: "javascript:alert(1)"})
		g := w.github.grant("7", r)
		g.Account.Name, g.Account.Email = "A\u202enn\n\x1b[31m"+strings.Repeat("n", 1000), "a\x00@example.com"
		g.Account.Manage, g.Account.Avatar = "http://evil.example.com/", avatar
		g.Account.Uses, g.Account.ID, g.Account.Kind = []account.Use{account.UseGitAgent}, "google:x/1", account.AWS
		return g, nil
	}
	a := w.open(t, nil)
	got := signIn(t, a, account.Request{Kind: account.GitHub})
	if len(got.Name) != 256 || !strings.HasPrefix(got.Name, "Ann[31mn") || got.Email != "a@example.com" || got.Manage != "" ||
		len(got.Uses) != 0 || got.ID != "github:github.com/7" || !bytes.Equal(got.Avatar, small.Bytes()) {
		t.Errorf("kept %+v", got)
	}
	avatar = large.Bytes()
	w.github.hosts[0].Host = "other.example.com"
	if got := signIn(t, a, account.Request{Kind: account.GitHub}); got.Avatar != nil {
		t.Error("a picture of 2,000 pixels was kept")
	}
	for what, change := range map[string]func(*account.Grant){
		"no person":   func(g *account.Grant) { g.Account.Subject = "" },
		"a false one": func(g *account.Grant) { g.Account.Subject = "7\n8" },
		"no token":    func(g *account.Grant) { g.Token.Access = "" },
	} {
		w.github.signIn = func(_ context.Context, r account.Request, _ account.Conversation) (account.Grant, error) {
			g := w.github.grant("9", r)
			change(&g)
			return g, nil
		}
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
		if err != nil {
			t.Fatal(err)
		}
		if s := ended(t, a, id); s.Stage != account.Failed {
			t.Errorf("with %s it ended as %s", what, s.Stage)
		} else {
			said(t, s.Err, nil)
		}
	}
}

// A sign-in shows how far it is, takes what is pasted where it waits for it, and
// goes on where no browser can be started.
func TestConversation(t *testing.T) {
	w := newWorld(t)
	check := func(text string) error {
		if strings.Contains(text, "elsewhere") {
			return errors.New("this is elsewhere")
		}
		return nil
	}
	w.google.signIn = func(ctx context.Context, r account.Request, talk account.Conversation) (account.Grant, error) {
		talk.Show(account.Progress{Stage: account.InBrowser, Address: "https://accounts.google.com/o/oauth2", Paste: check})
		talk.Open(ctx, "https://accounts.google.com/o/oauth2")
		talk.Open(ctx, "file:///etc/passwd")
		select {
		case text := <-talk.Pasted():
			if text != "http://127.0.0.1:1/?code=1" {
				return account.Grant{}, errors.New("pasted: " + text)
			}
			return w.google.grant("ann", r), nil
		case <-ctx.Done():
			return account.Grant{}, ctx.Err()
		}
	}
	var mu sync.Mutex
	var opened []string
	a := w.open(t, func(o *account.Options) {
		o.Browse = func(_ context.Context, address string) error {
			mu.Lock()
			defer mu.Unlock()
			opened = append(opened, address)
			return errors.New("no browser")
		}
	})
	id, err := a.Begin(t.Context(), account.Request{Kind: account.Google})
	if err != nil {
		t.Fatal(err)
	}
	s := find(wait(t, a, "the browser is missed", func(s account.State) bool { return find(s, id).NoBrowser }), id)
	if s.Stage != account.InBrowser || s.Address != "https://accounts.google.com/o/oauth2" || s.Title != "Google" {
		t.Errorf("it shows %+v", s)
	}
	for _, text := range []string{"", " \n", strings.Repeat("x", 9<<10), "\xff"} {
		said(t, a.Paste(t.Context(), id, text), nil)
	}
	if err := said(t, a.Paste(t.Context(), id, "http://elsewhere/?code=2"), nil); err.Message != "What was pasted was not used: this is elsewhere. The sign-in goes on waiting." {
		t.Errorf("it says %q", err.Message)
	}
	if s := find(a.State(), id); s.Stage != account.InBrowser {
		t.Errorf("after a wrong paste it is %+v", s)
	}
	said(t, a.Paste(t.Context(), "none", "x"), account.ErrNotFound)
	said(t, a.Open(t.Context(), "none"), account.ErrNotFound)
	if err := a.Paste(t.Context(), id, "  http://127.0.0.1:1/?code=1\n"); err != nil {
		t.Fatal(err)
	}
	if s := ended(t, a, id); s.Stage != account.Done || s.Account != "google:accounts.google.com/ann" {
		t.Errorf("it ended as %+v", s)
	}
	said(t, a.Paste(t.Context(), id, "x"), nil)
	said(t, a.Open(t.Context(), id), nil)
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff([]string{"https://accounts.google.com/o/oauth2"}, opened); diff != "" {
		t.Error(diff)
	}
	if err := a.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if left := a.State().SignIns; len(left) != 0 {
		t.Errorf("taken off the list, but there is %+v", left)
	}
}

// waits is a sign-in that nobody finishes.
func waits(ctx context.Context, _ account.Request, talk account.Conversation) (account.Grant, error) {
	talk.Show(account.Progress{Stage: account.Code, Code: "ABCD-1234", Address: "https://github.com/login/device"})
	<-ctx.Done()
	return account.Grant{}, fmt.Errorf("polling: %w", ctx.Err())
}

// One sign-in at a host at a time; another host does not mind.
func TestOneAtAHost(t *testing.T) {
	w := newWorld(t)
	w.github.signIn = waits
	a := w.open(t, nil)
	begin := func(host string) string {
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub, Host: host})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, a, "it shows its code", func(s account.State) bool { return find(s, id).Stage == account.Code })
		return id
	}
	first, elsewhere, second := begin(""), begin("GHE.example.com"), begin("github.com")
	state := a.State()
	if len(state.SignIns) != 2 || find(state, first).ID != "" || find(state, elsewhere).Stage != account.Code {
		t.Errorf("under way: %+v", state.SignIns)
	}
	if err := a.Cancel(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if s := ended(t, a, second); s.Stage != account.Cancelled || s.Err != nil {
		t.Errorf("cancelled, it ended as %+v", s)
	}
	if _, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub, Host: "evil.example.com"}); err == nil {
		t.Error("a sign-in began at a host that nobody named")
	}
	if _, err := a.Begin(t.Context(), account.Request{Kind: "x"}); err == nil {
		t.Error("a sign-in began at a service that is none")
	}
	w.google.hosts[0].Methods, w.google.hosts[0].Setup = nil, []string{"Make a client id."}
	_, err := a.Begin(t.Context(), account.Request{Kind: account.Google})
	if known := said(t, err, nil); known.Hint != "Make a client id." {
		t.Errorf("what is missing is told as %q", known.Hint)
	}
}

// An identity centre is told by its start URL.
func TestStart(t *testing.T) {
	w := newWorld(t)
	a := w.open(t, nil)
	one := signIn(t, a, account.Request{Kind: account.AWS, Start: "https://Acme.awsapps.com/start", Region: "eu-west-1"})
	if one.ID != "aws:acme.awsapps.com/ann" || one.Start != "https://Acme.awsapps.com/start" || one.Region != "eu-west-1" {
		t.Errorf("signed in as %+v", one)
	}
	if err := a.SetRole(t.Context(), one.ID, "123/x y"); err == nil {
		t.Error("a role that is none was taken")
	}
	if err := a.SetRole(t.Context(), one.ID, "123456789012/ReadOnly"); err != nil {
		t.Fatal(err)
	}
	if got, ok := a.For(account.UseBedrock, ""); !ok || got.Role != "123456789012/ReadOnly" {
		t.Errorf("used for Bedrock: %+v", got)
	}
}

// A sign-in that nobody finishes ends by itself.
func TestGivenUp(t *testing.T) {
	w := newWorld(t)
	w.github.signIn = waits
	synctest.Test(t, func(t *testing.T) {
		a, err := account.New(account.Options{Services: []account.Service{w.github}, Secrets: w.vault.store(), File: w.file})
		if err != nil {
			t.Fatal(err)
		}
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(15*time.Minute + time.Second)
		synctest.Wait()
		if s := find(a.State(), id); s.Stage != account.Failed {
			t.Errorf("after a quarter of an hour it is %s", s.Stage)
		} else {
			said(t, s.Err, nil)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A service that breaks is a failed sign-in, and nothing else.
func TestServicePanics(t *testing.T) {
	w := newWorld(t)
	w.github.signIn = func(context.Context, account.Request, account.Conversation) (account.Grant, error) {
		panic(marker)
	}
	var log bytes.Buffer
	a := w.open(t, func(o *account.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
	if err != nil {
		t.Fatal(err)
	}
	if s := ended(t, a, id); s.Stage != account.Failed {
		t.Errorf("it ended as %s", s.Stage)
	} else {
		said(t, s.Err, nil)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "panicked") || strings.Contains(log.String(), marker) {
		t.Errorf("the log: %s", log.String())
	}
}

// Close ends what is under way and leaves no goroutine.
func TestClose(t *testing.T) {
	w := newWorld(t)
	w.github.signIn = waits
	before := runtime.NumGoroutine()
	for range 5 {
		a := w.open(t, nil)
		id, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, a, "it shows its code", func(s account.State) bool { return find(s, id).Stage == account.Code })
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Begin(t.Context(), account.Request{Kind: account.GitHub}); err == nil {
			t.Error("a sign-in began after the end")
		}
	}
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines before, %d after", before, now)
	}
}
