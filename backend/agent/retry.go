package agent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// The single retry layer's limits.
const (
	maxAttempts     = 6
	boundedAttempts = 3
	retryBudget     = 3 * time.Minute // from the first failure to the last attempt
	shortestWait    = time.Second
	longestWait     = 30 * time.Second
)

// retries is the waiting for one reply. While it waits, a notice says so.
type retries struct {
	turn   *turn
	name   string // of the provider
	failed int
	since  time.Time // of the first failure
	notice session.Item
}

func (t *turn) retries(m model) *retries {
	return &retries{turn: t, name: m.info.Name}
}

// again waits for the next attempt after err. It returns false when there is
// to be none, or when ctx ended.
func (r *retries) again(ctx context.Context, err error) bool {
	now := r.turn.agent.o.Now()
	if r.failed == 0 {
		r.since = now
	}
	r.failed++
	delay, ok := retryDelay(err, r.failed, r.turn.agent.o.Jitter())
	if !ok || now.Add(delay).Sub(r.since) > retryBudget {
		return false
	}
	hurry, release := r.turn.live.hold()
	defer release()
	r.show(retryText(err, r.name, r.failed+1), now.Add(delay).UnixMilli())
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-hurry:
	case <-ctx.Done():
		return false
	}
	r.show(fmt.Sprintf("Trying again (attempt %d).", r.failed+1), 0)
	return true
}

// RetryNow ends the waits before the next attempts, where there are any.
func (a *Agent) RetryNow(_ context.Context, id string) error {
	if l := a.opened(id); l != nil {
		l.hurry()
	}
	return nil
}

// hold begins a wait for the next attempt, of which sub agents have their own;
// hurry is closed when it is to end, release ends it.
func (l *live) hold() (hurry <-chan struct{}, release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := make(chan struct{})
	l.waits[wait] = true
	return wait, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.waits, wait)
	}
}

func (l *live) hurry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for wait := range l.waits {
		close(wait)
	}
	clear(l.waits)
}

func (r *retries) show(text string, until int64) {
	if r.notice.ID == "" {
		r.notice = session.Item{ID: r.turn.agent.o.NewID(), Kind: session.ItemNotice}
	}
	r.notice.Text, r.notice.Until = text, until
	r.turn.add(r.notice)
}

// end takes the notice away: what came of the waiting shows by itself.
func (r *retries) end() {
	if r.notice.ID != "" {
		r.turn.remove(r.notice.ID)
		r.notice.ID = ""
	}
}

// retryDelay returns how long to wait after the failed-th failure, or false to
// give up. jitter is from 0 up to 1.
//
// The wait is drawn evenly between 1 s and a limit that doubles up to 30 s
// ("full jitter" of Marc Brooker's "Exponential Backoff And Jitter"), but is
// never shorter than the service asked for.
func retryDelay(err error, failed int, jitter float64) (time.Duration, bool) {
	if failed >= attemptsFor(provider.ClassOf(err)) {
		return 0, false
	}
	limit := min(float64(longestWait), float64(shortestWait)*math.Pow(2, float64(failed)))
	delay := shortestWait + time.Duration(jitter*(limit-float64(shortestWait)))
	return max(delay, retryAfter(err)), true
}

// attemptsFor is how many attempts a class of errors gets. Errors without a
// class count as bounded: a network that went away for example.
func attemptsFor(class provider.Class) int {
	switch class {
	case provider.ClassThrottle:
		return maxAttempts
	case provider.ClassBounded, provider.ClassInterrupted, "":
		return boundedAttempts
	}
	return 1
}

func retryAfter(err error) time.Duration {
	if failure, ok := errors.AsType[*provider.Error](err); ok {
		return failure.RetryAfter
	}
	return 0
}

func retryText(err error, name string, attempt int) string {
	what := "did not answer as it should"
	switch provider.ClassOf(err) {
	case provider.ClassThrottle:
		what = "is busy"
	case provider.ClassInterrupted:
		what = "cut its reply; nothing of it was run"
	}
	return fmt.Sprintf("%s %s. Trying again soon (attempt %d of %d).", name, what, attempt, attemptsFor(provider.ClassOf(err)))
}
