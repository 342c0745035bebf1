package agent

import (
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// spend counts what a model has used for the turn: for a reply, a reply that
// was cut, a summary or a sub agent.
func (t *turn) spend(m model, usage provider.Usage) {
	if usage == (provider.Usage{}) {
		return
	}
	cost := t.agent.cost(m, usage)
	t.change(func(head *session.Turn) {
		head.Usage, head.Cost = head.Usage.Add(usage), sum(head.Cost, cost)
	})
	t.live.spend(m, usage)
}

// spend counts what a model has used to the session alone, where no turn is the
// reason.
func (l *live) spend(m model, usage provider.Usage) {
	if usage == (provider.Usage{}) {
		return
	}
	cost := l.agent.cost(m, usage)
	l.header(func(s *session.Session) {
		s.Usage, s.Cost = s.Usage.Add(usage), sum(s.Cost, cost)
	})
}

func (a *Agent) cost(m model, usage provider.Usage) session.Cost {
	if m.info.Practice {
		return session.Cost{}
	}
	if a.o.Price != nil {
		if price, known := a.o.Price(m.info.ID, m.id); known {
			return session.Cost{Micros: price.Of(usage)}
		}
	}
	return session.Cost{Partial: true}
}

func sum(a, b session.Cost) session.Cost {
	return session.Cost{Micros: a.Micros + b.Micros, Partial: a.Partial || b.Partial}
}
