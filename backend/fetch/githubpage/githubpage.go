// Package githubpage reads repositories, folders, files, commits, issues, pull
// requests, releases and gists of GitHub by their address: through its API, and with
// the sign-in of the person private ones too.
//
// # Promises
//
// Only an account for which the person has switched that on is used, and only
// for addresses of its own host. Without one github.com is asked as by anybody, and
// no other host is; where it shows nothing so, the address is fetched as any page.
// What is asked is the API of that host, with GET; redirects elsewhere end the
// request, and the token goes nowhere else. Neither it nor anything about it is in a
// page or an error. A token that GitHub does not take is reported at once, and tried
// no further.
//
// Discussions and wikis are fetched as the pages they are: this API has neither.
//
// A page says of everything on it who wrote it and when; what people wrote is
// quoted line by line, so that none of it can pass for another's. What was left
// out is said. It is data that strangers wrote: callers show it as such.
package githubpage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/fetch"
)

// Accounts are those of the person; [account.Accounts] is.
type Accounts interface {
	For(use account.Use, host string) (account.Account, bool)
	Token(ctx context.Context, accountID string) (account.Token, error)
	Refused(ctx context.Context, accountID string, t account.Token)
}

// Options configure [New]; the zero value is usable.
type Options struct {
	// HTTP reaches the hosts. Nil: http.DefaultClient.
	HTTP *http.Client
	// Now tells the time. Nil: time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// unsignedLimit is for asking as anybody.
const unsignedLimit = 6 * time.Second

// Reader reads pages. It keeps nothing and is safe for concurrent use.
type Reader struct {
	accounts Accounts
	options  Options
}

var _ fetch.Signed = (*Reader)(nil)

// New returns a reader.
func New(accounts Accounts, options Options) *Reader {
	return &Reader{accounts: accounts, options: options.withDefaults()}
}

// As implements [fetch.Signed].
func (r *Reader) As(at *url.URL) (who, hint string) {
	want, ok := parse(at)
	if !ok {
		return "", discussing(at)
	}
	a, ok := r.accounts.For(account.UsePages, want.host)
	switch {
	case !ok && want.host == github.Public:
		return "", "If it is private, the user can sign in to GitHub on the Accounts page (Keel: Show Accounts) and switch on there that private pages are read by their address."
	case !ok:
		return "", ""
	case a.Expired != "":
		return "", "If it is private, the user has to sign in again: the sign-in of " + name(a) + " has ended."
	}
	return name(a), "It may be private, and " + name(a) + ", as whom it was read, may not be allowed to see it."
}

// discussing says of a discussion, which is fetched as a page, that no sign-in helps.
func discussing(at *url.URL) string {
	if parts, ok := partsOf(at); ok && at.Host == github.Public && len(parts) > 2 && parts[2] == "discussions" {
		return "Discussions are read as the public pages they are: a sign-in does not help with private ones. Paste the text that matters."
	}
	return ""
}

// name is an account as a person knows it.
func name(a account.Account) string {
	text := "@" + a.Login
	if a.Host != github.Public {
		text += " at " + a.Host
	}
	return text
}

// Read implements [fetch.Signed].
func (r *Reader) Read(ctx context.Context, at *url.URL) (fetch.Page, error) {
	want, ok := parse(at)
	if !ok {
		return fetch.Page{}, fmt.Errorf("reading %s: %w", at, fetch.ErrUnsigned)
	}
	a, ok := r.accounts.For(account.UsePages, want.host)
	if !ok || a.Host != want.host || a.Expired != "" {
		return r.unsigned(ctx, at, want)
	}
	for range 2 { // a token that is refused may have a successor
		t, err := r.accounts.Token(ctx, a.ID)
		if err != nil {
			return fetch.Page{}, r.without(ctx, at, a, err)
		}
		page, err := want.read(ctx, github.API(r.options.HTTP, a.Host, t.Access))
		if refused, ok := github.Refused(err, r.options.Now()); ok && refused.Status == http.StatusUnauthorized {
			r.accounts.Refused(ctx, a.ID, t)
			continue
		}
		if err != nil {
			return fetch.Page{}, r.failed(ctx, at, a, err)
		}
		page.Address = at.String()
		return page, nil
	}
	return fetch.Page{}, r.without(ctx, at, a, account.ErrRevoked)
}

// unsigned reads a page as anybody may. GitHub answers few such requests in an hour:
// what it refuses, or cannot be asked, is fetched as any page.
func (r *Reader) unsigned(ctx context.Context, at *url.URL, want target) (fetch.Page, error) {
	if want.host != github.Public || want.raw {
		return fetch.Page{}, fmt.Errorf("reading %s: %w", at, fetch.ErrUnsigned)
	}
	// Where this host alone cannot be reached, there has to be time for the page.
	limited, done := context.WithTimeout(ctx, unsignedLimit)
	defer done()
	page, err := want.read(limited, github.API(r.options.HTTP, want.host, ""))
	switch {
	case ctx.Err() != nil:
		return fetch.Page{}, ctx.Err()
	case errors.Is(err, fetch.ErrType):
		return fetch.Page{}, fmt.Errorf("reading %s: %w", at, err)
	case err != nil:
		return fetch.Page{}, fmt.Errorf("reading %s as anybody: %w", at, fetch.ErrUnsigned)
	}
	page.Address = at.String()
	return page, nil
}

// without says why there is no token.
func (r *Reader) without(ctx context.Context, at *url.URL, a account.Account, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, account.ErrRevoked):
		return fmt.Errorf("%s is read with the sign-in of %s, which was taken back or has ended: the user has to sign in again on the Accounts page (Keel: Show Accounts)", at, name(a))
	}
	said, ok := errors.AsType[*account.Error](err)
	if !ok {
		return fmt.Errorf("%s is read with the sign-in of %s, whose token cannot be had now", at, name(a))
	}
	return fmt.Errorf("%s is read with the sign-in of %s, whose token cannot be had now: %s", at, name(a), said.Message)
}

// failed says why there is no page.
func (r *Reader) failed(ctx context.Context, at *url.URL, a account.Account, err error) error {
	refused, ok := github.Refused(err, r.options.Now())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fetch.ErrType), errors.Is(err, fetch.ErrUnsigned):
		return fmt.Errorf("reading %s: %w", at, err)
	case !ok:
		return fmt.Errorf("reading %s: %s", at, account.Unreachable(a.Host, err).Message)
	case refused.SignIn:
		return fmt.Errorf("%s belongs to an organisation that wants its own sign-in: the user has to allow Keel there, at %s", at, a.Manage)
	case !refused.Until.IsZero():
		return fmt.Errorf("reading %s: %s takes no more requests of %s before %s", at, a.Host, name(a), refused.Until.UTC().Format(moment))
	}
	return fmt.Errorf("reading %s (%d): %w", at, refused.Status, fetch.ErrUnsigned)
}

// read reads what an address names.
func (want target) read(ctx context.Context, api *rest.Client) (fetch.Page, error) {
	switch want.kind {
	case anIssue:
		return want.issue(ctx, api)
	case aPull:
		return want.pull(ctx, api)
	case aFile:
		return want.file(ctx, api)
	case aRepository:
		return want.repository(ctx, api)
	case aCommit:
		return want.commit(ctx, api)
	case aRelease:
		return want.release(ctx, api)
	case someReleases:
		return want.releases(ctx, api)
	default:
		return want.gist(ctx, api)
	}
}
