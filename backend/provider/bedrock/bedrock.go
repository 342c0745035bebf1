// Package bedrock serves the models of Amazon Bedrock through ConverseStream.
//
// # Promises
//
// A stream gives [provider.EventStop] only for Bedrock's messageStop: the SDK
// ends a cut stream without an error, and so does this one. Nothing is retried
// here, by the SDK neither, with four exceptions that are no new attempts: a
// request refused for its cache points is sent once more without them, one
// refused because the model cannot stream tool calls is asked whole, and one
// refused because the model wants tool calls and results alone gets them so.
// This is remembered for the model until the process ends. And a request whose
// credentials came from an account of Keel's and were refused is sent once more
// with new ones.
//
// Every failure is a [*provider.Error] whose Message and Hint are sentences
// for a person, save the end of the caller's context, which passes untouched.
//
// Settings, the AWS_ variables and the AWS configuration files are looked at
// before each request, so that a change, or a new sign-in, needs no restart.
// Credentials that Bedrock refuses, also in mid-stream, are not used again. A
// profile chosen in the settings wins over an account that is switched on for
// Bedrock, the account over an API key, and a key that Keel keeps over the rest
// of the environment. An account that cannot be used is said, and nothing else is
// used in its place.
//
// [Provider.Info] and [Provider.Choices] never use the network. The machine's own
// metadata address is asked only where the machine says that it is an instance of
// EC2, or a profile names it.
package bedrock

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
)

// ID is the provider's id in settings and sessions.
const ID = "bedrock"

const displayName = "Amazon Bedrock"

// Settings is what the user chose. Empty fields leave the choice to the
// environment, then to the AWS profile.
type Settings struct {
	Region  string
	Profile string
	Models  []string // ids, inference profile ids or ARNs typed in by hand
}

// Options configure [New]. The zero value is usable.
type Options struct {
	// Settings is called before each request; nil means no settings.
	Settings func() Settings
	// APIKey returns the Bedrock API key that Keel keeps for the user, or
	// nothing. It is called before each request, and by Info. With an error the
	// other credentials count; where there are none, it is what is missing. Nil
	// means no key.
	APIKey func(ctx context.Context) (string, error)
	// Account returns the account that is switched on for Bedrock, or nil. It is
	// called before each request, and by Info and Choices, and may not ask the
	// network. Nil means none.
	Account func(ctx context.Context) *Account
	// Outbound knows proxies and certificates; nil: those of the environment. What
	// AWS_CA_BUNDLE or a profile's ca_bundle names is trusted as well.
	Outbound *outbound.Transport
	// OnInstance says whether this machine could have an instance role, which
	// nothing but the network can confirm. Nil asks the machine's vendor name.
	OnInstance func() bool
	// SignInTime bounds how long credentials may take where there is some sign
	// of them (a profile, variables, an instance of EC2); 0 means 30 s. Without a
	// sign nothing is asked for them.
	SignInTime time.Duration
}

func (o Options) withDefaults() Options {
	if o.Settings == nil {
		o.Settings = func() Settings { return Settings{} }
	}
	if o.APIKey == nil {
		o.APIKey = func(context.Context) (string, error) { return "", nil }
	}
	if o.Account == nil {
		o.Account = func(context.Context) *Account { return nil }
	}
	if o.Outbound == nil {
		o.Outbound = outbound.New(outbound.Options{})
	}
	if o.OnInstance == nil {
		o.OnInstance = vendorIsAmazon
	}
	if o.SignInTime == 0 {
		o.SignInTime = 30 * time.Second
	}
	return o
}

// vendorIsAmazon reads the name that EC2 gives its virtual machines.
func vendorIsAmazon() bool {
	vendor, err := os.ReadFile("/sys/class/dmi/id/sys_vendor")
	return err == nil && strings.HasPrefix(string(vendor), "Amazon EC2")
}

// Provider is Amazon Bedrock. It is safe for concurrent use.
type Provider struct {
	options Options

	mu     sync.Mutex
	loaded *loaded           // guarded by mu; nil until first used and after a refused sign-in
	forms  map[string]form   // guarded by mu; by model, what its refusals taught
	listed map[string]served // guarded by mu; by model, what Bedrock's lists said last
}

var _ provider.Provider = (*Provider)(nil)

// New returns the provider. It touches neither files nor the network.
func New(options Options) *Provider {
	return &Provider{
		options: options.withDefaults(),
		forms:   make(map[string]form),
		listed:  make(map[string]served),
	}
}

// Info is ready when there are a region and some sign of credentials. Whether
// they work is only known once the network is asked.
func (p *Provider) Info(ctx context.Context) provider.Info {
	kept, keyErr := p.keptKey(ctx)
	info := provider.Info{ID: ID, Name: displayName, NeedsKey: true, HasKey: kept != ""}
	settings := p.options.Settings()
	used := p.accountInForce(ctx, settings)
	if used != nil {
		info.Account = used.Name
	}
	signs := p.signs(ctx, settings, used, apiKey(settings, used, kept))
	switch {
	case signs.problem != nil:
		info.Hint = signs.problem.Message + " " + signs.problem.Hint
	case !signs.credentials && keyErr != nil:
		missing := lockedKey(keyErr)
		info.Hint = missing.Message + " " + missing.Hint
	case !signs.credentials:
		info.Hint = noCredentials().Hint
	case signs.region == "":
		info.Hint = noRegion().Hint
	default:
		info.Ready = true
	}
	return info
}
