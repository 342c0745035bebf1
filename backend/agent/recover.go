package agent

import (
	"cmp"
	"context"
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// recover finishes the last turn of a session that a crash has cut: it still
// lacks its last checkpoint and its list of changes. Turns and reverts wait
// for it.
//
// Where every call had come to its end, the turn ends with the last of them,
// and what was changed since belongs to nobody. Where the outcome of a call is
// unknown, the present state must do, and its changes count as possibly the
// user's too, so that reverting the turn leaves them alone unless they are
// named. So do in either case those of a command: what the user saved while it
// ran is not known any more.
func (a *Agent) recover(ctx context.Context, l *live) {
	if len(l.state.Turns) == 0 {
		return
	}
	last := l.state.Turns[len(l.state.Turns)-1]
	if last.StopReason != session.StopInterrupted || last.Before == "" || last.After != "" {
		return
	}
	brackets := bracketsOf(last)
	if len(brackets) == 0 {
		return
	}
	settled := make(chan struct{})
	l.settled = settled
	t := &turn{agent: a, live: l, head: last.Header(), label: promptOfTurn(last).title()}
	ctx = context.WithoutCancel(ctx)
	a.work.Go(func() {
		defer close(settled)
		s := &settling{done: make(chan struct{})}
		if end := brackets[len(brackets)-1].after; end != "" {
			s.end(ctx, t, end, brackets)
		} else {
			t.settle(ctx, s, brackets)
		}
		unknown := brackets[len(brackets)-1].item.Tool.After == ""
		for i := range s.changes {
			change := &s.changes[i]
			if change.By == session.ByCommand || unknown && change.By.Agent() {
				change.AlsoUser, change.Also = true, cmp.Or(change.Also, session.ByUnknown)
			}
		}
		t.record(s)
		t.change(func(*session.Turn) {})
	})
}

func bracketsOf(turn session.Turn) []*bracket {
	var brackets []*bracket
	for _, item := range turn.Items {
		if item.Tool == nil || item.Tool.Before == "" {
			continue
		}
		brackets = append(brackets, &bracket{
			item: item.Clone(), paths: item.Tool.Paths, command: item.Tool.Kind == session.KindExecute,
			before: item.Tool.Before, after: item.Tool.After,
		})
	}
	// The calls of sub agents come after those that wait for them.
	slices.SortStableFunc(brackets, func(a, b *bracket) int {
		return cmp.Compare(uint64(a.item.Tool.StartedAt-1), uint64(b.item.Tool.StartedAt-1))
	})
	return brackets
}
