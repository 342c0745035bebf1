package account

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/event"
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
	File     string // the list of accounts, without tokens; locks stand beside it
	// Browse opens an address in the person's browser; nil: none can be.
	Browse func(ctx context.Context, address string) error
	// Learned is told every secret as soon as it is known.
	Learned func(value string)
	// Defaults names the uses that are switched on for an account that signs in for
	// the first time, where no other account has them; nil: none.
	Defaults func(Account) []Use
	// Blocked says why a use cannot be switched on for an account, as a sentence; nil
	// or empty: it can.
	Blocked func(Account, Use) string
	// Admit is told of an account that has signed in, with the uses that it is going
	// to have, before it is put into the list; with an error it is not. Nil: all are
	// admitted.
	Admit func(context.Context, Account) error
	// SignedIn is told afterwards; nil: nobody is.
	SignedIn func(context.Context, Account)
	Now      func() time.Time
	Log      *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Learned == nil {
		o.Learned = func(string) {}
	}
	if o.Defaults == nil {
		o.Defaults = func(Account) []Use { return nil }
	}
	if o.Blocked == nil {
		o.Blocked = func(Account, Use) string { return "" }
	}
	if o.Admit == nil {
		o.Admit = func(context.Context, Account) error { return nil }
	}
	if o.SignedIn == nil {
		o.SignedIn = func(context.Context, Account) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
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
	Note      string // what the person should know once it is done; may be empty
}

// State is all that a person can be shown.
type State struct {
	Seq      int64 // grows with every change
	Accounts []Account
	SignIns  []SignIn
	// Problem is what is wrong with the list of accounts, an [*Error]; nil: nothing.
	Problem error
}

// Accounts are the accounts of this user of the machine. They are safe for
// concurrent use.
type Accounts struct {
	options Options
	file    *file
	feed    *event.Feed[int64]

	ctx    context.Context //nolint:containedctx // ends with Close: what is under way outlives the call that began it
	cancel context.CancelFunc
	group  sync.WaitGroup // every goroutine

	mu      sync.Mutex // guards what follows
	closed  bool
	watched bool
	seq     int64
	next    int // the number of the next sign-in
	turn    int // counts the changes that other processes made to the list
	signIns []*signIn
	flights map[string]*flight // refreshes under way, by account
	tokens  map[string]*held   // what is known of an account's token beside what is kept
}

// New reads the list of accounts. It asks neither the network nor the keychain.
// A list that cannot be used is told by [State.Problem].
func New(options Options) (*Accounts, error) {
	if options.Secrets == nil || options.File == "" {
		return nil, errors.New("making the accounts: no place for tokens or for the list")
	}
	o := options.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	a := &Accounts{
		options: o,
		file:    &file{path: o.File, now: o.Now, log: o.Log, writing: make(chan struct{}, 1)},
		feed:    event.New[int64](1),
		ctx:     ctx, cancel: cancel,
		seq:     1,
		turn:    1,
		flights: map[string]*flight{},
		tokens:  map[string]*held{},
	}
	a.list()
	return a, nil
}

// Close cancels every sign-in and waits for what is under way.
func (a *Accounts) Close() error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.cancel()
	a.group.Wait()
	a.feed.Close()
	return nil
}

// start runs work on a goroutine that [Accounts.Close] waits for. It returns
// false after Close.
func (a *Accounts) start(work func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.group.Go(work)
	return true
}

// Subscribe tells the number of the newest state after each change; a reader
// that is slow misses numbers, never the newest. From then on, changes that
// other processes make to the list are told as well.
func (a *Accounts) Subscribe(ctx context.Context) *event.Subscription[int64] {
	a.watch()
	return a.feed.Subscribe(ctx)
}

// changed counts a change and tells of it.
func (a *Accounts) changed() {
	a.mu.Lock()
	a.seq++
	a.feed.Send(a.seq)
	a.mu.Unlock()
}

// list returns the accounts as the file has them now.
func (a *Accounts) list() list {
	now, news := a.file.load(a.ctx)
	if news {
		a.mu.Lock()
		a.turn++
		a.mu.Unlock()
		a.changed()
	}
	return now
}

// State returns what is known now.
func (a *Accounts) State() State {
	now := a.list()
	a.mu.Lock()
	defer a.mu.Unlock()
	state := State{Seq: a.seq, Accounts: now.Accounts, Problem: a.file.trouble()}
	for i, each := range state.Accounts {
		if h := a.tokens[each.ID]; h != nil && h.missing && each.Expired == "" {
			state.Accounts[i].Expired = missing
		}
	}
	for _, s := range a.signIns {
		state.SignIns = append(state.SignIns, s.public())
	}
	return state
}

// Hosts returns where one can sign in, by kind.
func (a *Accounts) Hosts(ctx context.Context) map[Kind][]Host {
	hosts := map[Kind][]Host{}
	for _, service := range a.options.Services {
		hosts[service.Kind()] = append(hosts[service.Kind()], service.Hosts(ctx)...)
	}
	return hosts
}

// Get returns an account.
func (a *Accounts) Get(accountID string) (Account, bool) { return a.list().find(accountID) }

// Find is Get with words for a person where there is no such account.
func (a *Accounts) Find(accountID string) (Account, error) {
	known, ok := a.Get(accountID)
	if !ok {
		return Account{}, notThere()
	}
	return known, nil
}

func (a *Accounts) service(kind Kind) (Service, error) {
	at := slices.IndexFunc(a.options.Services, func(s Service) bool { return s.Kind() == kind })
	if at < 0 {
		return nil, &Error{Message: "There is no such service to sign in at.", Hint: "Choose one of those on the Accounts page (Keel: Show Accounts).", Err: ErrNotFound}
	}
	return a.options.Services[at], nil
}
