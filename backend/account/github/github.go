// Package github signs in at github.com and at GitHub Enterprise hosts.
//
// Two ways are spoken: the device flow, for which a client id is enough, and,
// where a client secret is kept, the web flow with PKCE and a listener on this
// machine. GitHub lets no public client use the web flow, so the first is what
// is offered first. See
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps.
//
// # Promises
//
// A token is sent to the API of the host that gave it, over TLS, and nowhere
// else, whatever redirects say; so is the client secret. A name, an address or a
// picture that cannot be had is left out and fails no sign-in. What GitHub
// answers is never shown as it is: errors are in words of Keel's own.
package github

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// Public is the host that everybody knows.
const Public = "github.com"

// Setting is the setting that names client ids.
const Setting = "keelAgent.accounts.githubClientIds"

// Options configure [New]. The zero value is usable, and offers no sign-in.
type Options struct {
	// ClientIDs are the client ids of the settings, by host. Nil: none.
	ClientIDs func() map[string]string
	// ClientID is that of github.com where the settings name none; may be empty.
	ClientID string
	// ClientSecret returns the secret that is kept for a client id, or "". Nil: none
	// can be kept.
	ClientSecret func(ctx context.Context, host, clientID string) (string, error)
	// HTTP reaches the hosts. Nil: http.DefaultClient.
	HTTP *http.Client
	// Now tells the time. Nil: time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.ClientIDs == nil {
		o.ClientIDs = func() map[string]string { return nil }
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Service signs in at GitHub. It keeps no state and is safe for concurrent use.
type Service struct {
	options Options
}

var _ account.Service = (*Service)(nil)

// New returns the service. It reaches nothing.
func New(options Options) *Service { return &Service{options.withDefaults()} }

// Kind returns [account.GitHub].
func (s *Service) Kind() account.Kind { return account.GitHub }

// clientIDs are the client ids by host, in the form that [Host] gives; names of
// hosts that are none are left out.
func (s *Service) clientIDs() map[string]string {
	ids := map[string]string{}
	if s.options.ClientID != "" {
		ids[Public] = s.options.ClientID
	}
	for name, id := range s.options.ClientIDs() {
		if host, err := Host(name); err == nil && strings.TrimSpace(id) != "" {
			ids[host] = strings.TrimSpace(id)
		}
	}
	return ids
}

// ClientID is the client id that Keel has at a host now, or "".
func (s *Service) ClientID(host string) string {
	host, err := Host(orPublic(host))
	if err != nil {
		return ""
	}
	return s.clientIDs()[host]
}

// Hosts returns github.com and the hosts that the settings name.
func (s *Service) Hosts(ctx context.Context) []account.Host {
	ids := s.clientIDs()
	names := []string{Public}
	for host := range ids {
		if host != Public {
			names = append(names, host)
		}
	}
	slices.Sort(names[1:])
	hosts := make([]account.Host, len(names))
	for i, name := range names {
		at := place{host: name, clientID: ids[name]}
		hosts[i] = account.Host{
			Host: name, Title: at.title(), Setting: Setting,
			SetupAddress: at.web("settings", "applications", "new"),
			TakesSecret:  s.options.ClientSecret != nil && at.clientID != "",
		}
		if at.clientID == "" {
			hosts[i].Setup = at.setup()
			continue
		}
		// Where secrets cannot be read now, the way without one is there all the same.
		secret, err := s.secret(ctx, at)
		hosts[i].HasSecret = err == nil && secret != ""
		hosts[i].Methods = []account.Method{account.Device}
		if hosts[i].HasSecret {
			hosts[i].Methods = append(hosts[i].Methods, account.Browser)
		}
	}
	return hosts
}

// secret is the client secret that is kept, or "".
func (s *Service) secret(ctx context.Context, at place) (string, error) {
	if s.options.ClientSecret == nil || at.clientID == "" {
		return "", nil
	}
	return s.options.ClientSecret(ctx, at.host, at.clientID)
}

// SignIn signs somebody in.
func (s *Service) SignIn(ctx context.Context, request account.Request, talk account.Conversation) (account.Grant, error) {
	host, err := Host(orPublic(request.Host))
	if err != nil {
		return account.Grant{}, err
	}
	at := place{host: host, clientID: s.clientIDs()[host]}
	if at.clientID == "" {
		return account.Grant{}, &account.Error{
			Message: "Keel has no client id for " + at.title() + ", so nobody can sign in there.",
			Hint:    strings.Join(at.setup(), " "),
		}
	}
	talk.Show(account.Progress{Stage: account.Starting})
	scopes := wanted(request.Scopes)
	var grant account.Grant
	switch request.Method {
	case account.Device, "":
		grant.Token, err = s.device(ctx, at, scopes, talk)
	case account.Browser:
		grant.Token, grant.Ended, err = s.browser(ctx, at, scopes, talk)
	default:
		err = &account.Error{Message: at.title() + " has no such way to sign in.", Hint: "Choose another one."}
	}
	if err != nil {
		return grant, err
	}
	talk.Show(account.Progress{Stage: account.Finishing})
	grant.Account, err = s.who(ctx, at, grant.Token)
	return grant, err
}

// Refresh gets a new token with the refresh token that expiring ones of GitHub
// Apps come with. Tokens of OAuth apps have none: they are good until they are
// taken back.
func (s *Service) Refresh(ctx context.Context, a account.Account, t account.Token) (account.Token, error) {
	at := s.placeOf(a, t)
	if t.Refresh == "" {
		return account.Token{}, ended(at, account.ErrRevoked)
	}
	form := map[string]string{"client_id": at.clientID, "grant_type": "refresh_token", "refresh_token": t.Refresh}
	secret, err := s.secret(ctx, at)
	if err != nil {
		return account.Token{}, err
	}
	if secret != "" { // one that came by the device flow needs none
		form["client_secret"] = secret
	}
	answer, err := s.token(ctx, at, form)
	if err != nil {
		return account.Token{}, err
	}
	return s.made(at, answer), nil
}

// placeOf is where an account is, with the client id that its token was made
// for.
func (s *Service) placeOf(a account.Account, t account.Token) place {
	at := place{host: orPublic(a.Host), clientID: t.Client}
	if at.clientID == "" {
		at.clientID = s.ClientID(at.host)
	}
	return at
}

func orPublic(host string) string {
	if host == "" {
		return Public
	}
	return host
}
