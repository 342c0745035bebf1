package google

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account"
)

// skew is how far Google's clock and this machine's may be apart.
const skew = 5 * time.Minute

// identity is what a checked id token says.
type identity struct {
	subject string
	expiry  time.Time
	claims
}

type claims struct {
	Name      string          `json:"name"`
	Email     string          `json:"email"`
	Verified  json.RawMessage `json:"email_verified"` // true or "true"
	Picture   string          `json:"picture"`
	Party     string          `json:"azp"`
	NotBefore int64           `json:"nbf"`
}

// email returns an address only where Google knows that it is the person's.
func (c claims) email() string {
	if string(c.Verified) != "true" && string(c.Verified) != `"true"` {
		return ""
	}
	return c.Email
}

// token takes over what the token endpoint gave.
func (s *Service) token(given *oauth2.Token, asked []string) account.Token {
	t := account.Token{Access: given.AccessToken, Refresh: given.RefreshToken, Expiry: given.Expiry, Scopes: asked}
	t.ID, _ = given.Extra("id_token").(string)
	if scope, _ := given.Extra("scope").(string); scope != "" {
		t.Scopes = strings.Fields(scope)
	}
	return t
}

// keys notes why keys could not be fetched, which the verifier says as text only.
type keys struct {
	oidc.KeySet
	failed error
}

func (k *keys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	if asked, ok := errors.AsType[*url.Error](err); ok {
		k.failed = asked
	}
	return payload, err
}

// verify checks an id token; an empty nonce is not compared, as a refreshed one
// has none (OpenID Connect Core, 12.2). The context is one of with.
func (s *Service) verify(ctx context.Context, provider *oidc.Provider, client Client, token account.Token, nonce string) (identity, error) {
	if token.ID == "" {
		return identity{}, untrusted("holds no id token", hintAgain)
	}
	var endpoints struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&endpoints); err != nil {
		return identity{}, strangeAnswer()
	}
	set := &keys{KeySet: oidc.NewRemoteKeySet(ctx, endpoints.Keys)}
	config := oidc.Config{
		ClientID:             client.ID,
		SupportedSigningAlgs: []string{oidc.RS256}, // the one that Google uses
		SkipExpiryCheck:      true,                 // see timely, which allows for a skew
	}
	checked, err := oidc.NewVerifier(issuer, set, &config).Verify(ctx, token.ID)
	switch {
	case set.failed != nil:
		return identity{}, unanswered(set.failed)
	case err != nil:
		return identity{}, distrust(ctx, set, token.ID, client)
	}
	who := identity{subject: checked.Subject, expiry: checked.Expiry}
	if err := checked.Claims(&who.claims); err != nil || who.subject == "" {
		return identity{}, untrusted("holds an id token that does not say who it is", hintAgain)
	}
	if err := timely(s.options.Now(), checked, who.NotBefore); err != nil {
		return identity{}, err
	}
	return who, bound(checked, who.Party, client, token.Access, nonce)
}

// bound checks that the token belongs to this client, this sign-in and this access
// token.
func bound(checked *oidc.IDToken, party string, client Client, access, nonce string) error {
	if party != "" && party != client.ID || party == "" && len(checked.Audience) > 1 {
		return untrusted("holds an id token that was made for another program", hintClient)
	}
	if nonce != "" && subtle.ConstantTimeCompare([]byte(checked.Nonce), []byte(nonce)) != 1 {
		return untrusted("belongs to another sign-in", hintAgain)
	}
	if checked.AccessTokenHash != "" && checked.VerifyAccessToken(access) != nil {
		return untrusted("holds two tokens that do not belong together", hintAgain)
	}
	return nil
}

// timely checks that a token is of now, as far as the two clocks agree.
func timely(now time.Time, checked *oidc.IDToken, notBefore int64) error {
	begin := checked.IssuedAt
	if nbf := time.Unix(notBefore, 0); notBefore != 0 && nbf.After(begin) {
		begin = nbf
	}
	switch {
	case begin.After(now.Add(skew)):
		return clocks("is behind Google's by", begin.Sub(now))
	case !checked.Expiry.After(now.Add(-skew)):
		return clocks("is ahead of Google's by", now.Sub(checked.IssuedAt))
	}
	return nil
}

// distrust says why a token was not taken: it is looked at once more for its
// signature alone, to tell a forged one from one that is for somebody else.
func distrust(ctx context.Context, set oidc.KeySet, token string, client Client) error {
	config := oidc.Config{SupportedSigningAlgs: []string{oidc.RS256}, SkipClientIDCheck: true, SkipIssuerCheck: true, SkipExpiryCheck: true}
	signed, err := oidc.NewVerifier(issuer, set, &config).Verify(ctx, token)
	switch {
	case err != nil:
		return untrusted("holds an id token that Google did not sign", hintNetwork)
	case !slices.Contains(signed.Audience, client.ID):
		return untrusted("holds an id token that was made for another program", hintClient)
	default:
		return untrusted("holds an id token of another service", hintNetwork)
	}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
