// Package githubtest is GitHub for tests: the sign-in pages of github.com, the
// part of api.github.com that Keel asks, avatars, and git over HTTPS.
//
// It keeps to GitHub's documentation of OAuth apps, of the device flow, of
// expiring user tokens and of the REST API, and is strict where GitHub is: about
// the Accept header of token requests, the interval of polling, the verifier of
// PKCE, redirects to anything but the registered loopback address, and a missing
// User-Agent. Its pages are plain forms, so that a browser can sign in by them.
//
// # Promises
//
// Every token and code is made up anew and belongs to nobody. What a test
// changes about it, such as the next refusal, holds for the next request only
// where the method says so.
package githubtest

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The person who is signed in at this GitHub, and what is there.
const (
	Login    = "octocat"
	Name     = "The Octocat"
	Email    = "octocat@example.com" // shown to those with user:email only
	UserID   = 583231
	Callback = "http://127.0.0.1/callback" // as registered
)

// Options configure [New]; the zero value is an OAuth app at github.com.
type Options struct {
	Host         string // empty: github.com; else an Enterprise host, with its port
	ClientID     string // empty: "Iv1.keel"
	ClientSecret string // empty: "client-secret"
	// Interval between two polls. 0: 5 s.
	Interval time.Duration
	// Expiring makes it a GitHub App with tokens of eight hours.
	Expiring bool
	// Repositories is a folder with bare repositories, served over git at OWNER/NAME.git
	// to whoever has a token with the scope repo. Empty: none.
	Repositories string
	// Now tells the time. Nil: time.Now.
	Now func() time.Time
}

// GitHub is a GitHub. It is safe for concurrent use.
type GitHub struct {
	options Options

	mu        sync.Mutex          // guards all below
	devices   map[string]*device  // by device code
	codes     map[string]*webCode // by code of the web flow
	tokens    map[string]*token   // by access token
	refreshes map[string]*token   // by refresh token
	moved     map[string]string   // paths of the API, and where they lead
	grant     []string            // in place of what is asked for
	slow      int                 // slow_down this often
	disabled  bool                // the device flow
	sso       bool                // an organisation wants its own sign-in
	limited   time.Time           // no request before this
	requests  []string            // "GET api.github.com/user"
}

type token struct {
	access, refresh string
	scopes          []string
	web             bool // by the web flow
	until           time.Time
	revoked         bool
}

// New returns a GitHub.
func New(o Options) *GitHub {
	o.Host = cmp.Or(o.Host, "github.com")
	o.ClientID = cmp.Or(o.ClientID, "Iv1.keel")
	o.ClientSecret = cmp.Or(o.ClientSecret, "client-secret")
	o.Interval = cmp.Or(o.Interval, 5*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &GitHub{options: o, devices: map[string]*device{}, codes: map[string]*webCode{}, tokens: map[string]*token{}, refreshes: map[string]*token{}, moved: map[string]string{}}
}

// ServeHTTP answers for every host of this GitHub, by the name that was asked
// for.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.requests = append(g.requests, r.Method+" "+r.Host+r.URL.Path)
	g.mu.Unlock()
	switch {
	case r.Host == "api."+g.options.Host:
		g.API().ServeHTTP(w, r)
	case r.Host == "avatars.githubusercontent.com":
		g.Avatars().ServeHTTP(w, r)
	case g.options.Host != "github.com" && strings.HasPrefix(r.URL.Path, "/api/v3/"):
		http.StripPrefix("/api/v3", g.API()).ServeHTTP(w, r)
	case g.options.Host != "github.com" && strings.HasPrefix(r.URL.Path, "/avatars/"):
		g.Avatars().ServeHTTP(w, r)
	case r.Host == g.options.Host:
		g.Web().ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// Hosts are the names that [GitHub.ServeHTTP] answers for.
func (g *GitHub) Hosts() []string {
	if g.options.Host == "github.com" {
		return []string{"github.com", "api.github.com", "avatars.githubusercontent.com"}
	}
	return []string{g.options.Host, "api." + g.options.Host}
}

// Requests are those so far, such as "GET api.github.com/user".
func (g *GitHub) Requests() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.requests)
}

// Issue gives out a token, as a sign-in with the device flow does.
func (g *GitHub) Issue(scopes ...string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.issue(scopes, false).access
}

// issue makes a token; mu is held.
func (g *GitHub) issue(scopes []string, web bool) *token {
	scopes = slices.Clone(scopes)
	if g.grant != nil {
		scopes = slices.Clone(g.grant)
	}
	slices.Sort(scopes)
	t := &token{access: "gho_" + secret(36), scopes: scopes, web: web}
	if g.options.Expiring {
		t.access, t.refresh, t.scopes = "ghu_"+secret(36), "ghr_"+secret(76), nil
		t.until = g.options.Now().Add(8 * time.Hour)
		g.refreshes[t.refresh] = t
	}
	g.tokens[t.access] = t
	return t
}

// secret is made of letters and digits.
func secret(length int) string {
	text := ""
	for len(text) < length {
		text += rand.Text()
	}
	return text[:length]
}

// GrantOnly makes the person grant these scopes, whatever is asked for.
func (g *GitHub) GrantOnly(scopes ...string) {
	g.with(func() { g.grant = append([]string{}, scopes...) })
}

// SlowDown answers the next polls with slow_down.
func (g *GitHub) SlowDown(times int) { g.with(func() { g.slow = times }) }

// DisableDevice takes the tick off "Enable Device Flow".
func (g *GitHub) DisableDevice() { g.with(func() { g.disabled = true }) }

// RequireSSO makes the organisation of the private repository want its own
// sign-in.
func (g *GitHub) RequireSSO() { g.with(func() { g.sso = true }) }

// Limit refuses requests to the API until then.
func (g *GitHub) Limit(until time.Time) { g.with(func() { g.limited = until }) }

// Move makes a path of the API lead somewhere else, as that of a repository that
// was renamed.
func (g *GitHub) Move(path, to string) { g.with(func() { g.moved[path] = to }) }

// RevokeAll takes every token back, as a person can on the settings page.
func (g *GitHub) RevokeAll() {
	g.with(func() {
		for _, t := range g.tokens {
			t.revoked = true
		}
	})
}

// Expire lets every code of the device flow expire.
func (g *GitHub) Expire() {
	g.with(func() {
		for _, d := range g.devices {
			d.until = g.options.Now()
		}
	})
}

// Live tells whether a token is good, and has a scope where one is named.
func (g *GitHub) Live(access, scope string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, ok := g.tokens[access]
	return ok && g.good(t) && (scope == "" || t.refresh != "" || slices.Contains(t.scopes, scope))
}

// good tells whether a token is taken; mu is held.
func (g *GitHub) good(t *token) bool {
	return !t.revoked && (t.until.IsZero() || g.options.Now().Before(t.until))
}

func (g *GitHub) with(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}
