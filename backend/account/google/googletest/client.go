package googletest

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// client is an OAuth client of the type Desktop app.
type client struct{ options Options }

var _ op.HasRedirectGlobs = client{}

func (c client) GetID() string                       { return c.options.ClientID }
func (c client) RedirectURIs() []string              { return nil }
func (c client) PostLogoutRedirectURIs() []string    { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodPost }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}
func (c client) LoginURL(id string) string                                { return pathSignIn + "?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType                      { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration                           { return c.options.Lifetime }
func (c client) DevMode() bool                                            { return false }
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return same }
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return same
}
func (c client) IsScopeAllowed(string) bool           { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true } // Google's id token says who it is
func (c client) ClockSkew() time.Duration             { return 0 }

// RedirectURIGlobs returns what every desktop client may come back to: any port
// and path of this machine.
func (c client) RedirectURIGlobs() []string {
	return []string{"http://127.0.0.1:*/**", "http://localhost:*/**", "http://[[]::1]:*/**"}
}
func (c client) PostLogoutRedirectURIGlobs() []string { return nil }

func same(scopes []string) []string { return scopes }
