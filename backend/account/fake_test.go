package account_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// vault keeps secrets in memory, for several Accounts, each through a store of
// its own that remembers what it has read, as the real one does.
type vault struct {
	mu     sync.Mutex
	kept   map[string]string
	broken error // nothing can be written or deleted
	onPut  func(name string)
}

func newVault() *vault { return &vault{kept: map[string]string{}} }

func (v *vault) store() *store { return &store{vault: v, known: map[string]string{}} }

func (v *vault) all() map[string]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.kept)
}

func (v *vault) breakWith(err error) {
	v.mu.Lock()
	v.broken = err
	v.mu.Unlock()
}

// store is one process's view of the vault.
type store struct {
	vault *vault
	mu    sync.Mutex
	known map[string]string
}

func (s *store) Get(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	value, ok := s.known[name]
	s.mu.Unlock()
	if ok {
		return value, nil
	}
	return s.Fresh(ctx, name)
}

func (s *store) Fresh(ctx context.Context, name string) (string, error) {
	s.vault.mu.Lock()
	value := s.vault.kept[name]
	s.vault.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, name)
	if value != "" {
		s.known[name] = value
	}
	return value, ctx.Err()
}

func (s *store) Put(_ context.Context, name, value string) error {
	s.vault.mu.Lock()
	hook, err := s.vault.onPut, s.vault.broken
	if err == nil {
		s.vault.kept[name] = value
	}
	s.vault.mu.Unlock()
	if err != nil {
		return err
	}
	if hook != nil {
		hook(name)
	}
	s.mu.Lock()
	s.known[name] = value
	s.mu.Unlock()
	return nil
}

func (s *store) Remove(_ context.Context, name string) error {
	s.vault.mu.Lock()
	err := s.vault.broken
	if err == nil {
		delete(s.vault.kept, name)
	}
	s.vault.mu.Unlock()
	s.mu.Lock()
	delete(s.known, name)
	s.mu.Unlock()
	return err
}

// service does what a test says. It knows which tokens it gave, as a real one
// does, and takes a second use of a refresh token for a theft.
type service struct {
	kind  account.Kind
	hosts []account.Host
	// signIn is what a sign-in does; nil: it signs in who the request's host names.
	signIn  func(ctx context.Context, r account.Request, talk account.Conversation) (account.Grant, error)
	refresh func(ctx context.Context, t account.Token) error // nil: it works
	revoke  func(ctx context.Context, t account.Token) error
	life    time.Duration // of the tokens; 0: for ever
	now     func() time.Time

	mu       sync.Mutex
	given    int
	used     map[string]bool // refresh tokens
	stolen   bool
	revoked  []string
	at       string // where the last one was
	refreshs int
}

func newService(kind account.Kind) *service {
	hosts := map[account.Kind][]account.Host{
		account.GitHub: {
			{Host: "github.com", Title: "GitHub", Methods: []account.Method{account.Device, account.Browser}},
			{Host: "ghe.example.com", Title: "GitHub Enterprise (ghe.example.com)", Methods: []account.Method{account.Device}},
		},
		account.Google: {{Host: "accounts.google.com", Title: "Google", Methods: []account.Method{account.Browser}}},
		account.AWS:    {{Title: "AWS IAM Identity Center", Methods: []account.Method{account.Device}}},
	}
	return &service{kind: kind, hosts: hosts[kind], used: map[string]bool{}, now: time.Now}
}

func (s *service) Kind() account.Kind                   { return s.kind }
func (s *service) Hosts(context.Context) []account.Host { return s.hosts }

// token returns the next token, which begins with marker.
func (s *service) token() account.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given++
	t := account.Token{Access: fmt.Sprintf("%s-access-%d", marker, s.given), Client: marker + "-client"}
	if s.life != 0 {
		t.Refresh = fmt.Sprintf("%s-refresh-%d", marker, s.given)
		t.Expiry = s.now().Add(s.life)
	}
	return t
}

// marker is in every secret of the tests.
const marker = "gho_SECRETSECRET"

func (s *service) SignIn(ctx context.Context, r account.Request, talk account.Conversation) (account.Grant, error) {
	if s.signIn != nil {
		return s.signIn(ctx, r, talk)
	}
	return s.grant("ann", r), ctx.Err()
}

func (s *service) grant(subject string, r account.Request) account.Grant {
	return account.Grant{
		Account: account.Account{Subject: subject, Login: "@" + subject, Name: strings.ToUpper(subject), Scopes: r.Scopes, Start: r.Start, Region: r.Region},
		Token:   s.token(),
	}
}

func (s *service) Refresh(ctx context.Context, _ account.Account, t account.Token) (account.Token, error) {
	s.mu.Lock()
	s.refreshs++
	if s.used[t.Refresh] {
		s.stolen = true
	}
	s.mu.Unlock()
	if s.refresh != nil {
		if err := s.refresh(ctx, t); err != nil {
			return account.Token{}, err
		}
	}
	s.mu.Lock()
	s.used[t.Refresh] = true
	s.mu.Unlock()
	return s.token(), nil
}

// lastRevoked is the host where a token was taken back last.
func (s *service) lastRevoked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *service) Revoke(ctx context.Context, at account.Account, t account.Token) error {
	s.mu.Lock()
	s.at = at.Host
	s.revoked = append(s.revoked, t.Access)
	s.mu.Unlock()
	if s.revoke != nil {
		return s.revoke(ctx, t)
	}
	return nil
}

func (s *service) counts() (refreshs int, stolen bool, revoked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshs, s.stolen, s.revoked
}

// world is where the tests sign in.
type world struct {
	vault               *vault
	file                string
	github, google, aws *service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{
		vault: newVault(), file: filepath.Join(t.TempDir(), "data", "accounts.json"),
		github: newService(account.GitHub), google: newService(account.Google), aws: newService(account.AWS),
	}
}

// open makes the accounts of one process.
func (w *world) open(t *testing.T, change func(*account.Options)) *account.Accounts {
	t.Helper()
	o := account.Options{
		Services: []account.Service{w.github, w.google, w.aws},
		Secrets:  w.vault.store(),
		File:     w.file,
	}
	if change != nil {
		change(&o)
	}
	a, err := account.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// wait returns the state once it is as wanted.
func wait(t *testing.T, a *account.Accounts, what string, wanted func(account.State) bool) account.State {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	changes := a.Subscribe(ctx)
	defer changes.Close()
	for {
		if state := a.State(); wanted(state) {
			return state
		}
		if _, err := changes.Next(ctx); err != nil {
			t.Fatalf("waiting until %s: %v; the state is %+v", what, err, a.State())
		}
	}
}

// find returns a sign-in.
func find(state account.State, id string) account.SignIn {
	for _, s := range state.SignIns {
		if s.ID == id {
			return s
		}
	}
	return account.SignIn{}
}

// ended waits for the end of a sign-in.
func ended(t *testing.T, a *account.Accounts, id string) account.SignIn {
	t.Helper()
	return find(wait(t, a, "sign-in "+id+" has ended", func(s account.State) bool {
		switch find(s, id).Stage {
		case account.Done, account.Failed, account.Cancelled:
			return true
		}
		return false
	}), id)
}

// signIn signs in and returns the account.
func signIn(t *testing.T, a *account.Accounts, r account.Request) account.Account {
	t.Helper()
	id, err := a.Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	s := ended(t, a, id)
	if s.Stage != account.Done {
		t.Fatalf("the sign-in ended as %s: %v", s.Stage, s.Err)
	}
	got, ok := a.Get(s.Account)
	if !ok {
		t.Fatalf("account %q is not there", s.Account)
	}
	return got
}

// said checks that an error is in words for a person, and that it wraps is.
func said(t *testing.T, err, is error) *account.Error {
	t.Helper()
	known, ok := errors.AsType[*account.Error](err)
	if !ok || known.Message == "" || is != nil && !errors.Is(err, is) {
		t.Fatalf("got the error %v, want one in words for a person that is %v", err, is)
	}
	return known
}
