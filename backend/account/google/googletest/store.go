package googletest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var errUnknown = errors.New("not known")

// grant is what a user has allowed, until it is revoked.
type grant struct {
	subject, clientID string
	scopes            []string
	authTime          time.Time
	refresh           string   // empty: no offline access
	access            []string // ids of access tokens
}

// store is the memory of the provider, as package op wants it.
type store struct {
	options Options
	key     *rsa.PrivateKey

	mu       sync.Mutex
	requests map[string]*request // guarded by mu, and what they hold; by id
	codes    map[string]string   // guarded by mu: the id of the request, by code
	grants   []*grant            // guarded by mu
}

var (
	_ op.Storage                   = (*store)(nil)
	_ op.CanSetUserinfoFromRequest = (*store)(nil)
)

func newStore(options Options, key *rsa.PrivateKey) *store {
	return &store{options: options, key: key, requests: map[string]*request{}, codes: map[string]string{}}
}

func (s *store) user(subject string) (User, bool) {
	i := slices.IndexFunc(s.options.Users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return User{}, false
	}
	return s.options.Users[i], true
}

func (s *store) revokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants = nil
}

// clientOf returns the client that a token was given to.
func (s *store) clientOf(token, accessID string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		if g.refresh != "" && g.refresh == token || slices.Contains(g.access, accessID) {
			return g.clientID, true
		}
	}
	return "", false
}

func (s *store) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &request{id: rand.Text(), asked: *asked}
	s.requests[r.id] = r
	return *r, nil
}

func (s *store) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		return *r, nil
	}
	return nil, errUnknown
}

func (s *store) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *store) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *store) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
	return nil
}

// allow notes that somebody gave the right password and clicked on Allow.
func (s *store) allow(id, subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		r.subject, r.authTime = subject, time.Now()
	}
}

func (s *store) CreateAccessToken(_ context.Context, asked op.TokenRequest) (string, time.Time, error) {
	id, _, until := s.issue(asked, false)
	return id, until, nil
}

func (s *store) CreateAccessAndRefreshTokens(_ context.Context, asked op.TokenRequest, current string) (string, string, time.Time, error) {
	if current == "" {
		id, refresh, until := s.issue(asked, true)
		return id, refresh, until, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.byRefresh(current)
	if g == nil {
		return "", "", time.Time{}, errUnknown
	}
	id := rand.Text()
	g.access = append(g.access, id)
	return id, "", time.Now().Add(s.options.Lifetime), nil // Google's stay as they are
}

func (s *store) issue(asked op.TokenRequest, offline bool) (id, refresh string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = rand.Text()
	g := &grant{subject: asked.GetSubject(), clientID: s.options.ClientID, scopes: asked.GetScopes(), access: []string{id}}
	if r, ok := asked.(request); ok {
		g.authTime = r.authTime
	}
	if offline {
		g.refresh = "1//0" + rand.Text() + rand.Text()
	}
	s.grants = append(s.grants, g)
	return id, g.refresh, time.Now().Add(s.options.Lifetime)
}

// byRefresh wants mu to be held.
func (s *store) byRefresh(token string) *grant {
	for _, g := range s.grants {
		if token != "" && g.refresh == token {
			return g
		}
	}
	return nil
}

func (s *store) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.byRefresh(token); g != nil {
		return &refreshing{*g}, nil
	}
	return nil, errUnknown
}

func (s *store) GetRefreshTokenInfo(_ context.Context, _, token string) (userID, tokenID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.byRefresh(token); g != nil {
		return g.subject, token, nil
	}
	return "", "", op.ErrInvalidRefreshToken
}

// RevokeToken ends the whole grant, whichever of its tokens it is given.
func (s *store) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants = slices.DeleteFunc(s.grants, func(g *grant) bool {
		return g.refresh == token || slices.Contains(g.access, token)
	})
	return nil
}

func (s *store) TerminateSession(context.Context, string, string) error { return nil }

func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return signing{s.key}, nil }

func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *store) KeySet(context.Context) ([]op.Key, error) { return []op.Key{public{s.key}}, nil }

func (s *store) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.options.ClientID {
		return nil, errUnknown
	}
	return client{s.options}, nil
}

func (s *store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.options.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.ClientSecret)) != 1 {
		return errUnknown
	}
	return nil
}

func (s *store) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil // SetUserinfoFromRequest does
}

func (s *store) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, asked op.IDTokenRequest, scopes []string) error {
	return s.describe(info, asked.GetSubject(), scopes)
}

func (s *store) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, subject, _ string) error {
	s.mu.Lock()
	var scopes []string
	for _, g := range s.grants {
		if g.subject == subject && slices.Contains(g.access, tokenID) {
			scopes = g.scopes
		}
	}
	s.mu.Unlock()
	if scopes == nil {
		return errUnknown
	}
	return s.describe(info, subject, scopes)
}

func (s *store) describe(info *oidc.UserInfo, subject string, scopes []string) error {
	user, ok := s.user(subject)
	if !ok {
		return errUnknown
	}
	info.Subject = user.Subject
	if slices.Contains(scopes, oidc.ScopeEmail) {
		info.Email, info.EmailVerified = user.Email, true
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		info.Name, info.Picture = user.Name, user.Picture
		if info.Picture == "" {
			info.Picture = "https://" + hostPictures + pathPicture + user.Subject + "=s96-c"
		}
	}
	return nil
}

func (s *store) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnknown
}

func (s *store) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *store) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

func (s *store) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}

func (s *store) Health(context.Context) error { return nil }
