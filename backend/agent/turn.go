package agent

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/backend/bug"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
	"github.com/sourcegraph/conc/panics"
)

// grace is how long a stopped turn waits for a tool or a stream to end before
// it goes on without it.
const grace = 400 * time.Millisecond

// turn is one running turn. It belongs to its run's goroutine, and what says so
// to the calls of sub agents, which run beside each other.
type turn struct {
	agent    *Agent
	live     *live
	model    model
	talk     conversation
	facts    Facts
	brackets []*bracket
	left     leftovers
	system   string // the system prompt, the same for all of a turn's requests
	denied   ending // what was not allowed, where nobody could be asked; the zero value for nothing
	guard    guard
	label    string // of its checkpoints
	noImages bool   // the model is known to take no images
	looked   bool   // for noImages
	shown    shown  // whole files that the model has been shown

	subs atomic.Int32 // that were started since the turn last asked whether to go on
	solo sync.Mutex   // held by the call of a sub agent that is asked about or acts

	mu      sync.Mutex   // guards what follows: calls that run beside each other change it too
	head    session.Turn // without items
	waiting int          // open questions
}

// run runs the turn up to its last reply or result.
func (t *turn) run(ctx context.Context, earlier <-chan struct{}) ending {
	select {
	case <-earlier:
	case <-ctx.Done():
		return cancelledEnd(ctx)
	}
	var end ending
	if caught := panics.Try(func() { end = t.steps(ctx) }); caught != nil {
		bug.Reportf(ctx, t.agent.o.Log, "a turn panicked: %v", caught.String())
		end = ending{session.StopFailed, "Keel made an error of its own in this turn.", "What was done so far stays. Send a message to go on."}
	}
	if t.denied != (ending{}) && end.goesOn() {
		end = t.denied
	}
	return end
}

func (t *turn) steps(ctx context.Context) ending {
	model, err := t.chooseModel(ctx)
	t.readPrompt(ctx, model) // before anybody is asked: as it is when the message goes
	for err != nil && ctx.Err() == nil && t.signIn(ctx, err) {
		model, err = t.chooseAgain(ctx)
	}
	if ctx.Err() != nil {
		return cancelledEnd(ctx)
	}
	if err != nil {
		return t.failed(err)
	}
	t.model, t.facts = model, t.agent.o.Facts(ctx)
	t.system = systemPrompt(t.facts)
	t.agent.describe(ctx, model)
	for step, limit := 1, t.agent.o.MaxSteps; ; step++ {
		if step > limit {
			if !t.goOn(ctx, limit) {
				return limitEnd(ctx, limit)
			}
			limit += t.agent.o.MaxSteps
			t.subs.Store(0)
		}
		t.live.atStep(step)
		t.lookAtImages(ctx, model)
		reply, calls, err := t.next(ctx, model, step)
		if ctx.Err() != nil {
			return cancelledEnd(ctx)
		}
		if err != nil {
			t.refusedImages(err)
			return t.failed(err)
		}
		t.showed(ctx)
		if reply.StopReason != provider.StopToolUse {
			return replyEnd(reply)
		}
		runCalls(ctx, t.calls(calls))
		if ctx.Err() != nil {
			return cancelledEnd(ctx)
		}
		queue := t.live.takeQueue()
		for _, queued := range queue {
			t.add(promptItem(queued, step, queued.References))
		}
		if len(queue) > 0 {
			t.guard.reset()
			t.readQueued(ctx, model, queue, step)
			if ctx.Err() != nil {
				return cancelledEnd(ctx)
			}
			continue
		}
		switch t.guard.add(calls) {
		case tellIt:
			t.live.tell(loopNotice())
		case stopIt:
			return loopEnd()
		case goesOn:
		}
	}
}

// add adds an item or replaces it.
func (t *turn) add(item session.Item) { t.live.emit(itemChange(t.head.ID, item)) }

func (t *turn) remove(itemID string) {
	t.live.emit(session.Change{Kind: session.ChangeRemoved, TurnID: t.head.ID, ItemID: itemID})
}

func (t *turn) notice(text string) {
	t.add(session.Item{ID: t.agent.o.NewID(), Kind: session.ItemNotice, Text: text})
}

// change changes the turn's header.
func (t *turn) change(change func(*session.Turn)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.head)
	t.live.mu.Lock()
	defer t.live.mu.Unlock()
	t.live.keepReviewLocked(&t.head)
	t.live.emitLocked(turnChange(t.head))
}

// await runs work and waits for it. After the turn was stopped it waits for a
// moment only: work that has not ended then is left over, and false returned.
// A panic of work is returned as an error.
func (t *turn) await(ctx context.Context, work func()) (ended bool, panicked error) {
	done := make(chan struct{})
	var caught error
	t.left.add()
	t.agent.work.Go(func() {
		defer t.left.end()
		defer close(done)
		if recovered := panics.Try(work); recovered != nil {
			bug.Reportf(ctx, t.agent.o.Log, "work for a turn panicked: %v", recovered.String())
			caught = fmt.Errorf("%v", recovered.Value)
		}
	})
	select {
	case <-done:
		return true, caught
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
		return true, caught
	case <-timer.C:
		return false, nil
	}
}
