package agent

import (
	"path"
	"slices"
	"sync"
)

// touches remembers, while turns run, who changes files beside them: the user
// by way of Keel, and the calls of other sessions' turns. What a command does
// cannot be told from that by its checkpoints.
type touches struct {
	mu    sync.Mutex // guards what follows
	clock int64      // grows with every event
	turns map[*turn]int64
	user  map[string]int64 // when a path was touched last
	acts  []act
}

// act is a bracket of a running turn, as other turns may see it.
type act struct {
	turn     *turn
	bracket  *bracket
	after    string // its last checkpoint, once that is known
	from, to int64  // to is 0 while it runs
}

// begin is called before a turn's bracket is opened, with the checkpoint still
// to be taken, and returns the time. From the first one on the turn's touches
// are remembered.
func (s *touches) begin(t *turn) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if s.turns == nil {
		s.turns, s.user = map[*turn]int64{}, map[string]int64{}
	}
	if _, known := s.turns[t]; !known {
		s.turns[t] = s.clock
	}
	return s.clock
}

func (s *touches) opened(t *turn, b *bracket, from int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acts = append(s.acts, act{turn: t, bracket: b, from: from})
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

// end forgets a turn, and what no other running turn can ask for.
func (s *touches) end(t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.turns, t)
	s.clock++
	oldest := s.clock
	for _, began := range s.turns {
		oldest = min(oldest, began)
	}
	for i := range s.acts {
		if a := &s.acts[i]; a.turn == t && a.to == 0 {
			a.to = s.clock
		}
	}
	s.acts = slices.DeleteFunc(s.acts, func(a act) bool { return a.to != 0 && a.to < oldest || len(s.turns) == 0 })
	for touched, at := range s.user {
		if at < oldest {
			delete(s.user, touched)
		}
	}
}

func (s *touches) touch(touched string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.turns) > 0 {
		s.clock++
		s.user[path.Clean(touched)] = s.clock
	}
}

// byUser returns what the user touched since a turn's first bracket.
func (s *touches) byUser(t *turn) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	since, known := s.turns[t]
	if !known {
		return nil
	}
	var touched []string
	for name, at := range s.user {
		if at >= since {
			touched = append(touched, name)
		}
	}
	return touched
}

// beside returns the acts of other turns that overlapped with a turn's bracket
// in time.
func (s *touches) beside(t *turn, b *bracket) []act {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := slices.IndexFunc(s.acts, func(a act) bool { return a.bracket == b })
	if own < 0 {
		return nil
	}
	var found []act
	for _, other := range s.acts {
		if other.turn != t && other.overlaps(s.acts[own]) {
			found = append(found, other)
		}
	}
	return found
}

func (a act) overlaps(b act) bool {
	return (a.to == 0 || a.to > b.from) && (b.to == 0 || b.to > a.from)
}

// NoteUserChange says that the user, and not a tool or a command, has just
// changed a path of the workspace by way of Keel: saved, created, moved or
// deleted it, or a folder with everything in it. Reverting a turn that runs
// meanwhile leaves the path alone unless it is named. It costs next to nothing
// and may be called at any time.
func (a *Agent) NoteUserChange(path string) { a.touches.touch(path) }
