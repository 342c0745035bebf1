// Package fetch reads pages of the public web, as text.
//
// # Promises
//
// Only http and https are spoken, only GET, and only with public addresses:
// loopback, private, link-local, metadata and other special ones are refused at
// the moment of connecting, for every address a name has and for every
// redirect, so that a name which changes its address meanwhile gains nothing.
// Where a proxy connects instead, the name and whatever it
// resolves to here are looked at. An address with a user name or password is
// refused; no cookies, no credentials and no referrer are sent.
//
// What a host shows to programs in a form of its own is read so by [Options.Signed],
// over the same checks of the address: with a sign-in where the person has one there
// and has switched that on, which [Client.As] tells before anything is fetched.
//
// Time, size and the number of redirects are limited. What was cut is said.
// [Client.GetSameHost] follows no redirect to another host, so that who agreed to
// one host has not agreed to where it leads.
//
// The text is data that strangers wrote: callers show it as such.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/outbound"
)

// Limits of one page.
const (
	mostRedirects = 5
	mostTime      = 15 * time.Second
	mostBytes     = 5 << 20 // as sent, after unpacking
)

// Pages that were fetched are kept for reading on.
const (
	keptFor   = 15 * time.Minute
	keptPages = 8
)

// ElsewhereError is a redirect to another host than the one that was agreed to;
// it was not followed.
type ElsewhereError struct{ From, To string }

func (e *ElsewhereError) Error() string { return fmt.Sprintf("%s leads on to %s", e.From, e.To) }

// Reasons for which there is no page.
var (
	// ErrAddress: not an address that is fetched.
	ErrAddress = errors.New("not a web address that can be fetched")
	// ErrPrivate: it leads to this machine or to a private network.
	ErrPrivate = errors.New("it leads to this machine or a private network, which is never fetched")
	// ErrType: not text.
	ErrType = errors.New("not a kind of text")
	// ErrRedirects: too many.
	ErrRedirects = errors.New("too many redirects")
)

// StatusError is an answer other than a page.
type StatusError struct {
	Address string // that gave it
	Status  string // "404 Not Found"
	Hint    string // what may help, a sentence; may be empty
}

func (e *StatusError) Error() string { return fmt.Sprintf("%s answered %s", e.Address, e.Status) }

// Options are for tests and special networks; the zero value is usable.
type Options struct {
	// Public says which addresses may be connected to. Nil: [Public].
	Public func(netip.Addr) bool
	// Outbound knows proxies and certificates. Nil: those of the environment.
	Outbound *outbound.Transport
	// Proxy returns the proxy for an address, or nil. Nil: that of Outbound.
	Proxy func(*url.URL) (*url.URL, error)
	// Timeout is for one page with its redirects. 0: 15 s.
	Timeout time.Duration
	// Now tells how old a kept page is. Nil: time.Now.
	Now func() time.Time
	// Signed is asked first for an address. Nil: every address is fetched as a page.
	Signed Signed
}

func (o Options) withDefaults() Options {
	if o.Public == nil {
		o.Public = Public
	}
	if o.Outbound == nil {
		o.Outbound = outbound.New(outbound.Options{})
	}
	if o.Proxy == nil {
		o.Proxy = o.Outbound.ProxyFor
	}
	if o.Timeout == 0 {
		o.Timeout = mostTime
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Page is what an address holds.
type Page struct {
	Address string // where it was in the end
	Type    string // media type, like "text/html"
	Size    int    // bytes that were read
	Title   string // of an HTML page
	Text    string // valid UTF-8; of an HTML page Markdown, of a picture nothing
	Data    []byte // of a picture alone: PNG, JPEG, GIF or WebP, as Type says
	Date    int64  // when it was published or last changed, in Unix milliseconds; 0: not known
	Cut     string // what was left out for its size, in sentences; empty when nothing was
	Note    string // what else a reader has to know about the text, in sentences; may be empty
}

// Client fetches pages; it is safe for concurrent use.
type Client struct {
	options Options

	mu   sync.Mutex // guards kept
	kept []keptPage // the latest last
}

type keptPage struct {
	asked string
	who   string // with whose sign-in it was read; empty for none
	at    time.Time
	page  Page
}

// New returns a client. It keeps no connections.
func New(options Options) *Client {
	return &Client{options: options.withDefaults()}
}

// Get fetches a page for a person who wants what the address leads to: redirects
// are followed, to other hosts too. Its errors say what is wrong; some of them wrap
// the ones of this package.
func (c *Client) Get(ctx context.Context, address string) (Page, error) {
	return c.get(ctx, address, false)
}

// GetSameHost is [Client.Get] that stays with the host of the address: it follows a
// redirect to https, and one that puts www. before the name or takes it away; any
// other is an [*ElsewhereError].
func (c *Client) GetSameHost(ctx context.Context, address string) (Page, error) {
	return c.get(ctx, address, true)
}

func (c *Client) get(ctx context.Context, address string, same bool) (Page, error) {
	at, err := Parse(address)
	if err != nil {
		return Page{}, err
	}
	limited, done := context.WithTimeout(ctx, c.options.Timeout)
	defer done()
	who := c.As(address)
	page, ok, err := c.signed(limited, at)
	if ok && err == nil {
		page = page.cleaned()
	}
	if !ok {
		who = ""
		var raw answered
		raw, err = c.follow(limited, at, same)
		err = c.hinted(at, err)
		if err == nil {
			if page, err = c.converted(ctx, raw); err != nil { // takes its own time
				return Page{}, err
			}
		}
	}
	if err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			err = fmt.Errorf("fetching %s took longer than %v", at, c.options.Timeout)
		}
		return Page{}, err
	}
	if same {
		c.keep(keptPage{asked: at.String(), who: who, page: page})
	}
	return page, nil
}

// What is said of pages of which only mostBytes are there.
const (
	cutFetched = "Only the first 5 MB of the page were fetched."
	cutText    = "Only the first 5 MB of the text of the page are here."
)

// answered is what a server sent in the end.
type answered struct {
	at     *url.URL
	header http.Header
	raw    []byte
	cut    bool  // there was more
	full   int64 // bytes of all, -1 where that was not said
}

func (c *Client) follow(ctx context.Context, at *url.URL, same bool) (answered, error) {
	first := at
	for range mostRedirects + 1 {
		answer, err := c.ask(ctx, at)
		if err != nil {
			return answered{}, err
		}
		next, err := redirect(at, answer)
		if next == nil {
			defer answer.Body.Close()
			if err != nil {
				return answered{}, err
			}
			return read(at, answer)
		}
		_ = answer.Body.Close()
		if same && !sameHost(first, next) {
			return answered{}, &ElsewhereError{From: at.String(), To: next.String()}
		}
		at = next
	}
	return answered{}, fmt.Errorf("fetching: %w (more than %d)", ErrRedirects, mostRedirects)
}

// sameHost reports whether a redirect stays with the host of the address that was
// agreed to, and as well protected on the way.
func sameHost(first, next *url.URL) bool {
	name := func(at *url.URL) string { return strings.TrimPrefix(at.Hostname(), "www.") }
	port := func(at *url.URL) string {
		if at.Port() == "80" && at.Scheme == "http" || at.Port() == "443" && at.Scheme == "https" {
			return ""
		}
		return at.Port()
	}
	return name(first) == name(next) && port(first) == port(next) && (next.Scheme == "https" || next.Scheme == first.Scheme)
}

// ask sends one request, without following where it leads.
func (c *Client) ask(ctx context.Context, at *url.URL) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", at, err)
	}
	request.Header.Set("User-Agent", "Keel")
	request.Header.Set("Accept", "text/markdown, text/html;q=0.9, text/plain;q=0.8, application/json;q=0.8, */*;q=0.1")
	answer, err := Guarded{Outbound: c.options.Outbound, Proxy: c.options.Proxy, Public: c.options.Public}.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", at, err)
	}
	return answer, nil
}

// redirect returns where an answer leads; nil when it leads nowhere, then with
// an error unless it is a page.
func redirect(at *url.URL, answer *http.Response) (*url.URL, error) {
	switch answer.StatusCode {
	case http.StatusOK, http.StatusNonAuthoritativeInfo:
		return nil, nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := at.Parse(answer.Header.Get("Location"))
		if err != nil {
			return nil, fmt.Errorf("following a redirect of %s: %w", at, ErrAddress)
		}
		next, err := Parse(to.String())
		if err != nil {
			return nil, fmt.Errorf("following a redirect of %s: %w", at, err)
		}
		return next, nil
	}
	// Not in the server's words, which may be anything.
	status := strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode, http.StatusText(answer.StatusCode)))
	return nil, &StatusError{Address: at.String(), Status: status}
}

// read reads the body of an answer.
func read(at *url.URL, answer *http.Response) (answered, error) {
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostBytes+1))
	if err != nil {
		return answered{}, fmt.Errorf("reading %s: %w", at, err)
	}
	got := answered{at: at, header: answer.Header, raw: raw, full: int64(len(raw))}
	if len(raw) > mostBytes {
		got.raw, got.cut, got.full = raw[:mostBytes], true, answer.ContentLength
	}
	return got, nil
}

// converted makes a page of an answer.
func (c *Client) converted(ctx context.Context, got answered) (Page, error) {
	page := Page{Address: got.at.String(), Size: len(got.raw)}
	if got.cut {
		page.Cut = cutFetched
	}
	if changed, err := http.ParseTime(got.header.Get("Last-Modified")); err == nil {
		page.Date = dated(changed, c.options.Now())
	}
	return page.filled(ctx, got, c.options.Now())
}

// keep remembers a page for reading on.
func (c *Client) keep(kept keptPage) {
	kept.at = c.options.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = slices.DeleteFunc(c.kept, func(k keptPage) bool { return k.asked == kept.asked })
	c.kept = append(c.kept, kept)
	if over := len(c.kept) - keptPages; over > 0 {
		c.kept = slices.Delete(c.kept, 0, over)
	}
}

// ReadOn returns a page that [Client.GetSameHost] fetched under this address a short
// while ago, with the sign-in with which it would be read now. What [Client.Get] has
// is not among them: a person may have looked at that and not agreed to it.
func (c *Client) ReadOn(address string) (Page, bool) {
	at, err := Parse(address)
	if err != nil {
		return Page{}, false
	}
	who := c.As(address)
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.options.Now()
	c.kept = slices.DeleteFunc(c.kept, func(k keptPage) bool { return now.Sub(k.at) > keptFor })
	for _, k := range c.kept {
		if k.asked == at.String() && (k.who == "" || k.who == who) {
			return k.page, true
		}
	}
	return Page{}, false
}
