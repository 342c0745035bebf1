package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Accounts are who is signed in where.
type Accounts struct{ seam *Seam }

// NewAccounts binds the accounts.
func NewAccounts(seam *Seam) *Accounts { return &Accounts{seam} }

// State returns who is signed in, and where one can sign in.
func (b *Accounts) State() (wire.AccountsState, error) {
	return home(b.seam, "Accounts.State", func(ctx context.Context, f *folder.Folder) (wire.AccountsState, error) {
		return f.AccountsState(ctx), nil
	})
}

// SignIn starts a sign-in and returns its id; how it goes on comes as events.
func (b *Accounts) SignIn(request wire.SignInRequest) (string, error) {
	return home(b.seam, "Accounts.SignIn", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.SignIn(ctx, request)
	})
}

// Cancel ends a sign-in; one that has ended is taken off the list.
func (b *Accounts) Cancel(signInID string) error {
	return homeDo(b.seam, "Accounts.Cancel", func(ctx context.Context, f *folder.Folder) error {
		return f.Accounts.Cancel(ctx, signInID)
	})
}

// Paste gives a sign-in an address or a code from the browser.
func (b *Accounts) Paste(signInID, text string) error {
	return homeDo(b.seam, "Accounts.Paste", func(ctx context.Context, f *folder.Folder) error {
		return f.Accounts.Paste(ctx, signInID, text)
	})
}

// Browse opens a sign-in's address in the browser once more.
func (b *Accounts) Browse(signInID string) error {
	return homeDo(b.seam, "Accounts.Browse", func(ctx context.Context, f *folder.Folder) error {
		return f.Accounts.Open(ctx, signInID)
	})
}

// SignOut takes an account's tokens back and forgets it.
func (b *Accounts) SignOut(accountID string) error {
	return homeDo(b.seam, "Accounts.SignOut", func(ctx context.Context, f *folder.Folder) error {
		return f.SignOut(ctx, accountID)
	})
}

// SetUse switches a use of an account on or off.
func (b *Accounts) SetUse(accountID, use string, on bool) error {
	return homeDo(b.seam, "Accounts.SetUse", func(ctx context.Context, f *folder.Folder) error {
		return f.SetAccountUse(ctx, accountID, use, on)
	})
}

// Roles lists the AWS accounts and roles that an account of IAM Identity Center
// may use.
func (b *Accounts) Roles(accountID string) ([]wire.AccountRole, error) {
	return home(b.seam, "Accounts.Roles", func(ctx context.Context, f *folder.Folder) ([]wire.AccountRole, error) {
		return f.AccountRoles(ctx, accountID)
	})
}

// SetRole chooses the AWS account and role that an account is used with.
func (b *Accounts) SetRole(accountID, role string) error {
	return homeDo(b.seam, "Accounts.SetRole", func(ctx context.Context, f *folder.Folder) error {
		return f.SetAccountRole(ctx, accountID, role)
	})
}

// SetClientSecret keeps the secret of the client id for a service; an empty one
// takes it away. It never comes back to the page.
func (b *Accounts) SetClientSecret(kind wire.AccountKind, host, secret string) error {
	return homeDo(b.seam, "Accounts.SetClientSecret", func(ctx context.Context, f *folder.Folder) error {
		return f.SetClientSecret(ctx, kind, host, secret)
	})
}

// ExtensionSession returns a token for an extension that the person has let use
// an account.
func (b *Accounts) ExtensionSession(request wire.ExtensionSessionRequest) (wire.ExtensionSession, error) {
	return home(b.seam, "Accounts.ExtensionSession", func(ctx context.Context, f *folder.Folder) (wire.ExtensionSession, error) {
		return f.ExtensionSession(ctx, request)
	})
}
