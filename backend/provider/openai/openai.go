// Package openai serves the models behind any address that speaks OpenAI's
// Chat Completions: OpenAI itself, the many services and programs that do as
// it does, and, with presets that find them by themselves, LM Studio,
// llama.cpp, vLLM and GitHub Models.
//
// The client is written here, over net/http: OpenAI's own library decodes what
// OpenAI sends, and takes a missing index, arguments that are an object, a
// usage chunk without choices, or an error in the middle of a reply for
// something else than they are.
//
// # Promises
//
// A stream gives [provider.EventStop] only after a finish_reason or [DONE]; one
// that ends without either is cut. What services do differently is accepted:
// missing, empty and repeated ids of calls, which get stable ones of their own;
// a missing index; arguments as an object or whole in one piece; reasoning
// under several names. Nothing is retried here, with one exception that is no
// new attempt: a request refused for a field that this service does not know is
// sent once more without it, which is remembered until the process ends.
//
// Every failure is a [*provider.Error] whose Message and Hint are sentences for
// a person, save the end of the caller's context, which passes untouched. Keys
// stand in no error and in no log, and go to the address that was set only.
//
// [Provider.Info] asks nothing of other machines. Presets for this machine look
// at it for at most 0.3 s, every few seconds at most.
package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// Options say which service it is. ID, Name and Base are required for [New];
// the presets have their own and take what is given here instead.
type Options struct {
	ID   string // in settings and sessions
	Name string // as a person calls it
	Base string // address before /chat/completions, such as https://api.openai.com/v1
	// Key returns the key or the token to send, "" for none; nil: none. It is
	// called before each request. An error is told to the person as it is when
	// it is a [*provider.Error].
	Key func(ctx context.Context) (string, error)
	// HasKey says whether there is one, without waiting for anything slow. Nil
	// asks Key.
	HasKey func(ctx context.Context) bool
	// Models returns ids that were typed in, which are offered where the service
	// lists none; nil: none.
	Models func() []string
	// Setting names the setting with the address, for hints; empty for none.
	Setting string
	// HTTP sends the requests; nil: a transport with the environment's proxies.
	HTTP http.RoundTripper
	// Grace is how long a service may take to close a reply after it said that
	// it is finished; 0 means 5 s. The reply is complete either way.
	Grace time.Duration
}

func (o Options) withDefaults(id, name, base string) Options {
	if o.ID == "" {
		o.ID = id
	}
	if o.Name == "" {
		o.Name = name
	}
	if o.Base == "" {
		o.Base = base
	}
	if o.Key == nil {
		o.Key = func(context.Context) (string, error) { return "", nil }
	}
	if o.HasKey == nil {
		o.HasKey = func(ctx context.Context) bool { key, err := o.Key(ctx); return err == nil && key != "" }
	}
	if o.Models == nil {
		o.Models = func() []string { return nil }
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	return o
}

// kind is how one sort of service differs from the others.
type kind struct {
	start  string // how to start it on this machine; empty for others
	load   string // what to do when it runs and has no model
	limit  string // see [endpoint.Service.Limit]
	keyed  bool   // it wants a key whatever its address is
	newKey string // how to get a key
	// list lists the models; nil: as OpenAI does.
	list func(ctx context.Context, p *Provider, key string) ([]provider.Model, error)
}

// Provider is one service. It is safe for concurrent use.
type Provider struct {
	options Options
	kind    kind
	service endpoint.Service
	client  *endpoint.Client
	probe   endpoint.Probe[look] // of a server that was not named but looked for

	mu     sync.Mutex
	learnt map[string]shape // guarded by mu; how requests for a model have to look
	last   look             // guarded by mu; the last one that was no time-out
	keyed  bool             // guarded by mu; a server on this machine asked for a key
}

var _ provider.Provider = (*Provider)(nil)

// New returns the provider of one address. It touches no network.
func New(options Options) *Provider { return newProvider(options.withDefaults("", "", ""), kind{}) }

func newProvider(options Options, k kind) *Provider {
	p := &Provider{
		options: options,
		kind:    k,
		service: endpoint.Service{Name: options.Name, Base: base(options.Base), Start: k.start, Setting: options.Setting, Limit: k.limit},
		client:  endpoint.NewClient(options.HTTP),
		learnt:  make(map[string]shape),
	}
	p.probe.Look = p.look
	return p
}

// base is an address as it is used: people also paste the whole path.
func base(address string) string {
	address = strings.TrimRight(strings.TrimSpace(address), "/")
	return strings.TrimRight(strings.TrimSuffix(address, "/chat/completions"), "/")
}

// Info says whether the service can be used: a server on this machine when it
// runs and has a model, any other when there is a key or it may do without.
func (p *Provider) Info(ctx context.Context) provider.Info {
	info := provider.Info{ID: p.options.ID, Name: p.options.Name, Local: endpoint.IsLoopback(p.service.Base)}
	if p.kind.start != "" {
		return p.localInfo(ctx, info)
	}
	info.NeedsKey = true
	info.HasKey = p.options.HasKey(ctx)
	info.Ready = info.HasKey || !p.kind.keyed && endpoint.IsPrivate(p.service.Base)
	if !info.Ready {
		info.Hint = "Enter your key for " + p.options.Name + " in the model picker."
		if p.kind.newKey != "" {
			info.Hint = p.kind.newKey
		}
	}
	return info
}

// key returns the key to send. A server on this machine gets one only after it
// asked: the keychain is not to be opened for those that never do.
func (p *Provider) key(ctx context.Context) (string, error) {
	if p.kind.start != "" && !p.wantsKey() {
		return "", nil
	}
	key, err := p.options.Key(ctx)
	if err == nil {
		return strings.TrimSpace(key), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if known, ok := errors.AsType[*provider.Error](err); ok {
		return "", known
	}
	return "", &provider.Error{
		Class: provider.ClassAuth, Message: "The key for " + p.options.Name + " could not be read.",
		Hint: "Enter it again in the model picker; the turn then goes on.", Err: err,
	}
}

func (p *Provider) wantsKey() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keyed
}

// askedForKey notes that a server on this machine wants a key after all, and
// returns it where there is one that was not sent yet.
func (p *Provider) askedForKey(ctx context.Context, err error) (key string, again bool) {
	if p.kind.start == "" || provider.ClassOf(err) != provider.ClassAuth || p.wantsKey() {
		return "", false
	}
	p.mu.Lock()
	p.keyed = true
	p.mu.Unlock()
	key, err = p.key(ctx)
	return key, err == nil && key != ""
}
