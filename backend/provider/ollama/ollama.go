// Package ollama serves the models of an Ollama on this machine, or at the
// address in OLLAMA_HOST, through Ollama's own API: only that takes the size of
// the context, without which conversations are cut silently.
//
// # Promises
//
// Every request says how much context it wants: as much as the model has, at
// most as much as the setting allows, and that nothing is to be cut from the
// conversation. How long the model stays in memory is left to Ollama. A stream
// gives [provider.EventStop] only after the piece that says done. Nothing is
// retried here, with one exception that is no new attempt: a model that refuses
// to think is asked once more without, which is remembered until the process
// ends.
//
// Every failure is a [*provider.Error] whose Message and Hint are sentences for
// a person, save the end of the caller's context, which passes untouched.
// [Provider.Info] looks at this machine only, for at most 0.3 s, every few
// seconds at most.
package ollama

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// ID is the provider's id in settings and sessions.
const ID = "ollama"

const (
	displayName = "Ollama"
	start       = "Start Ollama: open its app, or run \"ollama serve\". Get it from ollama.com if it is not installed."
	pull        = "Get a model that can use tools first, for example with \"ollama pull qwen3\"."
)

// DefaultContext is how many tokens of context are asked for where the model
// has more: each of them takes memory of the graphics card.
const DefaultContext = 32 << 10

// Options configure [New]. The zero value is usable.
type Options struct {
	// Host is where Ollama listens, in the form of OLLAMA_HOST; empty asks that
	// variable, then takes 127.0.0.1:11434.
	Host string
	// Context returns how many tokens of context a model gets at most; nil or 0
	// means [DefaultContext].
	Context func() int
	// HTTP sends the requests; nil: a transport with the environment's proxies.
	HTTP http.RoundTripper
}

func (o Options) withDefaults() Options {
	if o.Host == "" {
		o.Host = os.Getenv("OLLAMA_HOST")
	}
	if o.Context == nil {
		o.Context = func() int { return 0 }
	}
	return o
}

// Provider is one Ollama. It is safe for concurrent use.
type Provider struct {
	options Options
	service endpoint.Service
	client  *endpoint.Client
	probe   endpoint.Probe[look]

	mu        sync.Mutex
	last      look             // guarded by mu; the last one that was no time-out
	known     map[string]about // guarded by mu; by name and digest of the model
	noThought map[string]bool  // guarded by mu; models that refuse to think
}

var _ provider.Provider = (*Provider)(nil)

// New returns the provider. It touches no network.
func New(options Options) *Provider {
	options = options.withDefaults()
	p := &Provider{
		options:   options,
		service:   endpoint.Service{Name: displayName, Base: address(options.Host), Start: start},
		client:    endpoint.NewClient(options.HTTP),
		known:     make(map[string]about),
		noThought: make(map[string]bool),
	}
	p.probe.Look = p.look
	return p
}

// address reads OLLAMA_HOST as Ollama does: a scheme, a host and a port, each
// of which may be missing. An address to listen on everywhere is this machine.
func address(host string) string {
	const port = "11434"
	host = strings.TrimSpace(strings.Trim(strings.TrimSpace(host), `"'`))
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "http", host
	}
	standard := map[string]string{"http": "80", "https": "443"}[scheme]
	if !ok || standard == "" {
		standard = port
	}
	rest, path, _ := strings.Cut(strings.TrimRight(rest, "/"), "/")
	name, given, err := net.SplitHostPort(rest)
	if err != nil {
		name, given = strings.Trim(rest, "[]"), standard
	}
	if given == "" {
		given = standard
	}
	if name == "" || name == "0.0.0.0" || name == "::" {
		name = "127.0.0.1"
	}
	made := url.URL{Scheme: scheme, Host: net.JoinHostPort(name, given)}
	if path != "" {
		made.Path = "/" + path
	}
	return made.String()
}

// look is what was seen of Ollama.
type look struct {
	running bool
	models  int
}

// look asks for the list of models. An Ollama that was there and is too busy to
// answer in time is still there.
func (p *Provider) look(ctx context.Context) look {
	found, err := p.tags(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() == nil {
		p.last = look{running: err == nil, models: len(found)}
	}
	return p.last
}

// Recheck makes the next Info look at this machine again.
func (p *Provider) Recheck() { p.probe.Forget() }

// Info says whether Ollama runs and has a model. One on another machine, which
// OLLAMA_HOST names, is taken to be there.
func (p *Provider) Info(ctx context.Context) provider.Info {
	info := provider.Info{ID: ID, Name: displayName, Local: endpoint.IsLoopback(p.service.Base)}
	if !info.Local {
		info.Ready = true
		return info
	}
	seen := p.probe.See(ctx)
	switch {
	case !seen.running:
		info.Hint = start
	case seen.models == 0:
		info.Hint = pull
	default:
		info.Ready = true
	}
	return info
}
