package account

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Secrets keeps tokens; package secret does.
type Secrets interface {
	// Get returns "" where there is none. Fresh asks the keychain again, since another
	// process may have written.
	Get(ctx context.Context, name string) (string, error)
	Fresh(ctx context.Context, name string) (string, error)
	Put(ctx context.Context, name, value string) error
	Remove(ctx context.Context, name string) error
}

// Options are what [New] stands on; Services, Secrets and File are required.
type Options struct {
	Services []Service
	Secrets  Secrets
	File     string // the list of accounts, without tokens; a lock stands beside it
	// Browse opens an address in the person's browser; nil: none can be.
	Browse func(ctx context.Context, address string) error
	// HTTP fetches nothing but what a service's account names, such as its avatar.
	HTTP *http.Client
	// Learned is told every secret as soon as it is known.
	Learned func(value string)
	// Changed is called, on no particular goroutine, after anything changed that
	// [Accounts.State] shows.
	Changed func()
	Now     func() time.Time
	Log     *slog.Logger
}

// SignIn is a sign-in that is under way or has just ended. It holds no secret.
type SignIn struct {
	ID      string
	Request Request
	Title   string // of its host
	Progress
	NoBrowser bool   // none could be started: the address has to be copied
	Account   string // its id, once done
	Err       error  // why it failed
}

// State is all that a person can be shown.
type State struct {
	Seq      int64 // grows with every change
	Accounts []Account
	SignIns  []SignIn
}

// Accounts are the accounts of this user of the machine. They are safe for
// concurrent use.
type Accounts struct {
	options Options
}

// New reads the list of accounts. It asks neither the network nor the keychain.
func New(options Options) (*Accounts, error) {
	return &Accounts{options: options}, nil
}

// Close cancels every sign-in and waits for what is under way.
func (a *Accounts) Close() error { return nil }

// State returns what is known now.
func (a *Accounts) State() State { return State{} }

// Hosts returns where one can sign in, by kind, in the order GitHub, Google, AWS.
func (a *Accounts) Hosts(ctx context.Context) map[Kind][]Host { return nil }

// Begin starts a sign-in and returns its id. Another one at the same host is
// cancelled by it.
func (a *Accounts) Begin(ctx context.Context, request Request) (string, error) {
	return "", ErrNotFound
}

// Cancel ends a sign-in; one that has ended is taken off the list.
func (a *Accounts) Cancel(ctx context.Context, id string) error { return ErrNotFound }

// Paste gives a sign-in what the person has copied from the browser.
func (a *Accounts) Paste(ctx context.Context, id, text string) error { return ErrNotFound }

// Open opens a sign-in's address in the browser once more.
func (a *Accounts) Open(ctx context.Context, id string) error { return ErrNotFound }

// SignOut takes an account's tokens back at its service where that is possible,
// deletes them here in any case, and forgets the account. The error says that
// the service could not be told; the account is gone all the same.
func (a *Accounts) SignOut(ctx context.Context, accountID string) error { return ErrNotFound }

// SetUse switches a use of an account on or off. Where it is switched on, the
// account that had it has it no more.
func (a *Accounts) SetUse(ctx context.Context, accountID string, use Use, on bool) error {
	return ErrNotFound
}

// SetRole chooses the AWS account and role that an AWS account is used with.
func (a *Accounts) SetRole(ctx context.Context, accountID, role string) error { return ErrNotFound }

// For returns the account that a use is switched on for; an empty host means
// any.
func (a *Accounts) For(use Use, host string) (Account, bool) { return Account{}, false }

// Token returns a token of an account that is good for a while yet, refreshed
// where it has to be. With [ErrRevoked] in the error the account must sign in
// again.
func (a *Accounts) Token(ctx context.Context, accountID string) (Token, error) {
	return Token{}, ErrNotFound
}

// Refused tells that a service did not take a token which seemed good: it is
// refreshed at the next [Accounts.Token], or the account marked as expired where
// it cannot be.
func (a *Accounts) Refused(ctx context.Context, accountID string, t Token) {}
