package google

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account"
)

// largestAnswer is more than any answer of the protocol has, in bytes.
const largestAnswer = 1 << 20

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// with returns a context that brings the client for the libraries along. All that
// they ask ends with ctx, also the keys, which one of them fetches under a context
// of its own; answers are cut off, and redirects are no answer.
func (s *Service) with(ctx context.Context) context.Context {
	next := s.options.HTTP.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	return oidc.ClientContext(ctx, &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(r.WithContext(ctx))
			if err == nil {
				response.Body = struct {
					io.Reader
					io.Closer
				}{io.LimitReader(response.Body, largestAnswer), response.Body}
			}
			return response, err
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// discover asks where Google's endpoints are. The context is one of with.
func discover(ctx context.Context) (*oidc.Provider, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, unanswered(err)
	}
	var endpoints struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&endpoints); err != nil {
		return nil, strangeAnswer()
	}
	for _, address := range []string{provider.Endpoint().AuthURL, provider.Endpoint().TokenURL, endpoints.Keys} {
		if !isGoogle(address) {
			return nil, strangeAnswer()
		}
	}
	return provider, nil
}

// isGoogle tells whether an address is one of Google's: what is found there gets
// the client's secret and the code, or says whom to believe.
func isGoogle(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "https" || parsed.User != nil {
		return false
	}
	return strings.HasSuffix(parsed.Host, ".google.com") || strings.HasSuffix(parsed.Host, ".googleapis.com")
}

func configure(provider *oidc.Provider, client Client, redirect string, scopes []string) *oauth2.Config {
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams // as Google documents it; not found out by trying
	return &oauth2.Config{ClientID: client.ID, ClientSecret: client.Secret, Endpoint: endpoint, RedirectURL: redirect, Scopes: scopes}
}

// unanswered is an error of asking, in words.
func unanswered(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return account.Unreachable(name, err)
	}
	return strangeAnswer()
}

// ended prefers the context's own error, which is how the caller knows that it was
// the person who ended it.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
