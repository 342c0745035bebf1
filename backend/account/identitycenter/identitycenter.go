// Package identitycenter signs in at AWS IAM Identity Center and gets the
// credentials of its roles.
//
// A person signs in with a code that they type in at the page of their identity
// centre (device authorization, RFC 8628, as the OIDC service of IAM Identity
// Center speaks it). The services themselves are spoken to by the AWS SDK.
//
// # Promises
//
// Nothing but the start URL and the region that were given decides where Keel
// goes: profiles, variables and files of AWS do not count here. A start URL is
// taken only at a host that belongs to AWS.
//
// A token goes where the caller puts it. It is written into the folder where
// the AWS CLI and the SDKs look for it only where the person asked for that, or
// where it came from there; it then stays the same in both places, so that a
// refresh here signs nobody out there. Such a file is for its owner only, and is
// taken away on sign-out only while it holds the very token.
package identitycenter

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// title is what the service is called in what a person reads.
const title = "AWS IAM Identity Center"

// scope lets a token list accounts and roles and get their credentials; with it
// the token can be refreshed.
const scope = "sso:account:access"

// Options configure [New]. The zero value is usable.
type Options struct {
	// HTTP reaches the services; nil: the default client.
	HTTP *http.Client
	// Starts returns the identity centres that the AWS configuration knows; nil: none.
	Starts func(ctx context.Context) []Start
	// Cache is the folder where the AWS CLI keeps tokens; empty: ~/.aws/sso/cache.
	Cache string
	Now   func() time.Time
}

func (o Options) withDefaults() Options {
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.Starts == nil {
		o.Starts = func(context.Context) []Start { return nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Cache == "" {
		if home, err := os.UserHomeDir(); err == nil {
			o.Cache = filepath.Join(home, ".aws", "sso", "cache")
		}
	}
	return o
}

// Service signs in at identity centres. It is safe for concurrent use.
type Service struct {
	options Options

	mu         sync.Mutex
	registered map[centre]registration // guarded by mu; as long as the program runs
}

var _ account.Service = (*Service)(nil)

// New returns the service. It reads no file and reaches nothing.
func New(options Options) *Service {
	return &Service{options: options.withDefaults(), registered: map[centre]registration{}}
}

// Kind is [account.AWS].
func (s *Service) Kind() account.Kind { return account.AWS }

// Hosts returns the one entry for every identity centre: which of them it is is
// said by the start URL.
func (s *Service) Hosts(context.Context) []account.Host {
	return []account.Host{{Title: title, Methods: []account.Method{account.Device}}}
}

// Starts returns the identity centres that the AWS configuration knows, each
// once; those with an address that is none of AWS are left out.
func (s *Service) Starts(ctx context.Context) []Start {
	var found []Start
	seen := map[centre]bool{}
	for _, start := range s.options.Starts(ctx) {
		at, err := parse(start.URL, start.Region)
		if err != nil || seen[at] {
			continue
		}
		seen[at] = true
		found = append(found, Start{Name: start.Name, URL: at.start, Region: at.region, Session: start.Session})
	}
	return found
}
