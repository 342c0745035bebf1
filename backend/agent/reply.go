package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// How long a stream may stay without an event. A server on this machine may
// have to load the model and to read a long conversation first, and some send
// a call only when all of it is there.
const (
	silenceLimit = 90 * time.Second
	localLimit   = 10 * time.Minute
)

var errSilent = errors.New("no event from the model")

// ask gets the model's reply to a request, with retries. It returns the reply's
// tool calls as items. The items of a reply that failed are replaced by those
// of the next one; those of the last one stay.
func (t *turn) ask(ctx context.Context, m model, request provider.Request, step int) (provider.Reply, []*session.Item, error) {
	wait := t.retries(m)
	for {
		rec := &recorder{turn: t, step: step}
		reply, err := t.attempt(ctx, m, request, rec)
		t.measured(m, request, reply, rec.usage)
		t.spend(m, rec.usage)
		if err == nil {
			wait.end()
			return reply, rec.complete(reply), nil
		}
		if ctx.Err() == nil {
			rec.interrupt()
			if wait.again(ctx, err) {
				rec.retract()
				continue
			}
			wait.end()
			if t.signIn(ctx, err) {
				rec.retract()
				wait = t.retries(m)
				continue
			}
		}
		wait.end()
		rec.interrupt()
		return provider.Reply{}, nil, err
	}
}

// sink takes the events of a reply in while they arrive, until it is closed.
type sink interface {
	event(provider.Event)
	close()
}

// attempt streams one reply.
func (t *turn) attempt(ctx context.Context, m model, request provider.Request, rec sink) (provider.Reply, error) {
	streaming, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	patience := silenceLimit
	if m.info.Local {
		patience = localLimit
	}
	watchdog := time.AfterFunc(patience, func() { cancel(errSilent) })
	defer watchdog.Stop()
	var reply provider.Reply
	var err error
	ended, panicked := t.await(streaming, func() {
		var stream provider.Stream
		stream, err = m.provider.Stream(streaming, request)
		if err != nil {
			return
		}
		defer func() { _ = stream.Close() }() // the reply is judged already
		reply, err = provider.Assemble(watched{stream, watchdog, patience}, rec.event)
	})
	rec.close()
	switch {
	case ctx.Err() != nil:
		return provider.Reply{}, context.Cause(ctx)
	case panicked != nil:
		return provider.Reply{}, panicked
	case ended && err == nil:
		return reply, nil
	case errors.Is(context.Cause(streaming), errSilent):
		return provider.Reply{}, &provider.Error{
			Class: provider.ClassInterrupted, Message: fmt.Sprintf("The model sent nothing for %.0f seconds.", patience.Seconds()),
			Hint: "Nothing of the reply was run. Send \"try again\".", Err: errSilent,
		}
	}
	return provider.Reply{}, err
}

// watched winds a watchdog up with every event, also those that mean nothing.
type watched struct {
	provider.Stream
	watchdog *time.Timer
	patience time.Duration
}

func (w watched) Next() (provider.Event, error) {
	event, err := w.Stream.Next()
	if err == nil {
		w.watchdog.Reset(w.patience)
	}
	return event, err
}
