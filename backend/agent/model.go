package agent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// modelsLimit is how long a turn waits for a provider's list of models when no
// model was chosen.
const modelsLimit = 10 * time.Second

// model is what answers a turn.
type model struct {
	provider provider.Provider
	info     provider.Info
	id       string
}

// chooseModel finds out what answers this turn and notes it in the turn and,
// where the session named nothing, in the session.
func (t *turn) chooseModel(ctx context.Context) (model, error) {
	var chosen model
	var err error
	ended, panicked := t.await(ctx, func() { chosen, err = t.agent.choose(ctx, t.head.Provider, t.head.Model) })
	if !ended {
		return model{}, context.Cause(ctx)
	}
	if panicked != nil {
		return model{}, panicked
	}
	if err != nil {
		return model{}, err
	}
	named := t.head.Provider != "" && t.head.Model != ""
	t.change(func(head *session.Turn) {
		head.Provider, head.Model, head.Practice = chosen.info.ID, chosen.id, chosen.info.Practice
	})
	if !named {
		t.live.header(func(s *session.Session) {
			if s.Provider == "" || s.Provider == chosen.info.ID && s.Model == "" {
				s.Provider, s.Model = chosen.info.ID, chosen.id
			}
		})
	}
	return chosen, nil
}

// chooseAgain chooses anew for a turn that nothing has answered yet: the user
// may have taken another model meanwhile.
func (t *turn) chooseAgain(ctx context.Context) (model, error) {
	providerID, modelID := t.live.choice()
	t.change(func(head *session.Turn) { head.Provider, head.Model = providerID, modelID })
	return t.chooseModel(ctx)
}

func (l *live) choice() (providerID, modelID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Provider, l.state.Model
}

func (a *Agent) choose(ctx context.Context, providerID, modelID string) (model, error) {
	var hints []provider.Info
	for _, p := range slices.Concat(a.o.Providers, a.o.MoreProviders()) {
		if providerID != "" && a.catalogue.isOther(p, providerID) {
			continue
		}
		info := p.Info(ctx)
		a.catalogue.met(p, info.ID)
		if providerID != "" && info.ID != providerID {
			continue
		}
		if !info.Ready {
			hints = append(hints, info)
			continue
		}
		if modelID != "" && providerID != "" {
			return model{p, info, modelID}, nil
		}
		return a.firstModel(ctx, p, info)
	}
	return model{}, noProvider(providerID, hints)
}

func (a *Agent) firstModel(ctx context.Context, p provider.Provider, info provider.Info) (model, error) {
	ctx, cancel := context.WithTimeout(ctx, modelsLimit)
	defer cancel()
	models, err := p.Models(ctx)
	if err != nil {
		return model{}, err
	}
	a.catalogue.learn(info.ID, models)
	if len(models) == 0 {
		return model{}, &provider.Error{
			Class: provider.ClassAccess, Message: fmt.Sprintf("%s offers no model.", info.Name),
			Hint: "Choose another provider or type a model's id in the model picker.",
		}
	}
	return model{p, info, models[0].ID}, nil
}

func noProvider(providerID string, notReady []provider.Info) error {
	if len(notReady) > 0 {
		return &provider.Error{
			Class: provider.ClassAuth, Message: fmt.Sprintf("%s is not ready.", notReady[0].Name), Hint: notReady[0].Hint,
		}
	}
	return &provider.Error{
		Class: provider.ClassValidation, Message: fmt.Sprintf("There is no model provider %q.", providerID),
		Hint: "Choose another one in the model picker.",
	}
}
