package folder

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"

	"github.com/pkg/browser"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

// AccountsOptions is what [NewAccounts] stands on; all but Services and Browse are
// required.
type AccountsOptions struct {
	Paths    Paths
	Secrets  *secret.Store
	Values   func() settings.Values // as they are now
	HTTP     http.RoundTripper
	Redactor *redact.Redactor
	Services []account.Service // in the place of the built-in ones of their kind
	// Browse opens an address; nil: in the system's browser.
	Browse func(ctx context.Context, address string) error
	Log    *slog.Logger
}

// Accounts are the accounts of this user with what this program makes of them.
// They are kept as long as the program runs, while folders come and go.
type Accounts struct {
	*account.Accounts
	services services
	values   func() settings.Values
	secrets  *secret.Store

	showing sync.Mutex // held while a state is made; guards seq
	seq     int64      // of the last state

	mu      sync.Mutex // guards what follows
	folders []*Folder  // that are open, the newest last
}

// NewAccounts reads the list of accounts. It asks neither the network nor the
// keychain, and nothing listens before a sign-in.
func NewAccounts(o AccountsOptions) (*Accounts, error) {
	a := &Accounts{values: o.Values, secrets: o.Secrets}
	a.services = newServices(o, a.clientSecret)
	for _, given := range o.Services {
		a.services.put(given)
	}
	if o.Browse == nil {
		o.Browse = browse
	}
	accounts, err := account.New(account.Options{
		Services: a.services.all,
		Secrets:  tokens{o.Secrets},
		File:     filepath.Join(o.Paths.Data, "accounts.json"),
		Browse:   o.Browse,
		Learned:  o.Redactor.Learn,
		Defaults: defaultUses,
		Blocked:  a.refusal,
		SignedIn: a.signedIn,
		Log:      o.Log,
	})
	if err != nil {
		return nil, err
	}
	a.Accounts = accounts
	return a, nil
}

// browse opens an address in the system's browser.
func browse(_ context.Context, address string) error {
	if err := browser.OpenURL(address); err != nil {
		return fmt.Errorf("opening the browser: %w", err)
	}
	return nil
}

// openAccounts makes the accounts where the program gave none along.
func (f *Folder) openAccounts() error {
	f.Accounts = f.options.Accounts
	if f.Accounts == nil {
		accounts, err := NewAccounts(AccountsOptions{
			Paths: f.options.Paths, Secrets: f.secrets, Values: f.Settings.Values, HTTP: f.Outbound,
			Redactor: f.options.Redactor, Log: f.options.Log,
		})
		if err != nil {
			return err
		}
		f.Accounts = accounts
		f.onClose(accounts.Close)
	}
	return nil
}

// join lets a folder, which is open by now, know of sign-ins.
func (a *Accounts) join(f *Folder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.folders = append(a.folders, f)
}

func (a *Accounts) leave(f *Folder) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.folders = slices.DeleteFunc(a.folders, func(other *Folder) bool { return other == f })
}

// signedIn keeps a sign-in in the log of the open folder, and lets the turns that
// wait for one go on.
func (a *Accounts) signedIn(ctx context.Context, one account.Account) {
	a.mu.Lock()
	folders := slices.Clone(a.folders)
	a.mu.Unlock()
	for _, f := range folders {
		f.noteSignIn(ctx, one)
	}
}

// clientSecret returns the secret of a client id, or "".
func (a *Accounts) clientSecret(ctx context.Context, kind account.Kind, host, clientID string) (string, error) {
	return a.secrets.Get(ctx, clientSecretName(kind, host, clientID))
}

// clientSecretName names it after its client id too: with another id set, it is
// not sent.
func clientSecretName(kind account.Kind, host, clientID string) string {
	return fmt.Sprintf("client:%s:%s:%s", kind, host, clientID)
}
