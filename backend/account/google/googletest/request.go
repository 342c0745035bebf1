package googletest

import (
	"crypto/rsa"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const keyID = "key-of-the-tests"

// request is an authorization that was asked for.
type request struct {
	id       string
	asked    oidc.AuthRequest
	subject  string // empty until somebody has signed in and allowed it
	authTime time.Time
}

var _ op.AuthRequest = request{}

func (r request) GetID() string          { return r.id }
func (r request) GetACR() string         { return "" }
func (r request) GetAMR() []string       { return nil }
func (r request) GetAudience() []string  { return []string{r.asked.ClientID} }
func (r request) GetAuthTime() time.Time { return r.authTime }
func (r request) GetClientID() string    { return r.asked.ClientID }
func (r request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.asked.CodeChallenge, Method: r.asked.CodeChallengeMethod}
}
func (r request) GetNonce() string                   { return r.asked.Nonce }
func (r request) GetRedirectURI() string             { return r.asked.RedirectURI }
func (r request) GetResponseType() oidc.ResponseType { return r.asked.ResponseType }
func (r request) GetResponseMode() oidc.ResponseMode { return r.asked.ResponseMode }
func (r request) GetScopes() []string                { return r.asked.Scopes }
func (r request) GetState() string                   { return r.asked.State }
func (r request) GetSubject() string                 { return r.subject }
func (r request) Done() bool                         { return r.subject != "" }

// refreshing is a grant whose tokens are renewed.
type refreshing struct{ grant grant }

func (r *refreshing) GetAMR() []string                 { return nil }
func (r *refreshing) GetAudience() []string            { return []string{r.grant.clientID} }
func (r *refreshing) GetAuthTime() time.Time           { return r.grant.authTime }
func (r *refreshing) GetClientID() string              { return r.grant.clientID }
func (r *refreshing) GetScopes() []string              { return r.grant.scopes }
func (r *refreshing) GetSubject() string               { return r.grant.subject }
func (r *refreshing) SetCurrentScopes(scopes []string) { r.grant.scopes = scopes }

// signing is the key that signs tokens, public the half of it that is published.
type (
	signing struct{ key *rsa.PrivateKey }
	public  struct{ key *rsa.PrivateKey }
)

func (s signing) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (s signing) Key() any                                    { return s.key }
func (s signing) ID() string                                  { return keyID }

func (p public) ID() string                         { return keyID }
func (p public) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (p public) Use() string                        { return "sig" }
func (p public) Key() any                           { return &p.key.PublicKey }
