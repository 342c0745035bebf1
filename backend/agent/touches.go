package agent

import (
	"path"
	"slices"
	"sync"

	"github.com/keel-ide/keel/backend/session"
)

// touches remembers who changes files while turns run, or what they left
// running does: the user by way of Keel, restores, the calls of all sessions
// and what their commands left in the background. Checkpoints alone cannot tell
// one from the other.
type touches struct {
	mu          sync.Mutex // guards what follows
	clock       int64      // grows with every event
	turns       map[*turn]int64
	touched     map[touch]int64 // when last
	restoring   map[*restoring]bool
	acts        []act
	backgrounds []*background
}

// touch is a path that somebody is known to have changed: it, and all below
// it; "." is everything.
type touch struct {
	path string
	by   session.Author
}

// restoring is a restore under way.
type restoring struct{ paths []string }

// span is a stretch of time; to is 0 while it lasts.
type span struct{ from, to int64 }

func (a span) overlaps(b span) bool {
	return (a.to == 0 || a.to > b.from) && (b.to == 0 || b.to > a.from)
}

// act is a bracket of a turn. Its span begins before its first
// checkpoint is taken and ends after its last one was.
type act struct {
	span
	turn    *turn // nil once it has ended
	session string
	bracket *bracket // then without its item
	after   string   // its last checkpoint, once that is known
	opened  int64    // after the first checkpoint was taken
	closing int64    // before the last one is
}

// background is what a command left running. Its span ends when it is first
// seen to have ended.
type background struct {
	span
	session string
	rested  int64 // when its session's last turn that changed anything ended
	living  func() bool
}

// begin is called before a turn's bracket is opened, with the checkpoint still
// to be taken, and returns the time. From the first one on the turn's touches
// are remembered.
func (s *touches) begin(t *turn) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if s.turns == nil {
		s.turns, s.touched = map[*turn]int64{}, map[touch]int64{}
	}
	if _, known := s.turns[t]; !known {
		s.turns[t] = s.clock
	}
	return s.clock
}

func (s *touches) opened(t *turn, b *bracket, from int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	s.acts = append(s.acts, act{span: span{from: from}, turn: t, session: t.live.id, bracket: b, opened: s.clock})
}

// closing is called before the last checkpoint of a bracket is taken.
func (s *touches) closing(b *bracket) {
	s.look() // first: what has ended by now did nothing after the checkpoint
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	for i := range s.acts {
		if s.acts[i].bracket == b {
			s.acts[i].closing = s.clock
		}
	}
}

func (s *touches) closed(b *bracket, after string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	for i := range s.acts {
		if s.acts[i].bracket == b {
			s.acts[i].after, s.acts[i].to = after, s.clock
		}
	}
}

func (s *touches) dropped(b *bracket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acts = slices.DeleteFunc(s.acts, func(a act) bool { return a.bracket == b })
}

// left takes in what a command of a turn left running.
func (s *touches) left(t *turn, living func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	s.backgrounds = append(s.backgrounds, &background{span: span{from: s.clock}, session: t.live.id, living: living})
}

// look finds out what still runs in the background. What has ended may have
// changed files up to now.
func (s *touches) look() {
	s.mu.Lock()
	asked := slices.DeleteFunc(slices.Clone(s.backgrounds), func(b *background) bool { return b.to != 0 })
	s.mu.Unlock()
	for _, b := range asked {
		if b.living() {
			continue
		}
		s.mu.Lock()
		if b.to == 0 {
			s.clock++
			b.to = s.clock
		}
		s.mu.Unlock()
	}
}

// end forgets a turn, and what nothing that runs can ask for.
func (s *touches) end(t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.turns, t)
	s.clock++
	for i := range s.acts {
		if a := &s.acts[i]; a.turn == t {
			if a.to == 0 {
				a.to = s.clock
			}
			// What runs in the background for days must not keep whole turns.
			a.turn = nil
			a.bracket = &bracket{paths: a.bracket.paths, command: a.bracket.command, before: a.bracket.before}
		}
	}
	for _, b := range s.backgrounds {
		if b.session == t.live.id && t.head.After != "" {
			b.rested = s.clock
		}
	}
	s.forget()
}

// forget drops what is older than all that runs; s.mu is held.
func (s *touches) forget() {
	oldest := s.clock + 1
	for _, began := range s.turns {
		oldest = min(oldest, began)
	}
	for _, b := range s.backgrounds {
		if b.to == 0 {
			oldest = min(oldest, max(b.from, b.rested))
		}
	}
	s.backgrounds = slices.DeleteFunc(s.backgrounds, func(b *background) bool { return b.to != 0 && b.to < oldest })
	s.acts = slices.DeleteFunc(s.acts, func(a act) bool { return a.to != 0 && a.to < oldest })
	for touched, at := range s.touched {
		if at < oldest {
			delete(s.touched, touched)
		}
	}
}

func (s *touches) touch(by session.Author, paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touchLocked(by, paths...)
}

func (s *touches) touchLocked(by session.Author, paths ...string) {
	if len(s.turns)+len(s.backgrounds) == 0 {
		return
	}
	s.clock++
	for _, touched := range paths {
		s.touched[touch{path.Clean(touched), by}] = s.clock
	}
}

// restore is called before a restore of paths, and what it returns after it,
// with the paths that it was about in the end.
func (s *touches) restore(paths ...string) (done func(paths ...string)) {
	r := &restoring{paths: paths}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restoring == nil {
		s.restoring = map[*restoring]bool{}
	}
	s.restoring[r] = true
	return func(paths ...string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.restoring, r)
		s.touchLocked(session.ByRestore, paths...)
	}
}

// NoteUserChange says that the user, and not a tool or a command, has just
// changed a path of the workspace by way of Keel: saved, created, moved or
// deleted it, or a folder with everything in it. Reverting a turn that runs
// meanwhile leaves the path alone unless it is named, and a change of it that waits
// for an answer is put on top of what it is now. It costs next to nothing and may
// be called at any time.
func (a *Agent) NoteUserChange(path string) {
	a.touches.touch(session.ByUser, path)
	a.look(path)
}

// NoteRestore is called before files are restored, or a restore is undone, in
// another way than by this agent, and what it returns after it, with the paths
// that were changed; "." is everything. A turn that runs meanwhile does not take
// them for its own.
func (a *Agent) NoteRestore(paths ...string) (done func(changed ...string)) {
	return a.touches.restore(paths...)
}
