package folder

import (
	"context"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
)

// openAccounts makes the accounts where the program gave none along.
func (f *Folder) openAccounts() error {
	if f.options.Accounts != nil {
		f.Accounts = f.options.Accounts
		return nil
	}
	accounts, err := account.New(account.Options{File: filepath.Join(f.options.Paths.Data, "accounts.json"), Log: f.options.Log})
	if err != nil {
		return err
	}
	f.Accounts = accounts
	f.onClose(accounts.Close)
	return nil
}

// AccountsState returns who is signed in, and where one can sign in.
func (f *Folder) AccountsState(ctx context.Context) wire.AccountsState {
	return wire.AccountsState{}
}

// SignIn starts a sign-in.
func (f *Folder) SignIn(ctx context.Context, request wire.SignInRequest) (string, error) {
	return "", account.ErrNotFound
}

// SignOut takes an account's tokens back and forgets it.
func (f *Folder) SignOut(ctx context.Context, accountID string) error {
	return account.ErrNotFound
}

// SetAccountUse switches a use of an account on or off.
func (f *Folder) SetAccountUse(ctx context.Context, accountID, use string, on bool) error {
	return account.ErrNotFound
}

// AccountRoles lists the AWS accounts and roles of an account.
func (f *Folder) AccountRoles(ctx context.Context, accountID string) ([]wire.AccountRole, error) {
	return nil, account.ErrNotFound
}

// SetClientSecret keeps the secret of a client id.
func (f *Folder) SetClientSecret(ctx context.Context, kind wire.AccountKind, host, secret string) error {
	return account.ErrNotFound
}

// ExtensionSession returns a token for an extension.
func (f *Folder) ExtensionSession(ctx context.Context, request wire.ExtensionSessionRequest) (wire.ExtensionSession, error) {
	return wire.ExtensionSession{}, account.ErrNotFound
}
