package folder

import (
	"context"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
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
	s := services{
		scopes: map[account.Kind]func(account.Use) []string{account.GitHub: gitHubScopes},
		clientID: map[account.Kind]func(string) string{
			account.GitHub: func(host string) string { return o.Values().GitHubClientIDs[host] },
			account.Google: func(string) string { return o.Values().GoogleClientID },
		},
	}
	return s
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

// gitHubScopes: no smaller scope than repo reads a private repository, see
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps.
func gitHubScopes(use account.Use) []string {
	switch use {
	case account.UsePages, account.UseGitTerminal, account.UseGitAgent:
		return []string{"repo"}
	}
	return nil
}
