package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// The answers to Keel's own questions.
const (
	answerGoOn  = "Continue"
	answerStop  = "Stop here"
	answerAgain = "Try again"
)

// asked is a question that waits. Whoever takes it out of live.questions, and
// nobody else, closes its item.
type asked struct {
	turnID string
	item   session.Item
	answer chan string // buffered
}

// question puts a question to the user and waits for the answer. It is
// [ErrNobody] where nobody can be asked, and the cause of ctx's end when that
// comes first.
func (t *turn) question(ctx context.Context, q session.Question) (string, error) {
	if t.agent.o.Headless {
		return "", ErrNobody
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	q.ID, q.Answer, q.Open = t.agent.o.NewID(), "", true
	q.Free = q.Free || len(q.Choices) == 0
	w := &asked{
		turnID: t.head.ID, answer: make(chan string, 1),
		item: session.Item{ID: t.agent.o.NewID(), Kind: session.ItemQuestion, Question: &q},
	}
	t.live.ask(w)
	t.wait(1)
	defer t.wait(-1)
	if err := t.live.sync(); err != nil {
		t.agent.o.Log.Error("question not saved", "session", t.live.id, "error", err)
	}
	select {
	case answer := <-w.answer:
		if ctx.Err() != nil {
			return "", context.Cause(ctx) // nothing may start after it
		}
		return answer, nil
	case <-ctx.Done():
		t.live.take(w, "")
		return "", context.Cause(ctx)
	}
}

// wait counts what the turn waits for a person with.
func (t *turn) wait(more int) {
	t.change(func(head *session.Turn) {
		t.waiting += more
		switch {
		case head.Status == session.Done:
		case t.waiting > 0:
			head.Status = session.Waiting
		default:
			head.Status = session.Running
		}
	})
}

// ask shows a question and lets it be answered.
func (l *live) ask(w *asked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.questions[w.item.Question.ID] = w
	l.emitLocked(itemChange(w.turnID, w.item))
}

// take closes a question that still waits.
func (l *live) take(w *asked, answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.questions[w.item.Question.ID] == w {
		l.takeLocked(w, answer)
	}
}

func (l *live) takeLocked(w *asked, answer string) {
	delete(l.questions, w.item.Question.ID)
	item := w.item.Clone()
	item.Question.Open, item.Question.Answer = false, answer
	l.emitLocked(itemChange(w.turnID, item))
}

// AnswerQuestion answers a question of the running turn: one that is free with
// any text, any other with one of its choices. It is [approval.ErrGone] for one
// that does not wait, [ErrEmpty] or [ErrAnswer].
func (a *Agent) AnswerQuestion(_ context.Context, id, questionID, answer string) error {
	l := a.opened(id)
	if l == nil {
		return fmt.Errorf("answering question %q: %w", questionID, approval.ErrGone)
	}
	if err := l.answer(questionID, strings.TrimSpace(answer)); err != nil {
		return fmt.Errorf("answering question %q: %w", questionID, err)
	}
	if err := l.sync(); err != nil && !errors.Is(err, ErrClosed) {
		a.o.Log.Error("answer not saved", "session", id, "error", err)
	}
	return nil
}

func (l *live) answer(questionID, answer string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.questions[questionID]
	switch {
	case w == nil:
		return approval.ErrGone
	case answer == "":
		return ErrEmpty
	case !w.item.Question.Free && !slices.Contains(w.item.Question.Choices, answer):
		return ErrAnswer
	}
	l.takeLocked(w, answer)
	w.answer <- answer
	return nil
}

// SignedIn answers every question that waits for a sign-in, so that its turn
// tries again.
func (a *Agent) SignedIn() {
	a.mu.Lock()
	lives := slices.Collect(maps.Values(a.lives))
	a.mu.Unlock()
	for _, l := range lives {
		if !l.signedIn() {
			continue
		}
		if err := l.sync(); err != nil && !errors.Is(err, ErrClosed) {
			a.o.Log.Error("answer not saved", "session", l.id, "error", err)
		}
	}
}

func (l *live) signedIn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := false
	for _, w := range l.questions {
		if w.item.Question.Kind == session.QuestionSignIn {
			l.takeLocked(w, answerAgain)
			w.answer <- answerAgain
			found = true
		}
	}
	return found
}

// goOn asks whether the turn, which has reached its limit of steps, may take as
// many again.
func (t *turn) goOn(ctx context.Context, steps int) bool {
	answer, err := t.question(ctx, session.Question{
		Kind: session.QuestionSteps, Text: fmt.Sprintf("This turn has taken %d steps. Go on?", steps),
		Hint:    fmt.Sprintf("It goes on for up to %d more, and then asks again.", t.agent.o.MaxSteps),
		Choices: []string{answerGoOn, answerStop},
	})
	return err == nil && answer == answerGoOn
}

// signIn waits, where the service refused the credentials, until the user says
// to try again. It returns false when there is to be no other attempt.
func (t *turn) signIn(ctx context.Context, err error) bool {
	failure, ok := errors.AsType[*provider.Error](err)
	if !ok || failure.Class != provider.ClassAuth {
		return false
	}
	answer, err := t.question(ctx, session.Question{
		Kind: session.QuestionSignIn, Text: failure.Message, Hint: failure.Hint,
		Choices: []string{answerAgain, answerStop},
	})
	return err == nil && answer == answerAgain
}
