package github

import (
	"errors"
	"io"
	"net/http"
	"time"

	rest "github.com/google/go-github/v75/github"
)

const userAgent = "Keel"

// Limits of a request to the API.
const (
	mostReply     = 8 << 20 // bytes
	mostRedirects = 5
)

// errElsewhere ends a request that a redirect leads to another host.
var errElsewhere = errors.New("a redirect leads to another host")

// API returns a client of a host's REST API that asks with a token, or as anybody
// where that is empty. It follows redirects on that host only, such as those of
// repositories that were renamed, and shows the token to nobody else: what go-github
// itself offers would send it wherever a redirect leads.
func API(through *http.Client, host, token string) *rest.Client {
	return clientOf(through, host, func(request *http.Request) {
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
	})
}

// clientOf returns a client of a host's REST API whose requests sign makes known.
func clientOf(through *http.Client, host string, sign func(*http.Request)) *rest.Client {
	base := apiOf(host)
	next := through.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	client := rest.NewClient(&http.Client{
		Timeout:   through.Timeout,
		Transport: only{host: base.Host, sign: sign, next: next},
		CheckRedirect: func(_ *http.Request, before []*http.Request) error {
			if len(before) > mostRedirects {
				return errElsewhere
			}
			return nil
		},
	})
	client.BaseURL = base
	client.UserAgent = userAgent
	return client
}

// only sends requests to one host, over TLS; all others end here.
type only struct {
	host string
	sign func(*http.Request)
	next http.RoundTripper
}

func (o only) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" || request.URL.Host != o.host {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, errElsewhere
	}
	request = request.Clone(request.Context())
	o.sign(request)
	response, err := o.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, mostReply), response.Body}
	return response, nil
}

// Refusal is an answer of the API other than the one that was asked for.
type Refusal struct {
	Status int
	// SignIn is set where an organisation wants the person to sign in to it first.
	SignIn bool
	// Until is when the limit of requests is over; zero where none is reached.
	Until time.Time
}

// Refused tells how the API refused, where err is that it did.
func Refused(err error, now time.Time) (Refusal, bool) {
	if limit, ok := errors.AsType[*rest.RateLimitError](err); ok {
		return Refusal{Status: http.StatusForbidden, Until: limit.Rate.Reset.Time}, true
	}
	if limit, ok := errors.AsType[*rest.AbuseRateLimitError](err); ok {
		wait := time.Minute
		if limit.RetryAfter != nil {
			wait = *limit.RetryAfter
		}
		return Refusal{Status: http.StatusForbidden, Until: now.Add(wait)}, true
	}
	refused, ok := errors.AsType[*rest.ErrorResponse](err)
	if !ok || refused.Response == nil {
		return Refusal{}, false
	}
	return Refusal{Status: refused.Response.StatusCode, SignIn: refused.Response.Header.Get("X-GitHub-SSO") != ""}, true
}
