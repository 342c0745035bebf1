package approval_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
)

type outcome struct {
	answer approval.Answer
	err    error
}

// ask starts a question and returns once it waits.
func ask(ctx context.Context, q *approval.Queue, question approval.Question) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		answer, err := q.Ask(ctx, question)
		done <- outcome{answer, err}
	}()
	synctest.Wait()
	return done
}

func TestQueueAnswersOnceAndOnlyForTheHash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := approval.NewQueue()
		done := ask(t.Context(), q, approval.Question{ID: "1", SessionID: "s", Hash: "h"})
		if err := q.Answer(t.Context(), "1", "other", approval.Answer{Approved: true}); !errors.Is(err, approval.ErrChanged) {
			t.Errorf("answer with another hash: got %v, want ErrChanged", err)
		}
		if err := q.Answer(t.Context(), "2", "h", approval.Answer{Approved: true}); !errors.Is(err, approval.ErrGone) {
			t.Errorf("answer to another question: got %v, want ErrGone", err)
		}
		synctest.Wait()
		select {
		case got := <-done:
			t.Fatalf("the question ended with %v", got)
		default:
		}
		want := approval.Answer{Feedback: "not like this"}
		if err := q.Answer(t.Context(), "1", "h", want); err != nil {
			t.Fatal(err)
		}
		if err := q.Answer(t.Context(), "1", "h", approval.Answer{Approved: true}); !errors.Is(err, approval.ErrGone) {
			t.Errorf("second answer: got %v, want ErrGone", err)
		}
		got := <-done
		if diff := cmp.Diff(want, got.answer); diff != "" || got.err != nil {
			t.Errorf("answer: err %v (-want +got):\n%s", got.err, diff)
		}
	})
}

func TestQueueCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := approval.NewQueue()
		ctx, cancel := context.WithCancel(t.Context())
		byContext := ask(ctx, q, approval.Question{ID: "1", SessionID: "a", Hash: "h"})
		bySession := ask(t.Context(), q, approval.Question{ID: "2", SessionID: "b", Hash: "h"})
		other := ask(t.Context(), q, approval.Question{ID: "3", SessionID: "c", Hash: "h"})

		if _, err := q.Ask(t.Context(), approval.Question{ID: "3", SessionID: "c", Hash: "h"}); !errors.Is(err, approval.ErrDuplicate) {
			t.Errorf("same id twice: got %v, want ErrDuplicate", err)
		}
		cancel()
		if got := <-byContext; !errors.Is(got.err, context.Canceled) {
			t.Errorf("cancelled context: got %v", got)
		}
		q.CancelSession("b")
		if got := <-bySession; !errors.Is(got.err, approval.ErrCancelled) {
			t.Errorf("cancelled session: got %v", got)
		}
		for _, id := range []string{"1", "2"} {
			if err := q.Answer(t.Context(), id, "h", approval.Answer{Approved: true}); !errors.Is(err, approval.ErrGone) {
				t.Errorf("answer to cancelled %s: got %v, want ErrGone", id, err)
			}
		}
		if err := q.Answer(t.Context(), "3", "h", approval.Answer{Approved: true}); err != nil {
			t.Fatal(err)
		}
		if got := <-other; got.err != nil || !got.answer.Approved {
			t.Errorf("the other session's question: got %v", got)
		}
	})
}

// An answer that raced with the end of the context allows nothing.
func TestQueueCancelBeatsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 200 {
			q := approval.NewQueue()
			ctx, cancel := context.WithCancel(t.Context())
			done := ask(ctx, q, approval.Question{ID: "1", SessionID: "a", Hash: "h"})
			cancel()
			_ = q.Answer(t.Context(), "1", "h", approval.Answer{Approved: true}) // either outcome is right
			if got := <-done; !errors.Is(got.err, context.Canceled) {
				t.Fatalf("got %v, want cancelled", got)
			}
		}
	})
}

func TestQueueRefusesUnboundQuestions(t *testing.T) {
	q := approval.NewQueue()
	for _, question := range []approval.Question{{ID: "1"}, {Hash: "h"}} {
		if _, err := q.Ask(t.Context(), question); err == nil {
			t.Errorf("Ask(%+v) has no error", question)
		}
	}
}

func TestQueueTakesAnotherHash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := approval.NewQueue()
		done := ask(t.Context(), q, approval.Question{ID: "1", SessionID: "s", Hash: "old"})
		for _, test := range []struct {
			id, from, to string
			want         error
		}{{"2", "old", "new", approval.ErrGone}, {"1", "older", "new", approval.ErrChanged}, {"1", "old", "new", nil}, {"1", "old", "new", approval.ErrChanged}} {
			if err := q.Change(test.id, test.from, test.to); !errors.Is(err, test.want) {
				t.Errorf("changing %+v: %v", test, err)
			}
		}
		if err := q.Change("1", "new", ""); err == nil {
			t.Error("a question without a hash")
		}
		if err := q.Answer(t.Context(), "1", "old", approval.Answer{Approved: true}); !errors.Is(err, approval.ErrChanged) {
			t.Errorf("answer to what was shown before: %v", err)
		}
		if err := q.Answer(t.Context(), "1", "new", approval.Answer{Approved: true}); err != nil {
			t.Fatal(err)
		}
		if got := <-done; got.err != nil || !got.answer.Approved {
			t.Errorf("answer: %+v", got)
		}
	})
}
