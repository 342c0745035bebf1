package agent

import (
	"context"
	"slices"
	"sync"

	"github.com/keel-ide/keel/backend/bug"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/sourcegraph/conc/panics"
)

// catalogue remembers what providers said of their models, so that no request
// has to wait for it.
type catalogue struct {
	mu     sync.Mutex // guards what follows
	models map[[2]string]provider.Model
	asking map[string]bool // providers
	ids    map[provider.Provider]string
}

// met notes a provider's id, which never changes.
func (c *catalogue) met(p provider.Provider, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil {
		c.ids = map[provider.Provider]string{}
	}
	c.ids[p] = id
}

// isOther reports whether a provider is known to have another id. Asking it
// again would have it look at this machine, or into the keychain, for nothing.
func (c *catalogue) isOther(p provider.Provider, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.ids[p]
	return ok && known != id
}

// learn takes in a provider's list.
func (c *catalogue) learn(providerID string, models []provider.Model) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.models == nil {
		c.models = map[[2]string]provider.Model{}
	}
	for _, m := range models {
		c.models[[2]string{providerID, m.ID}] = m
	}
}

// model returns what is known of a model by now.
func (c *catalogue) model(providerID, modelID string) (provider.Model, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.models[[2]string{providerID, modelID}]
	return m, ok
}

// begin reports whether somebody has to ask a provider for its list.
func (c *catalogue) begin(providerID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking[providerID] {
		return false
	}
	if c.asking == nil {
		c.asking = map[string]bool{}
	}
	c.asking[providerID] = true
	return true
}

func (c *catalogue) end(providerID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.asking, providerID)
}

// describe finds out about a model in the background: where its context is not
// known, and of a server on this machine for each turn anew, since how much it
// takes depends on what was loaded and set meanwhile.
func (a *Agent) describe(ctx context.Context, m model) {
	known, _ := a.catalogue.model(m.info.ID, m.id)
	if known.ContextTokens > 0 && !m.info.Local || !a.catalogue.begin(m.info.ID) {
		return
	}
	a.work.Go(func() {
		defer a.catalogue.end(m.info.ID)
		ctx, cancel := context.WithTimeout(ctx, modelsLimit)
		defer cancel()
		var models []provider.Model
		var err error
		if caught := panics.Try(func() { models, err = m.provider.Models(ctx) }); caught != nil {
			bug.Reportf(ctx, a.o.Log, "listing models panicked: %v", caught.String())
			return
		}
		if err != nil {
			a.o.Log.Info("list of models not read", "provider", m.info.ID, "error", err)
			return
		}
		a.catalogue.learn(m.info.ID, models)
	})
}

// limit returns how many tokens a model takes, or 0 when that is not known.
func (a *Agent) limit(m model) int64 {
	known, _ := a.catalogue.model(m.info.ID, m.id)
	return int64(known.ContextTokens)
}

// smallContext is below how many tokens of context a model gets only the tools
// that work cannot be done without: the declaration of all takes 3,000.
const smallContext = 16_000

// specs declares the tools to a model; one that is known to take none would
// refuse the request.
func (a *Agent) specs(m model) []provider.ToolSpec {
	known, _ := a.catalogue.model(m.info.ID, m.id)
	if known.NoTools {
		return nil
	}
	specs := a.o.Tools.Specs()
	if limit := known.ContextTokens; limit > 0 && limit < smallContext {
		specs = slices.DeleteFunc(slices.Clone(specs), func(spec provider.ToolSpec) bool { return spec.Spare })
	}
	return specs
}
