package agent

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func TestRetryDelay(t *testing.T) {
	throttle := &provider.Error{Class: provider.ClassThrottle}
	later := &provider.Error{Class: provider.ClassThrottle, RetryAfter: 12 * time.Second}
	for _, test := range []struct {
		name   string
		err    error
		failed int
		jitter float64
		want   time.Duration // 0: give up
	}{
		{"shortest", throttle, 1, 0, time.Second},
		{"first, half way", throttle, 1, 0.5, 1500 * time.Millisecond},
		{"third, half way", throttle, 3, 0.5, 4500 * time.Millisecond},
		{"fifth, longest", throttle, 5, 1, 30 * time.Second},
		{"sixth failure", throttle, 6, 0, 0},
		{"as long as the service asks", later, 1, 0, 12 * time.Second},
		{"longer than the service asks", later, 5, 1, 30 * time.Second},
		{"bounded, second", &provider.Error{Class: provider.ClassBounded}, 2, 0, time.Second},
		{"bounded, third", &provider.Error{Class: provider.ClassBounded}, 3, 0, 0},
		{"cut, third", &provider.Error{Class: provider.ClassInterrupted}, 3, 0, 0},
		{"without a class", errors.New("connection reset"), 1, 0, time.Second},
		{"validation", &provider.Error{Class: provider.ClassValidation}, 1, 0, 0},
		{"auth", &provider.Error{Class: provider.ClassAuth}, 1, 0, 0},
		{"quota", &provider.Error{Class: provider.ClassQuota}, 1, 0, 0},
		{"access", &provider.Error{Class: provider.ClassAccess}, 1, 0, 0},
		{"context", &provider.Error{Class: provider.ClassContext}, 1, 0, 0},
	} {
		got, again := retryDelay(test.err, test.failed, test.jitter)
		if got != test.want || again != (test.want != 0) {
			t.Errorf("%s: %v, %v, want %v", test.name, got, again, test.want)
		}
	}
}

// TestRetries plays failures and looks at how a turn ends, how long it waited
// and what it asked.
func TestRetries(t *testing.T) {
	fail := func(class provider.Class, after time.Duration) scriptedReply {
		return scriptedReply{refuse: &provider.Error{Class: class, Message: "no " + string(class), Hint: "do something", RetryAfter: after}}
	}
	cut := scriptedReply{events: append(textEvents(0, "Half"), callEvents(1, "id", "write", `{"path":"a","content":"x"}`)...)}
	silent := scriptedReply{events: textEvents(0, "Then silence"), hangs: true}
	for _, test := range []struct {
		name     string
		replies  []scriptedReply
		reason   string
		outcome  string
		attempts int
		waited   time.Duration
	}{
		{
			"busy, then well", []scriptedReply{fail("throttle", 0), fail("throttle", 0), says("Hello")},
			"end_turn", "", 3, 2 * time.Second,
		},
		{
			"busy for ever", slices.Repeat([]scriptedReply{fail("throttle", 0)}, 7),
			session.StopFailed, "no throttle", 6, 5 * time.Second,
		},
		{
			"over the budget of time", slices.Repeat([]scriptedReply{fail("throttle", 70*time.Second)}, 7),
			session.StopFailed, "no throttle", 3, 140 * time.Second,
		},
		{
			"asked to wait too long", []scriptedReply{fail("throttle", time.Hour)},
			session.StopFailed, "no throttle", 1, 0,
		},
		{
			"our own mistake", []scriptedReply{fail("validation", 0)},
			session.StopFailed, "no validation", 1, 0,
		},
		{
			"too long", []scriptedReply{fail("context", 0)},
			"model_context_window_exceeded", "no context", 1, 0,
		},
		{
			"cut, then well", []scriptedReply{cut, cut, says("Hello")},
			"end_turn", "", 3, 2 * time.Second,
		},
		{
			"cut for ever", slices.Repeat([]scriptedReply{cut}, 7),
			session.StopInterrupted, "The reply was cut before its end.", 3, 2 * time.Second,
		},
		{
			"silent, then well", []scriptedReply{silent, says("Hello")},
			"end_turn", "", 2, silenceLimit + time.Second,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{}, test.replies...)
				start := time.Now()
				turn := b.turn("go")
				if took := time.Since(start); took != test.waited {
					t.Errorf("waited %v, want %v", took, test.waited)
				}
				if turn.StopReason != test.reason || turn.Outcome != test.outcome {
					t.Errorf("ended with %q: %q", turn.StopReason, turn.Outcome)
				}
				if got := len(b.model.requests); got != test.attempts {
					t.Errorf("%d attempts, want %d", got, test.attempts)
				}
				for _, request := range b.model.requests {
					if d := cmp.Diff(b.model.requests[0], request); d != "" {
						t.Errorf("attempts differ:\n%s", d)
					}
				}
				if len(b.disk.now()) != 0 {
					t.Error("a call of a cut reply was run")
				}
				texts := []string{}
				for _, item := range turn.Items {
					if item.Kind == session.ItemNotice {
						t.Errorf("notice stays: %+v", item)
					}
					if item.Kind == session.ItemText {
						texts = append(texts, item.Text)
					}
				}
				if test.outcome == "" {
					if d := cmp.Diff([]string{"Hello"}, texts); d != "" {
						t.Errorf("the partial text was not replaced:\n%s", d)
					}
				}
			})
		})
	}
}

func TestRetryNoticeCountsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, scriptedReply{refuse: &provider.Error{Class: provider.ClassThrottle, RetryAfter: 20 * time.Second}}, says("ok"))
		end := time.Now().Add(20 * time.Second).UnixMilli()
		id := b.send("go")
		b.until(func(s session.Session) bool {
			items := s.Turns[0].Items
			return len(items) == 1 && items[0].Until == end &&
				items[0].Text == "Fake is busy. Trying again soon (attempt 2 of 6)."
		})
		if turn := b.ended(id); turn.StopReason != "end_turn" {
			t.Errorf("ended with %q", turn.StopReason)
		}
	})
}

// TestAServerHereMayTakeItsTime: it has to load the model first.
func TestAServerHereMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := says("Hello")
		slow.each = 4 * time.Minute
		b := newBench(t, setup{}, slow)
		b.model.local = true
		if turn := b.turn("go"); turn.StopReason != "end_turn" || len(b.model.requests) != 1 {
			t.Errorf("ended with %q after %d requests: %s", turn.StopReason, len(b.model.requests), turn.Outcome)
		}
	})
}

// TestWaitsBesideEachOther: the end of one leaves the others alone, and the user
// ends all of them.
func TestWaitsBesideEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, says("ok"))
		b.turn("go")
		wait := func(limit time.Duration) <-chan time.Duration {
			l := b.opened(b.id)
			r := (&turn{agent: b.Agent, live: l, head: b.state().Turns[0]}).retries(model{})
			took := make(chan time.Duration, 1)
			start := time.Now()
			go func() {
				r.again(t.Context(), &provider.Error{Class: provider.ClassThrottle, RetryAfter: limit})
				took <- time.Since(start)
			}()
			synctest.Wait()
			return took
		}
		short, long := wait(5*time.Second), wait(20*time.Second)
		if a, b := <-short, <-long; a != 5*time.Second || b != 20*time.Second {
			t.Errorf("waited %v and %v", a, b)
		}
		one, other := wait(time.Minute), wait(time.Minute)
		if err := b.RetryNow(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if a, b := <-one, <-other; a+b != 0 {
			t.Errorf("waited %v and %v", a, b)
		}
	})
}
