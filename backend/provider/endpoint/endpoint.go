// Package endpoint is what the providers that speak plain HTTP have in common:
// a client that keeps keys to the host they are for, failures said in words,
// the form of tools and of their results, and a cheap look at whether a server
// on this machine runs.
//
// # Promises
//
// A redirect to another host, or from https to http, is not followed: neither
// a key nor a conversation goes anywhere but to the address that was set. No
// key stands in an error of this package, whatever the service answers. Nothing
// is retried here. Every failure is a [*provider.Error] with sentences for a
// person, save the end of the caller's context, which passes untouched.
package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
)

// Service is where requests go, for them and for the sentences about their
// failures.
type Service struct {
	Name string // as a person calls it, such as "LM Studio"
	Base string // address without a slash at its end
	// Start says how to start a server on this machine; empty for others.
	Start string
	// Setting says where the address is set; empty when it is built in.
	Setting string
	// Limit says, for a service with a small context of its own, what that is;
	// empty for others.
	Limit string
}

// Client sends requests. It is safe for concurrent use.
type Client struct{ http *http.Client }

// NewClient returns a client that sends through a transport, of which proxies and
// certificates are; nil: one of its own, with those of the environment. There is
// no limit on how long an answer may take: a model on this machine may think for
// minutes.
func NewClient(through http.RoundTripper) *Client {
	if through == nil {
		through = outbound.New(outbound.Options{})
	}
	return &Client{http: &http.Client{Transport: through, CheckRedirect: checkRedirect}}
}

// checkRedirect follows only what leads to the same host, as safely as before,
// and sends the request again as it was.
func checkRedirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	same := next.URL.Host == first.URL.Host && next.URL.Scheme == first.URL.Scheme ||
		next.URL.Hostname() == first.URL.Hostname() && first.URL.Scheme == "http" && next.URL.Scheme == "https"
	if !same || next.Method != first.Method || len(before) >= 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// Call is one request.
type Call struct {
	Method string
	Path   string // after the service's base
	Body   []byte // JSON; nil for none
	Key    string // sent as a bearer token; empty for none
	Header http.Header
	Model  string // for the sentences
}

// Do sends a request. An answer other than 2xx is a [*provider.Error] made from
// a [*Refusal]; the caller closes the body of any other.
func (c *Client) Do(ctx context.Context, s Service, call Call) (*http.Response, error) {
	// Not through http.NewRequest with a nil *bytes.Reader, which is no nil body.
	var body io.Reader
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, s.Base+call.Path, body)
	if err != nil {
		return nil, badAddress(s)
	}
	for name, values := range call.Header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", "keel")
	if call.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.Key != "" {
		request.Header.Set("Authorization", "Bearer "+call.Key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, explainNetwork(err, s)
	}
	if response.StatusCode/100 == 2 {
		return response, nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, refusalLimit))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && len(text) == 0 {
		text = []byte(http.StatusText(response.StatusCode))
	}
	refusal := ParseRefusal(text, call.Key)
	refusal.Status = response.StatusCode
	if response.StatusCode/100 == 3 {
		refusal.Message = host(response.Header.Get("Location"))
	}
	explained := Explain(refusal, s, call.Model, call.Key != "")
	explained.RetryAfter = RetryAfter(response.Header, time.Now())
	return nil, explained
}

// refusalLimit is how much of an error's text is read.
const refusalLimit = 64 << 10

// host is what a person needs to know of an address: not its query, which may
// hold anything.
func host(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return "another address"
	}
	return parsed.Scheme + "://" + parsed.Host
}

// IsLoopback reports whether an address leads to this machine and nowhere else.
func IsLoopback(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	name := strings.TrimSuffix(parsed.Hostname(), ".")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// IsPrivate reports whether an address leads to this machine or, by its form,
// to one of the user's own network, where servers often want no key.
func IsPrivate(address string) bool {
	if IsLoopback(address) {
		return true
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	name := strings.TrimSuffix(parsed.Hostname(), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.Unmap().IsPrivate() || ip.IsLinkLocalUnicast()
	}
	return !strings.Contains(name, ".") || strings.HasSuffix(name, ".local") || strings.HasSuffix(name, ".internal") || strings.HasSuffix(name, ".lan")
}

// jsonLimit is how long the JSON of a list may be.
const jsonLimit = 16 << 20

// JSON sends a request and decodes the answer into value. Fields of another
// type than value's are left out.
func (c *Client) JSON(ctx context.Context, s Service, call Call, value any) error {
	response, err := c.Do(ctx, s, call)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, jsonLimit))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return explainNetwork(err, s)
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")):
		return Explain(&Refusal{Status: response.StatusCode, Page: true}, s, call.Model, call.Key != "")
	}
	err = json.Unmarshal(text, value)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err == nil || odd {
		return nil
	}
	return &provider.Error{
		Class: provider.ClassBounded, Message: fmt.Sprintf("%s gave an answer that cannot be read.", s.Name),
		Hint: settingHint(s, "Check the address", "Update the program behind it"), Err: err,
	}
}

func badAddress(s Service) *provider.Error {
	hint := "Check the address."
	if s.Setting != "" {
		hint = fmt.Sprintf("Correct the setting %s; an address begins with http:// or https://.", s.Setting)
	}
	return &provider.Error{Class: provider.ClassValidation, Message: fmt.Sprintf("The address of %s cannot be used.", s.Name), Hint: hint}
}
