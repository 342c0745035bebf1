package folder

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider"
)

// listLimit is how long the model picker waits for a provider's list.
const listLimit = 8 * time.Second

// localLimit is how long a server on this machine may take to list its models.
const localLimit = 2 * time.Second

// LocalStates lists the model servers that run on this machine, with their models.
// Nothing but this machine is asked.
func (p *Providers) LocalStates(ctx context.Context) []wire.ProviderState {
	ctx, cancel := context.WithTimeout(ctx, localLimit)
	defer cancel()
	states := make([]wire.ProviderState, len(p.local))
	var group sync.WaitGroup
	for i, each := range p.local {
		group.Go(func() {
			if info := each.Info(ctx); info.Ready && info.Local {
				states[i] = p.list(ctx, each, info)
			}
		})
	}
	group.Wait()
	return slices.DeleteFunc(states, func(s wire.ProviderState) bool { return s.ID == "" })
}

// KnownStates lists all providers, but asks for the models of those only that were
// chosen or need nobody's leave: the one with the id chosen, the model servers that
// run on this machine, and the practice model. Of the others it says what is known
// of them here: listing their models may run a program that a profile names, use
// credentials, and tell a service that somebody is there.
func (p *Providers) KnownStates(ctx context.Context, chosen string) []wire.ProviderState {
	return p.states(ctx, func(each provider.Provider, info provider.Info) bool {
		return info.ID == chosen || info.Practice || info.Local && slices.Contains(p.local, each)
	})
}

// States lists the providers with their models, asking all at once. One that
// does not answer says so and holds up no other.
func (p *Providers) States(ctx context.Context) []wire.ProviderState {
	return p.states(ctx, func(provider.Provider, provider.Info) bool { return true })
}

// states asks for the models of those that are ready and may be asked.
func (p *Providers) states(ctx context.Context, may func(provider.Provider, provider.Info) bool) []wire.ProviderState {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	all := p.all()
	states := make([]wire.ProviderState, len(all))
	var group sync.WaitGroup
	for i, each := range all {
		group.Go(func() {
			info := each.Info(ctx)
			if info.Ready && may(each, info) {
				states[i] = p.list(ctx, each, info)
			} else {
				states[i] = wire.ProviderState{Info: info}
			}
		})
	}
	group.Wait()
	return states
}

// list asks a provider for its models.
func (p *Providers) list(ctx context.Context, each provider.Provider, info provider.Info) wire.ProviderState {
	models, err := each.Models(ctx)
	state := wire.ProviderState{Info: info, Models: models, Listed: true}
	for i, m := range state.Models {
		if known, ok := p.Price(state.ID, m.ID); ok {
			state.Models[i].Price = &known
		}
	}
	if err == nil {
		return state
	}
	if explained, ok := errors.AsType[*wire.Error](p.explain(err)); ok {
		state.Problem, state.ProblemHint = explained.Message, explained.Hint
	} else {
		state.Problem = err.Error()
	}
	return state
}
