package folder

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider"
)

// listLimit is how long the model picker waits for a provider's list.
const listLimit = 8 * time.Second

// Providers are the model services of this folder, in the order in which they
// are tried for a session that names none.
type Providers struct {
	all     []provider.Provider
	explain func(error) error
}

// Infos says of each provider whether it can be used.
func (p *Providers) Infos(ctx context.Context) []provider.Info {
	out := make([]provider.Info, len(p.all))
	for i, each := range p.all {
		out[i] = each.Info(ctx)
	}
	return out
}

// States lists the providers with their models, asking all at once. One that
// does not answer says so and holds up no other.
func (p *Providers) States(ctx context.Context) []wire.ProviderState {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	states := make([]wire.ProviderState, len(p.all))
	var group sync.WaitGroup
	for i, each := range p.all {
		group.Go(func() { states[i] = p.state(ctx, each) })
	}
	group.Wait()
	return states
}

func (p *Providers) state(ctx context.Context, each provider.Provider) wire.ProviderState {
	state := wire.ProviderState{Info: each.Info(ctx)}
	models, err := each.Models(ctx)
	state.Models = models
	if err == nil || !state.Ready {
		return state
	}
	if explained, ok := errors.AsType[*wire.Error](p.explain(err)); ok {
		state.Problem, state.ProblemHint = explained.Message, explained.Hint
	} else {
		state.Problem = err.Error()
	}
	return state
}

// SetKey keeps a provider's key in the keychain.
func (p *Providers) SetKey(ctx context.Context, id, key string) error { return errors.New("not yet") }

// RemoveKey takes a provider's key out of the keychain.
func (p *Providers) RemoveKey(ctx context.Context, id string) error { return errors.New("not yet") }
