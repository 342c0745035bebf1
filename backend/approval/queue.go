package approval

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

var (
	// ErrGone is returned for an answer to a question that does not wait: it
	// was answered, cancelled, or never asked.
	ErrGone = errors.New("the question is no longer open")
	// ErrChanged is returned for an answer to something else than what would
	// happen now; the question goes on waiting.
	ErrChanged = errors.New("what was approved is not what would happen")
	// ErrCancelled is what a question returns whose session was cancelled.
	ErrCancelled = errors.New("the question was cancelled")
	// ErrDuplicate is returned for a question whose ID already waits.
	ErrDuplicate = errors.New("a question with this id is already open")
)

// Question is one act that waits for a person. Hash is of exactly what is
// shown and must not be empty.
type Question struct{ ID, SessionID, Hash string }

// Answer is what a person said. Feedback is the reason for a no, for the model
// to read. Command is the command as the person changed it, which they agree to
// instead of what was shown; empty when they changed nothing.
type Answer struct {
	Approved bool
	Feedback string
	Command  string
}

// Queue holds the open questions. It is safe for concurrent use.
type Queue struct {
	mu   sync.Mutex
	open map[string]*waiting // by question ID; guarded by mu
}

// waiting is an open question. Whoever takes it out of the map, and nobody
// else, sends to it or closes it.
type waiting struct {
	Question
	answer chan Answer // buffered; closed without a value: cancelled
}

// NewQueue returns a queue without questions.
func NewQueue() *Queue {
	return &Queue{open: make(map[string]*waiting)}
}

// Ask waits for the answer to a question. It returns ctx's error when ctx ends
// first and [ErrCancelled] when the session is cancelled; in both cases a later
// answer gets [ErrGone].
func (q *Queue) Ask(ctx context.Context, question Question) (Answer, error) {
	if question.ID == "" || question.Hash == "" {
		return Answer{}, fmt.Errorf("asking question %q: id or hash missing", question.ID)
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	w := &waiting{Question: question, answer: make(chan Answer, 1)}
	if err := q.add(w); err != nil {
		return Answer{}, err
	}
	defer q.take(question.ID, w)
	select {
	case answer, ok := <-w.answer:
		// An end of ctx that raced with the answer wins: nothing may start after it.
		if err := ctx.Err(); err != nil {
			return Answer{}, err
		}
		if !ok {
			return Answer{}, fmt.Errorf("asking question %q: %w", question.ID, ErrCancelled)
		}
		return answer, nil
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}

func (q *Queue) add(w *waiting) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, exists := q.open[w.ID]; exists {
		return fmt.Errorf("asking question %q: %w", w.ID, ErrDuplicate)
	}
	q.open[w.ID] = w
	return nil
}

// take removes w when it is still the open question of that ID.
func (q *Queue) take(id string, w *waiting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open[id] == w {
		delete(q.open, id)
	}
}

// Answer gives a person's answer to the open question with this ID. The hash
// must be the question's; the question is then used up.
func (q *Queue) Answer(_ context.Context, id, hash string, answer Answer) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	w, ok := q.open[id]
	if !ok {
		return fmt.Errorf("answering question %q: %w", id, ErrGone)
	}
	if w.Hash != hash {
		return fmt.Errorf("answering question %q: %w", id, ErrChanged)
	}
	delete(q.open, id)
	w.answer <- answer
	return nil
}

// Change puts another hash in the place of an open question's: what would happen
// has changed, and an answer to what was shown before is [ErrChanged] from now on.
func (q *Queue) Change(id, from, to string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	w, ok := q.open[id]
	switch {
	case !ok:
		return fmt.Errorf("changing question %q: %w", id, ErrGone)
	case w.Hash != from:
		return fmt.Errorf("changing question %q: %w", id, ErrChanged)
	case to == "":
		return fmt.Errorf("changing question %q: hash missing", id)
	}
	w.Hash = to
	return nil
}

// CancelSession ends every open question of a session with [ErrCancelled].
func (q *Queue) CancelSession(sessionID string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, w := range q.open {
		if w.SessionID == sessionID {
			delete(q.open, id)
			close(w.answer)
		}
	}
}
