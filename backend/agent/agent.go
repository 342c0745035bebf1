// Package agent runs turns: from a prompt, through the model's replies, its
// tool calls, their approvals and results, to a reason for stopping.
//
// # Promises
//
// Nothing acts before the policy has decided, a person has agreed where the
// policy asks, the journal is on the disk, decision and answer are in the audit
// log and, for what may change files, a checkpoint was taken; where one of them is
// not to be had the call is refused and nothing happens (a call that only looks
// goes on without the last three). Calls of a reply that was cut are never run.
//
// Every turn ends, with a reason and, unless it just finished, a sentence for
// the user. [Agent.Stop] ends it in under a second at any moment, also while it
// waits for a person or for the next attempt; a process that takes longer to die
// is waited for before the next change or revert. A turn whose calls keep giving
// the same results is told so, and then stopped.
//
// Where a turn needs a person (a question of the model, credentials that the
// service refuses, many steps) it waits, and the same turn goes on with the
// answer; where nobody can be asked it ends instead.
//
// A command that goes on in the background is followed beyond its turn: what it
// says is shown where it was started, and its end is told to the model, once.
// What is shown to run is followed; Keel's end ends that.
//
// A file's change that waits for a person can be taken in part or changed by them
// first, and is put on top of what the file has become meanwhile. What is then
// written is what they saw last, and the model is told what became of its own.
//
// What a person decides about the changes of turns is an act that can be taken
// back and done again, with the files that it touched ([Agent.Review]).
//
// Taking the end of a conversation out keeps the whole as another session first,
// from which it can come back ([Agent.Rewind], [Agent.Unrewind]).
//
// What a prompt points at is read when it goes, while the turn shows that, and stays
// as it was then. The model reads it in a frame that it cannot end by itself. What
// could not be read, for whatever reason, is said to be so and fails no turn.
//
// What a model has used is counted at every reply, also those that were cut.
//
// A conversation that no longer fits into its model is made shorter for the
// model, visibly, and never in the session.
//
// Every change of a session reaches subscribers in order, at most one event per
// session every 16 ms, with numbers that grow by one. Readers are never waited
// for: one that is too slow sees a gap and asks for the session again.
//
// Every file that changed during a turn is said to be somebody's
// ([session.Author]). Reverting a turn takes back what its own agent changed, by
// tools, commands and what these left running, and leaves alone, unless it is
// named, whatever anybody else is known to have changed too: the user, another
// session, a restore, or a program that nobody knows, as far as that shows
// between two checkpoints. What another program changes in the very moment in
// which a command runs cannot be told from the command's work.
//
// Turns of one session never overlap; a message sent during a turn is queued. It
// reaches the model exactly once, or becomes the draft, or stays in the queue.
package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// Errors that callers branch on.
var (
	// ErrRunning is returned for what has to wait until the turn has ended.
	ErrRunning = errors.New("a turn is running; stop it first")
	// ErrNothing is returned when a turn holds nothing to revert or to restore.
	ErrNothing = errors.New("this turn changed nothing")
	// ErrNotFound is returned for a turn or a queued message that is not there.
	ErrNotFound = errors.New("not found in this session")
	// ErrEmpty is returned for a prompt without text, images and references.
	ErrEmpty = errors.New("the message is empty")
	// ErrAnswer is returned for an answer that the question does not offer.
	ErrAnswer = errors.New("not one of the answers")
	// ErrNoCommand is returned for a background command that does not run.
	ErrNoCommand = errors.New("no such command runs in the background")
	// ErrNobody is returned for a question when nobody can be asked.
	ErrNobody = errors.New("there is nobody to ask")
	// ErrClosed is returned after [Agent.Close].
	ErrClosed = errors.New("the agent is closed")
)

const (
	eventInterval = 16 * time.Millisecond // one frame
	saveInterval  = time.Second           // how much streamed text a crash may lose
	eventsBehind  = 1024                  // about 16 s of a running turn
	defaultSteps  = 50
)

// Options is everything an agent stands on. Sessions, Tools, Policy and
// Checkpoints are required.
type Options struct {
	Sessions    *session.Store
	Providers   []provider.Provider // the first that is ready serves sessions that name none
	Tools       Tools
	Policy      Policy
	Approvals   *approval.Queue // a queue of its own
	Checkpoints Checkpoints
	// References reads what prompts point at. Prompts go without.
	References References

	// MoreProviders returns those that come and go with the settings, tried
	// after Providers. None.
	MoreProviders func() []provider.Provider

	// Defaults returns what a new session starts with; its Mode, Provider and
	// Model are used. Autopilot and the first ready provider.
	Defaults func() session.Session
	Facts    func(context.Context) Facts // nothing is known about the workspace
	Headless bool                        // nobody can be asked
	Grants   []string                    // patterns of commands trusted by this agent only
	Hosts    []string                    // patterns of hosts trusted by this agent only
	// Used is told when a command starts that a pattern has let run unasked. Nothing
	// is told.
	Used     func(sessionID string, decision approval.Decision)
	MaxSteps int      // replies in one turn before it asks whether to go on; 50
	Commands Commands // ends background commands; they cannot be ended
	// Audit keeps what was decided about every call; without one nothing is kept.
	// What cannot be kept there is not done, but for looking.
	Audit Audit
	// Redact takes secrets out of what is exported, and out of the labels of
	// checkpoints; nothing is taken out.
	Redact func(string) string
	// Price says what a model's tokens cost; no price is known.
	Price func(providerID, modelID string) (provider.Price, bool)

	Now    func() time.Time // time.Now
	NewID  func() string    // random, 26 letters and digits
	Jitter func() float64   // from 0 up to 1; random
	Log    *slog.Logger     // nothing
}

func (o Options) withDefaults() Options {
	if o.Approvals == nil {
		o.Approvals = approval.NewQueue()
	}
	if o.Defaults == nil {
		o.Defaults = func() session.Session { return session.Session{} }
	}
	if o.MoreProviders == nil {
		o.MoreProviders = func() []provider.Provider { return nil }
	}
	if o.Redact == nil {
		o.Redact = func(text string) string { return text }
	}
	if o.Facts == nil {
		o.Facts = func(context.Context) Facts { return Facts{} }
	}
	if o.Used == nil {
		o.Used = func(string, approval.Decision) {}
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = defaultSteps
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Agent runs the turns of one workspace's sessions. It is safe for concurrent
// use.
type Agent struct {
	o    Options
	feed *event.Feed[session.Event]
	work sync.WaitGroup // every goroutine the agent started

	touches   touches
	catalogue catalogue

	mu     sync.Mutex // guards what follows
	lives  map[string]*live
	closed bool
}

// New returns an agent without running turns.
func New(o Options) *Agent {
	return &Agent{o: o.withDefaults(), feed: event.New[session.Event](eventsBehind), lives: map[string]*live{}}
}

// Subscribe starts reading the events of all sessions; it ends with ctx. The
// events are shared between readers and must not be written to.
func (a *Agent) Subscribe(ctx context.Context) *event.Subscription[session.Event] {
	return a.feed.Subscribe(ctx)
}

// Close stops all turns, waits for them until ctx ends, and closes the
// journals. Subscriptions end after their last event.
func (a *Agent) Close(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	lives := a.lives
	a.lives = map[string]*live{}
	a.mu.Unlock()
	var failed error
	for _, l := range lives {
		failed = errors.Join(failed, l.end(ctx))
		l.unfollow()
	}
	ended := make(chan struct{})
	go func() { a.work.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		failed = errors.Join(failed, fmt.Errorf("closing the agent: %w", ctx.Err()))
	}
	for _, l := range lives {
		failed = errors.Join(failed, l.close())
	}
	a.feed.Close()
	return failed
}

// live returns a session that is open for writing, opening it where needed.
func (a *Agent) live(ctx context.Context, id string) (*live, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	if l := a.lives[id]; l != nil {
		return l, nil
	}
	journal, state, err := a.o.Sessions.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	l := newLive(a, journal, state)
	a.lives[id] = l
	a.recover(ctx, l)
	return l, nil
}

// opened returns a session that is open for writing already, or nil.
func (a *Agent) opened(id string) *live {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lives[id]
}
