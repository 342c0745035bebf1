// Package googletest is Google's sign-in on this machine, for tests: the OpenID
// provider of zitadel/oidc under Google's own names, with a page to sign in at.
//
// What is Google's own way and not the standard's is kept: a client secret is
// wanted also with a proof key, offline access is asked for with access_type and
// not with a scope, a refresh token stays the same over its refreshes and comes
// only where consent is given, revoking wants no client, and revoking either
// token ends both.
//
// # Promises
//
// It reaches nothing: it is a handler that somebody serves for [Hosts]. It lets
// nobody in without the user's password and the click on Allow, and gives no token
// without the client's secret and the verifier of its S256 challenge. What [Fault]s
// make wrong is wrong on the wire: tokens are signed again with the key that they
// claim, or with another one.
package googletest

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// Issuer is Google's.
const Issuer = "https://accounts.google.com"

const (
	keyBits = 2048

	hostAccounts = "accounts.google.com"
	hostTokens   = "oauth2.googleapis.com"
	hostKeys     = "www.googleapis.com"
	hostUserinfo = "openidconnect.googleapis.com"
	hostPictures = "lh3.googleusercontent.com"

	pathAuthorize = "/o/oauth2/v2/auth"
	pathSignIn    = "/signin"
	pathToken     = "/token"
	pathRevoke    = "/revoke"
	pathKeys      = "/oauth2/v3/certs"
	pathUserinfo  = "/v1/userinfo"
	pathPicture   = "/a/"
)

// Hosts returns the names that the handler answers for.
func Hosts() []string {
	return []string{hostAccounts, hostTokens, hostKeys, hostUserinfo, hostPictures}
}

// User is somebody who can sign in.
type User struct {
	Subject  string
	Email    string
	Password string
	Name     string
	Picture  string // its address; empty: one at this server
}

// Options configure [New]. The zero value is usable.
type Options struct {
	ClientID     string          // empty: [DefaultClientID]
	ClientSecret string          // empty: [DefaultClientSecret]
	Users        []User          // none: Ada Lovelace and Grace Hopper
	Lifetime     time.Duration   // of access and id tokens; zero: an hour
	Key          *rsa.PrivateKey // that signs tokens; nil: a new one
}

// The client and its secret where [Options] name none.
const (
	DefaultClientID     = "424242424242-keel.apps.googleusercontent.com"
	DefaultClientSecret = "GOCSPX-secret-of-the-client-in-tests"
)

// withDefaults fills in what is not given.
func (o Options) withDefaults() Options {
	if o.ClientID == "" {
		o.ClientID = DefaultClientID
	}
	if o.ClientSecret == "" {
		o.ClientSecret = DefaultClientSecret
	}
	if len(o.Users) == 0 {
		o.Users = []User{
			{Subject: "110169484474386276334", Email: "ada@example.com", Password: "engine", Name: "Ada Lovelace"},
			{Subject: "110169484474386276335", Email: "grace@example.com", Password: "compiler", Name: "Grace Hopper"},
		}
	}
	if o.Lifetime == 0 {
		o.Lifetime = time.Hour
	}
	return o
}

// Server is Google. It is safe for concurrent use.
type Server struct {
	options  Options
	store    *store
	provider *op.Provider

	mu       sync.Mutex
	faults   map[Fault]bool // guarded by mu
	clock    time.Duration  // guarded by mu: how far id tokens are ahead
	refusal  string         // guarded by mu: the error that authorizing ends with
	answer   string         // guarded by mu: the error that the token endpoint gives
	issued   []string       // guarded by mu
	requests map[string]int // guarded by mu: by host and path
}

// New returns a server.
func New(options Options) (*Server, error) {
	s := &Server{options: options.withDefaults(), faults: map[Fault]bool{}, requests: map[string]int{}}
	if s.options.Key == nil {
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return nil, fmt.Errorf("making a key: %w", err)
		}
		s.options.Key = key
	}
	s.store = newStore(s.options)
	var sealing [32]byte
	_, _ = rand.Read(sealing[:]) // never fails
	provider, err := op.NewProvider(&op.Config{
		CryptoKey:             sealing,
		CodeMethodS256:        true,
		AuthMethodPost:        true,
		GrantTypeRefreshToken: true,
		SupportedScopes:       []string{"openid", "email", "profile"},
	}, s.store, op.StaticIssuer(Issuer),
		op.WithCustomAuthEndpoint(op.NewEndpoint(pathAuthorize)),
		op.WithCustomTokenEndpoint(op.NewEndpointWithURL(pathToken, "https://"+hostTokens+pathToken)),
		op.WithCustomRevocationEndpoint(op.NewEndpointWithURL(pathRevoke, "https://"+hostTokens+pathRevoke)),
		op.WithCustomKeysEndpoint(op.NewEndpointWithURL(pathKeys, "https://"+hostKeys+pathKeys)),
		op.WithCustomUserinfoEndpoint(op.NewEndpointWithURL(pathUserinfo, "https://"+hostUserinfo+pathUserinfo)),
	)
	if err != nil {
		return nil, fmt.Errorf("making the provider: %w", err)
	}
	s.provider = provider
	return s, nil
}

// Users returns who can sign in.
func (s *Server) Users() []User { return slices.Clone(s.options.Users) }

// ClientID returns the id of its client.
func (s *Server) ClientID() string { return s.options.ClientID }

// ClientSecret returns the secret of its client.
func (s *Server) ClientSecret() string { return s.options.ClientSecret }

// Issued returns every code and token that was given out: what a search for
// leaked secrets looks for.
func (s *Server) Issued() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}

// Requests returns how often each address was asked for, such as
// "oauth2.googleapis.com/token".
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// RevokeAll takes back every grant, as a person does at their account's page.
func (s *Server) RevokeAll() { s.store.revokeAll() }

// Handler answers for [Hosts].
func (s *Server) Handler() http.Handler {
	routes := map[string]http.HandlerFunc{
		hostAccounts + "/.well-known/openid-configuration": s.provider.ServeHTTP,
		hostAccounts + pathAuthorize:                       s.authorize,
		hostAccounts + pathAuthorize + "/callback":         s.comeBack,
		hostAccounts + pathSignIn:                          s.signIn,
		hostTokens + pathToken:                             s.token,
		hostTokens + pathRevoke:                            s.revoke,
		hostKeys + pathKeys:                                s.provider.ServeHTTP,
		hostUserinfo + pathUserinfo:                        s.provider.ServeHTTP,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		s.mu.Lock()
		s.requests[host+r.URL.Path]++
		s.mu.Unlock()
		if handle, ok := routes[host+r.URL.Path]; ok {
			handle(w, r)
			return
		}
		if host == hostPictures && strings.HasPrefix(r.URL.Path, pathPicture) {
			s.servePicture(w, r)
			return
		}
		http.NotFound(w, r)
	})
}
