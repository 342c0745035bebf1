package identitycenter

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/keel-ide/keel/backend/account"
)

// Refresh gets a new token. Where the token is the AWS CLI's as well, the one
// that the CLI may have got meanwhile is taken, and the new one written there.
func (s *Service) Refresh(ctx context.Context, a account.Account, t account.Token) (account.Token, error) {
	at, held := centreFor(a), keepOf(t)
	if held.cache != "" {
		if cached, ok := s.readCache(held.cache, at); ok && cached.AccessToken != t.Access {
			if cached.good(s.options.Now()) {
				return cached.token(held.cache), nil
			}
			held = cached.keep(held.cache)
			t.Refresh = cmp.Or(cached.RefreshToken, t.Refresh)
		}
	}
	if t.Refresh == "" || held.ID == "" {
		return account.Token{}, ended("It cannot be renewed without you.", nil)
	}
	if !s.options.Now().Before(held.Ends) {
		return account.Token{}, ended("Keel's registration there is 90 days old and has ended.", nil)
	}
	answer, err := s.oidc(at.region).CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: &held.ID, ClientSecret: &held.Secret, GrantType: aws.String(refreshGrant), RefreshToken: &t.Refresh,
	})
	if ctx.Err() != nil {
		return account.Token{}, ctx.Err()
	}
	if err != nil {
		return account.Token{}, refused(err, at)
	}
	fresh := s.token(held, answer)
	fresh.Refresh = cmp.Or(fresh.Refresh, t.Refresh)
	if fresh.Access == "" {
		return account.Token{}, &account.Error{Message: title + " answered without a token; nothing was changed.", Hint: "Try again in a minute."}
	}
	if held.cache != "" {
		// Where it cannot be written, the CLI asks for a sign-in of its own.
		_ = s.share(held, fresh)
	}
	return fresh, nil
}

// refused says what the refusal of a refresh means.
func refused(err error, at centre) error {
	switch code(err) {
	case "InvalidGrantException":
		return ended("It was taken back, or your identity centre's limit for a session was reached.", err)
	case "ExpiredTokenException":
		return ended("Your identity centre's limit for a session was reached.", err)
	case "InvalidClientException":
		return ended("Your identity centre does not know Keel's registration any more.", err)
	case "UnauthorizedClientException", "UnsupportedGrantTypeException", "InvalidScopeException":
		return ended("Your identity centre does not let Keel renew it.", err)
	case "AccessDeniedException":
		return ended("Your identity centre does not let you in any more.", err)
	}
	return unexpected(err, at)
}

// ended is for a sign-in that needs the person again; err may be nil.
func ended(why string, err error) error {
	revoked := account.ErrRevoked
	if err != nil {
		revoked = fmt.Errorf("%w: %w", account.ErrRevoked, err)
	}
	return &account.Error{
		Message: "Your sign-in at " + title + " has ended. " + why,
		Hint:    "Sign in again on the Accounts page (Keel: Show Accounts).",
		Err:     revoked,
	}
}

// Revoke signs out at the service, and takes away the AWS CLI's copy of the
// token where there is one.
func (s *Service) Revoke(ctx context.Context, a account.Account, t account.Token) error {
	_, err := s.portal(a.Region).Logout(ctx, &sso.LogoutInput{AccessToken: &t.Access})
	if cache := keepOf(t).cache; cache != "" {
		if removed := s.unshare(cache, centreFor(a), t); removed != nil && err == nil {
			return &account.Error{
				Message: "The AWS CLI's copy of the token could not be deleted; it is of no use any more.",
				Hint:    "Delete it in ~/.aws/sso/cache.",
				Err:     removed,
			}
		}
	}
	switch {
	case err == nil || code(err) == "UnauthorizedException":
		return nil // what is not known there is gone
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return unexpected(err, centreFor(a))
}
