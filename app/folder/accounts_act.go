package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
)

// SignIn starts a sign-in: for the account that is named, with the rights that it
// has, or for anyone with those that every sign-in asks for; and with what the use
// needs that is switched on afterwards.
func (f *Folder) SignIn(ctx context.Context, request wire.SignInRequest) (string, error) {
	if len(request.Scopes) > scopesMost || slices.ContainsFunc(request.Scopes, func(scope string) bool { return !plainName(scope) }) {
		return "", &wire.Error{Code: wire.CodeInvalid, Message: "What is asked for beside the sign-in are no rights that a service has; nothing was begun.", Hint: "Sign in on the Accounts page (Keel: Show Accounts), or update the extension that asked."}
	}
	asked := account.Request{
		Kind: account.Kind(request.Kind), Host: request.Host, Method: account.Method(request.Method),
		Start: request.Start, Region: request.Region, Share: request.Share, Use: account.Use(request.Use),
	}
	if request.AccountID != "" {
		known, err := f.Accounts.Find(request.AccountID)
		if err != nil {
			return "", err
		}
		asked.Kind, asked.Host, asked.Start, asked.Region = known.Kind, known.Host, known.Start, known.Region
		asked.Scopes = slices.Clone(known.Scopes)
	}
	asked.Scopes = append(asked.Scopes, uncovered(asked.Scopes, request.Scopes)...)
	if asked.Use != "" {
		asked.Scopes = append(asked.Scopes, uncovered(asked.Scopes, f.Accounts.services.needs(asked.Kind, asked.Use))...)
	}
	return f.Accounts.Begin(ctx, asked)
}

// keepSignIn keeps in the audit log that somebody signs in, and for what.
func (f *Folder) keepSignIn(ctx context.Context, one account.Account) error {
	reason := rights(one.Scopes)
	for _, use := range one.Uses {
		title, _ := useWords(one, use)
		reason += " On for " + title + "."
	}
	return f.auditTrust(ctx, trustChange{What: "Signed in at " + one.Host, Pattern: AccountLabel(one), Reason: strings.TrimSpace(reason)})
}

func rights(scopes []string) string {
	if len(scopes) == 0 {
		return ""
	}
	return "With the rights " + strings.Join(scopes, ", ") + "."
}

// SignOut takes an account's tokens back and forgets it.
func (f *Folder) SignOut(ctx context.Context, accountID string) error {
	known, err := f.Accounts.Find(accountID)
	if err != nil {
		return err
	}
	change := trustChange{What: "Signed out at " + known.Host, Pattern: AccountLabel(known), Tightens: true}
	if err := f.auditTrust(ctx, change); err != nil {
		return err
	}
	// That the service could not be told is for the person: the account is gone.
	err = f.Accounts.SignOut(ctx, accountID)
	if _, still := f.Accounts.Get(accountID); still {
		change.Reason = "It did not come to that."
		err = errors.Join(err, f.auditTrust(ctx, change))
	}
	return err
}

// SetAccountUse switches a use of an account on or off. Where the account's token
// has not the rights for it, a sign-in starts that asks for them.
func (f *Folder) SetAccountUse(ctx context.Context, accountID, use string, on bool) error {
	known, err := f.Accounts.Find(accountID)
	if err != nil {
		return err
	}
	asked := account.Use(use)
	if on && slices.Contains(account.UsesOf(known), asked) && f.Accounts.obstacle(known, asked) == "" && len(f.Accounts.lacks(known, asked)) > 0 {
		_, err := f.SignIn(ctx, wire.SignInRequest{AccountID: accountID, Use: use})
		return err
	}
	title, detail := useWords(known, asked)
	if detail == "" { // there is no such use, which need not be in the log
		return f.Accounts.SetUse(ctx, accountID, asked, on)
	}
	change := trustChange{What: "Switched an account on for " + title, Pattern: AccountLabel(known), Reason: "At " + known.Host + "."}
	if !on {
		change.What, change.Tightens = "Switched an account off for "+title, true
	}
	return f.changed(ctx, change, func() error { return f.Accounts.SetUse(ctx, accountID, asked, on) })
}

// AccountRoles lists the AWS accounts and roles of an account.
func (f *Folder) AccountRoles(ctx context.Context, accountID string) ([]wire.AccountRole, error) {
	known, err := f.Accounts.Find(accountID)
	if err != nil {
		return nil, err
	}
	roles := f.Accounts.services.roles
	if known.Kind != account.AWS || roles == nil {
		return nil, &account.Error{Message: "This account has no roles to choose from."}
	}
	token, err := f.Accounts.Token(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return roles(ctx, known, token)
}

// SetAccountRole chooses the AWS account and role that an account is used with;
// the first one switches it on for Amazon Bedrock where no other account is.
func (f *Folder) SetAccountRole(ctx context.Context, accountID, role string) error {
	known, err := f.Accounts.Find(accountID)
	if err != nil {
		return err
	}
	change := trustChange{What: "Chose an AWS account and role", Pattern: AccountLabel(known), Reason: fmt.Sprintf("At %s: %q.", known.Host, role)}
	return f.changed(ctx, change, func() error { return f.Accounts.SetRole(ctx, accountID, role) })
}

// SetClientSecret keeps the secret of a client id; an empty one deletes it.
func (f *Folder) SetClientSecret(ctx context.Context, kind wire.AccountKind, host, secret string) error {
	id := ""
	hosts := f.Accounts.Hosts(ctx)[account.Kind(kind)]
	takes := slices.ContainsFunc(hosts, func(known account.Host) bool { return known.Host == host })
	if of := f.Accounts.services.clientID[account.Kind(kind)]; of != nil && takes {
		id = of(host)
	}
	if id == "" {
		return &wire.Error{Code: wire.CodeNotFound, Message: "No client id is set for this service, so there is nothing to keep a secret for.", Hint: "Set the client id first."}
	}
	name := clientSecretName(account.Kind(kind), host, id)
	secret = strings.TrimSpace(secret)
	if strings.ContainsFunc(secret, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r > unicode.MaxASCII }) || len(secret) > keyLimit {
		return &wire.Error{Code: wire.CodeInvalid, Message: "This cannot be a client secret; nothing was kept.", Hint: "Copy the secret alone, without blanks or quotation marks around it."}
	}
	change, act := trustChange{What: "Kept a client secret", Pattern: host}, func() error { return f.secrets.Put(ctx, name, secret) }
	if secret == "" {
		change, act = trustChange{What: "Deleted a client secret", Pattern: host, Tightens: true}, func() error { return f.secrets.Remove(ctx, name) }
	}
	if err := f.changed(ctx, change, act); err != nil {
		return err
	}
	f.tellAccounts(ctx)
	return nil
}

// ExtensionSession returns a token for an extension that the person has let use
// an account.
func (f *Folder) ExtensionSession(ctx context.Context, request wire.ExtensionSessionRequest) (wire.ExtensionSession, error) {
	known, err := f.Accounts.Find(request.AccountID)
	if err != nil {
		return wire.ExtensionSession{}, err
	}
	if !plainName(request.ExtensionID) {
		return wire.ExtensionSession{}, &wire.Error{Code: wire.CodeInvalid, Message: "Nobody says who wants the account; it was not given.", Hint: "Update the extension that asked."}
	}
	if known.Kind == account.AWS {
		return wire.ExtensionSession{}, &wire.Error{Code: wire.CodeNotAllowed, Message: "Extensions are not given AWS accounts; it was not given.", Hint: "Use the AWS CLI's profiles with that extension."}
	}
	if lacking := missing(known, request.Scopes); len(lacking) > 0 {
		return wire.ExtensionSession{}, &wire.Error{
			Code:    wire.CodeNotAllowed,
			Message: fmt.Sprintf("%s at %s is signed in without the right %q that the extension asks for.", AccountLabel(known), known.Host, shortRights(lacking)),
			Hint:    "Sign in again for more, on the Accounts page (Keel: Show Accounts).",
		}
	}
	token, err := f.Accounts.Token(ctx, request.AccountID)
	if err != nil {
		return wire.ExtensionSession{}, err
	}
	if err := f.auditTrust(ctx, trustChange{
		What: "Gave an extension an account", Pattern: request.ExtensionID,
		Reason: fmt.Sprintf("As %s at %s. %s", AccountLabel(known), known.Host, rights(known.Scopes)), // which the token has, whatever was asked for
	}); err != nil {
		return wire.ExtensionSession{}, err
	}
	f.options.Log.Info("gave an extension an account", "extension", request.ExtensionID, "account", request.AccountID)
	return wire.ExtensionSession{Token: token.Access}, nil
}

// Bounds of what an extension asks with.
const (
	scopesMost = 100
	nameMost   = 256 // bytes
)

// plainName tells whether a name has nothing but what is seen as it is.
func plainName(name string) bool {
	return name != "" && len(name) <= nameMost && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

// shortRights are the first of them, fit to be shown.
func shortRights(scopes []string) string {
	shown := slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !plainName(scope) })
	return strings.Join(shown[:min(len(shown), 5)], " ")
}
