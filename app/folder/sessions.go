package folder

import (
	"context"
	"slices"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// DeleteSession moves a session aside, and tells the page which ones are left: what
// its end has changed in the list may be told while it is still there.
func (f *Folder) DeleteSession(ctx context.Context, id string) error {
	defer f.list.tell(ctx, f) // also where it failed half-way
	return f.Agent.DeleteSession(ctx, id)
}

// RestoreSession brings a deleted session back, also into the page's list.
func (f *Folder) RestoreSession(ctx context.Context, id string) error {
	defer f.list.tell(ctx, f)
	return f.Agent.RestoreSession(ctx, id)
}

// sessionList is what the page is told of all sessions.
type sessionList struct {
	mu     sync.Mutex // held until what was read is sent: a higher number has a later list
	seq    int64
	grants []string
}

func (l *sessionList) tell(ctx context.Context, f *Folder) {
	if f.options.Events == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	list, err := f.Agent.Sessions(ctx)
	if err != nil {
		if ctx.Err() == nil {
			f.options.Log.Error("listing sessions", "error", err)
		}
		return
	}
	l.seq++
	f.options.Events.Sessions(wire.SessionsChanged{Seq: l.seq, Sessions: list})
	if now := grantsOf(list); !slices.Equal(now, l.grants) {
		l.grants = now
		f.trustChanged()
	}
}

// grantsOf lists what is trusted in sessions, each after its session.
func grantsOf(list []session.Summary) []string {
	var all []string
	for _, each := range list {
		if len(each.Grants) > 0 {
			all = append(append(all, each.ID), each.Grants...)
		}
	}
	return all
}
