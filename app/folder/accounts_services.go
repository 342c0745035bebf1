package folder

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/account/google"
)

// clientSecrets returns the secret that is kept for a client id, or "".
type clientSecrets func(ctx context.Context, kind account.Kind, host, clientID string) (string, error)

// services are the services to sign in at, with what only one of them knows.
type services struct {
	all []account.Service
	// roles lists the AWS accounts and roles of an account; nil: there are none.
	roles func(ctx context.Context, one account.Account, t account.Token) ([]wire.AccountRole, error)
	// starts lists the identity centres that the AWS configuration knows; nil: none.
	starts func(ctx context.Context) []wire.AccountStart
	// scopes is what a token needs for a use, by kind; nil: nothing beyond a sign-in.
	scopes map[account.Kind]func(account.Use) []string
	// clientID is the id that the settings or the build name for a host, by kind.
	clientID map[account.Kind]func(host string) string
}

// newServices makes the built-in ones: GitHub, Google, AWS.
func newServices(o AccountsOptions, secrets clientSecrets) services {
	environ := o.Environ
	if environ == nil {
		environ = os.Environ
	}
	client := &http.Client{Transport: o.HTTP}
	hub := github.New(github.Options{
		ClientIDs: func() map[string]string { return o.Values().GitHubClientIDs },
		ClientID:  gitHubClientID,
		ClientSecret: func(ctx context.Context, host, clientID string) (string, error) {
			return secrets(ctx, account.GitHub, host, clientID)
		},
		HTTP: client,
	})
	googleID := func() string { return o.Values().GoogleClientID }
	goo := google.New(google.Options{
		ClientID: googleID,
		ClientSecret: func(ctx context.Context) (string, error) {
			return secrets(ctx, account.Google, "accounts.google.com", googleID())
		},
		BuiltIn: builtInGoogle(),
		HTTP:    client,
	})
	centre := newIdentityCenter(o.HTTP, environ)
	return services{
		all: []account.Service{hub, goo, centre},
		roles: func(ctx context.Context, one account.Account, t account.Token) ([]wire.AccountRole, error) {
			return accountRoles(ctx, centre, one, t)
		},
		starts: func(ctx context.Context) []wire.AccountStart { return accountStarts(ctx, centre) },
		scopes: map[account.Kind]func(account.Use) []string{account.GitHub: github.Scopes},
		clientID: map[account.Kind]func(string) string{
			account.GitHub: hub.ClientID,
			account.Google: func(string) string { return cmp.Or(googleID(), googleClientID) },
		},
	}
}

// put adds a service, in the place of one of the same kind.
func (s *services) put(given account.Service) {
	at := slices.IndexFunc(s.all, func(other account.Service) bool { return other.Kind() == given.Kind() })
	if at < 0 {
		s.all = append(s.all, given)
		return
	}
	s.all[at] = given
}

// needs is what a token of an account needs for a use.
func (s *services) needs(kind account.Kind, use account.Use) []string {
	if scopes := s.scopes[kind]; scopes != nil {
		return scopes(use)
	}
	return nil
}
