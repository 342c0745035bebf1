package checkpoint

import (
	"context"
	"log/slog"
	"sync"

	"github.com/keel-ide/keel/backend/event"
)

// Event is something that a person may want to see: one of its fields is set.
type Event struct {
	Progress *Progress
	Notice   *Notice
	// Listed is set when [Store.List] has other checkpoints, or another name or pin
	// of one, than before.
	Listed bool
}

// Work is what takes long.
type Work string

const (
	FirstCapture Work = "first-capture" // reading a workspace for the first time
	Capturing    Work = "capturing"
	Restoring    Work = "restoring"
	Tidying      Work = "tidying"
	Verifying    Work = "verifying"
)

// Progress is how far a work has come. It is sent about ten times a second
// while the work lasts, and once with Ended.
type Progress struct {
	Work  Work
	Done  int64 // files
	Total int64 // 0 when not known
	Ended bool
}

// NoticeKind says what a notice is about.
type NoticeKind string

const (
	WatcherOff NoticeKind = "watcher-off" // checkpoints are taken by reading all folders from now on
	Recovered  NoticeKind = "recovered"   // a restore that was cut off has been finished or dropped
	LateChange NoticeKind = "late-change" // a program wrote to files that a restore had displaced
	Damaged    NoticeKind = "damaged"     // something stored is damaged
)

// Notice is something to tell a person, in whole sentences.
type Notice struct {
	Kind       NoticeKind
	Text       string
	Checkpoint string // the one it is about, if any
}

// Subscribe starts reading what happens from now on. Notices that nobody was
// there to read, as those of [Open], come first.
func (s *Store) Subscribe(ctx context.Context) *event.Subscription[Event] {
	reader := s.feed.Subscribe(ctx)
	s.unread.mu.Lock()
	waiting := s.unread.notices
	s.unread.notices, s.unread.subscribed = nil, true
	s.unread.mu.Unlock()
	for _, n := range waiting {
		s.feed.Send(Event{Notice: &n})
	}
	return reader
}

// listed tells whoever listens that the list of checkpoints is another one.
func (s *Store) listed() { s.feed.Send(Event{Listed: true}) }

// unread keeps notices until there is somebody to read them.
type unread struct {
	mu         sync.Mutex // guards what follows
	notices    []Notice
	subscribed bool
}

// notify tells whoever listens, and the log.
func (s *Store) notify(ctx context.Context, n Notice) {
	level := slog.LevelWarn
	if n.Kind == Recovered {
		level = slog.LevelInfo
	}
	s.o.Log.Log(ctx, level, n.Text, "checkpoint", n.Checkpoint)
	s.unread.mu.Lock()
	defer s.unread.mu.Unlock()
	if !s.unread.subscribed {
		s.unread.notices = append(s.unread.notices, n)
		return
	}
	s.feed.Send(Event{Notice: &n})
}
