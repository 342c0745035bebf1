package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/price"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/endpoint"
	"github.com/keel-ide/keel/backend/provider/ollama"
	"github.com/keel-ide/keel/backend/provider/openai"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

// hasKeyLimit is how long a list waits to learn whether there is a key; a
// keychain that is waiting for its password answers later.
const hasKeyLimit = time.Second

// keyLimit is how long a key may be, far longer than any is.
const keyLimit = 16 << 10

// customPrefix begins the ids of the endpoints in the settings.
const customPrefix = "openai:"

// Providers are the model services of this folder.
type Providers struct {
	fixed   []provider.Provider // in the order in which they are tried for a session that names none
	local   []provider.Provider // those of fixed that run on this machine
	values  func() settings.Values
	secrets *secret.Store
	prices  *price.Table
	notice  func(wire.Notice)
	explain func(error) error
	through *outbound.Transport

	mu     sync.Mutex
	custom map[string]provider.Provider // guarded by mu; by name and address
}

// openProviders makes the services that models come from; none of them is asked
// anything yet.
func (f *Folder) openProviders() *Providers {
	p := &Providers{
		values:  f.Settings.Values,
		secrets: f.secrets,
		notice:  f.notice,
		explain: f.options.Explain,
		through: f.Outbound,
		custom:  map[string]provider.Provider{},
	}
	p.prices = price.New(func() map[string]string { return p.values().Prices })
	p.local = []provider.Provider{
		ollama.New(ollama.Options{Context: func() int { return p.values().OllamaContext }, HTTP: p.through}),
		openai.LMStudio(p.keyed(openai.LMStudioID)),
		openai.LlamaCpp(p.keyed(openai.LlamaCppID)),
		openai.VLLM(p.keyed(openai.VLLMID)),
	}
	p.fixed = slices.Concat(f.options.Providers, []provider.Provider{
		bedrock.New(bedrock.Options{Settings: func() bedrock.Settings {
			v := p.values()
			return bedrock.Settings{Region: v.BedrockRegion, Profile: v.BedrockProfile, Models: v.BedrockModels}
		}, APIKey: p.bedrockKey, Account: f.bedrockAccount(), Outbound: p.through}),
	}, p.local, []provider.Provider{
		f.gitHubModels(p),
		practice.New(practice.Options{Delay: f.pace()}),
	})
	return p
}

func (f *Folder) notice(n wire.Notice) {
	if f.options.Events != nil {
		f.options.Events.Notice(n)
	}
}

// keyed is the options of a service whose key is kept under a name.
func (p *Providers) keyed(name string) openai.Options {
	return openai.Options{
		HTTP: p.through,
		Key:  func(ctx context.Context) (string, error) { return p.key(ctx, name) },
		HasKey: func(ctx context.Context) bool {
			ctx, cancel := context.WithTimeout(ctx, hasKeyLimit)
			defer cancel()
			key, err := p.key(ctx, name)
			// With the keys locked there may be one, which a request then says.
			return err == nil && key != "" || errors.Is(err, secret.ErrLocked)
		},
	}
}

// key returns a key, or "" where there is none. Without a keychain there is
// none, which is told when one is entered. That the keys are locked is an error:
// there may be one.
func (p *Providers) key(ctx context.Context, name string) (string, error) {
	key, err := p.secrets.Get(ctx, name)
	if broken, ok := errors.AsType[*secret.Error](err); ok {
		if errors.Is(err, secret.ErrLocked) {
			return "", lockedKey(broken)
		}
		return "", nil
	}
	return key, err
}

// lockedKey is what a request says that would need a key.
func lockedKey(err *secret.Error) error {
	return &provider.Error{Class: provider.ClassAuth, Message: err.Message, Hint: err.Hint, Err: err}
}

// bedrockKey is key for a service that has other ways in: that the keychain does
// not answer is told where none of them is there.
func (p *Providers) bedrockKey(ctx context.Context) (string, error) {
	if key, err := p.secrets.Get(ctx, bedrock.ID); errors.Is(err, secret.ErrSlow) {
		return key, err
	}
	return p.key(ctx, bedrock.ID)
}

// Custom returns the endpoints that the settings name now, by name.
func (p *Providers) Custom() []provider.Provider {
	endpoints := p.values().OpenAIEndpoints
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []provider.Provider
	kept := map[string]provider.Provider{}
	for _, name := range slices.Sorted(maps.Keys(endpoints)) {
		key := name + " " + endpoints[name]
		made, ok := p.custom[key]
		if !ok {
			made = p.makeCustom(name, endpoints[name])
		}
		kept[key] = made
		out = append(out, made)
	}
	p.custom = kept
	return out
}

func (p *Providers) makeCustom(name, address string) provider.Provider {
	o := p.keyed(customSecret(name, address))
	if name == "openai" {
		kept := o.Key
		o.Key = func(ctx context.Context) (string, error) {
			key, err := kept(ctx)
			return cmp.Or(key, os.Getenv("OPENAI_API_KEY")), err
		}
		asked := o.HasKey
		o.HasKey = func(ctx context.Context) bool { return os.Getenv("OPENAI_API_KEY") != "" || asked(ctx) }
	}
	o.ID, o.Name, o.Base, o.Setting = customPrefix+name, name, address, settings.KeyOpenAIEndpoints
	o.Models = func() []string { return p.values().OpenAIModels }
	return openai.New(o)
}

// customSecret names the key of an endpoint after its host too: when another
// address is set, the key does not go there.
func customSecret(name, address string) string {
	host := ""
	if parsed, err := url.Parse(strings.TrimSpace(address)); err == nil {
		host = parsed.Scheme + "://" + parsed.Host
	}
	return customPrefix + name + " " + host
}

// all returns every provider, in the order in which they are shown.
func (p *Providers) all() []provider.Provider { return slices.Concat(p.fixed, p.Custom()) }

// Infos says of each provider whether it can be used.
func (p *Providers) Infos(ctx context.Context) []provider.Info { return infos(ctx, p.all()) }

// infos asks all at once: each may have to look at this machine.
func infos(ctx context.Context, providers []provider.Provider) []provider.Info {
	out := make([]provider.Info, len(providers))
	var group sync.WaitGroup
	for i, each := range providers {
		group.Go(func() { out[i] = each.Info(ctx) })
	}
	group.Wait()
	return out
}

// Running returns the id of a model server that runs on this machine and has a
// model, or "". It takes 0.3 s at most.
func (p *Providers) Running(ctx context.Context) string {
	for _, info := range infos(ctx, p.local) {
		if info.Ready && info.Local {
			return info.ID
		}
	}
	return ""
}

// Price returns what a model costs; false when that is not known. What runs on
// this machine costs nothing, unless the user set a price.
func (p *Providers) Price(providerID, modelID string) (provider.Price, bool) {
	known, ok := p.prices.Of(providerID, modelID)
	return known, ok || p.free(providerID)
}

func (p *Providers) free(providerID string) bool {
	switch providerID {
	case ollama.ID, openai.LMStudioID, openai.LlamaCppID, openai.VLLMID, practice.ID:
		return true
	}
	name, ok := strings.CutPrefix(providerID, customPrefix)
	return ok && endpoint.IsLoopback(p.values().OpenAIEndpoints[name])
}

// SetKey keeps a provider's key where secrets are kept. Where that cannot be it
// is kept until Keel closes, and the person is told or asked.
func (p *Providers) SetKey(ctx context.Context, id, key string) error {
	name, info, err := p.keyName(ctx, id)
	if err != nil {
		return err
	}
	key = strings.TrimSpace(key)
	if key == "" || len(key) > keyLimit || strings.ContainsFunc(key, func(r rune) bool { return unicode.IsControl(r) || r == ' ' || r > unicode.MaxASCII }) {
		return &wire.Error{Code: wire.CodeInvalid, Message: "This cannot be a key; nothing was kept.", Hint: "Copy the key alone, without blanks or quotation marks around it."}
	}
	place, why, err := p.secrets.Set(ctx, name, key)
	if err != nil {
		return err
	}
	if place == secret.InMemory && !p.secrets.State().Undecided { // else the page asks
		p.notice(keptForNow(info.Name, why))
	}
	return nil
}

// keptForNow says that a key is in memory, and why.
func keptForNow(service string, why error) wire.Notice {
	notice := wire.Notice{Severity: "info", Message: fmt.Sprintf("The key for %s is kept until Keel closes, and then forgotten.", service)}
	if known, ok := errors.AsType[*secret.Error](why); ok {
		notice.Severity, notice.Message, notice.Hint = "warning", known.Message+" "+notice.Message, known.Hint
	}
	if errors.Is(why, secret.ErrLocked) {
		notice.Message = fmt.Sprintf("Your keys are locked, so the key for %s is put to them when you unlock them.", service)
	}
	return notice
}

// RemoveKey takes a provider's key out of where it is kept.
func (p *Providers) RemoveKey(ctx context.Context, id string) error {
	name, _, err := p.keyName(ctx, id)
	if err != nil {
		return err
	}
	err = p.secrets.Remove(ctx, name)
	if known, ok := errors.AsType[*secret.Error](err); ok {
		return &wire.Error{Code: wire.CodeNotAllowed, Message: "The key was not removed. " + known.Message, Hint: known.Hint}
	}
	return err
}

// keyName is what a provider's key is kept under.
func (p *Providers) keyName(ctx context.Context, id string) (string, provider.Info, error) {
	if name, ok := strings.CutPrefix(id, customPrefix); ok {
		if address, ok := p.values().OpenAIEndpoints[name]; ok {
			return customSecret(name, address), provider.Info{ID: id, Name: name}, nil
		}
	}
	switch id {
	case bedrock.ID, openai.LMStudioID, openai.LlamaCppID, openai.VLLMID, openai.GitHubModelsID:
		for _, each := range p.fixed {
			if info := each.Info(ctx); info.ID == id {
				return id, info, nil
			}
		}
	}
	return "", provider.Info{}, &wire.Error{Code: wire.CodeNotFound, Message: fmt.Sprintf("There is no service %q that takes a key; nothing was kept.", id), Hint: "Look at the list in the model picker again."}
}
