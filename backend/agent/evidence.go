package agent

import (
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// evidence is what [touches] knew of a turn and of what went on beside it.
type evidence struct {
	since       int64            // the turn's first bracket
	own         map[*bracket]act // of the turn
	others      []act            // of other sessions
	backgrounds []background     // of all sessions
	touched     map[touch]int64  // when last
	session     string           // the turn's
}

// evidence returns what is known now; nothing for a turn that is not running.
func (s *touches) evidence(t *turn) evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	since, running := s.turns[t]
	e := evidence{since: since, own: map[*bracket]act{}, touched: map[touch]int64{}, session: t.live.id}
	if !running {
		return e
	}
	for _, a := range s.acts {
		switch {
		case a.turn == t:
			e.own[a.bracket] = a
		case a.session != t.live.id:
			e.others = append(e.others, a)
		}
	}
	for _, b := range s.backgrounds {
		e.backgrounds = append(e.backgrounds, *b)
	}
	for touched, at := range s.touched {
		e.touched[touched] = at
	}
	for r := range s.restoring {
		for _, path := range r.paths {
			e.touched[touch{path, session.ByRestore}] = s.clock
		}
	}
	return e
}

// toucher returns who is known to have touched a path since a time, or "".
func (e evidence) toucher(path string, since int64) session.Author {
	var by session.Author
	for touched, at := range e.touched {
		if at >= since && (touched.path == "." || within(path, touched.path)) {
			by = first(by, touched.by)
		}
	}
	return by
}

// living reports whether anything that this session, or another one, left in
// the background ran during a span.
func (e evidence) living(when span) (own, others bool) {
	for _, b := range e.backgrounds {
		if b.overlaps(when) {
			own = own || b.session == e.session
			others = others || b.session != e.session
		}
	}
	return own, others
}

// rested returns when the session's turn before this one ended, if anything
// that it or an earlier one left in the background still ran then.
func (e evidence) rested() (at int64, living bool) {
	for _, b := range e.backgrounds {
		if b.session == e.session && b.rested > 0 && b.rested < e.since && b.overlaps(span{b.rested, e.since}) {
			at, living = max(at, b.rested), true
		}
	}
	return at, living
}

// first returns the one of two authors that counts when both changed a path
// that may be the agent's as well; "" never does.
func first(a, b session.Author) session.Author {
	for _, author := range []session.Author{session.ByUser, session.ByRestore, session.BySession, session.ByUnknown} {
		if a == author || b == author {
			return author
		}
	}
	return ""
}

// acts returns the calls of other sessions that went on during a span.
func (e evidence) acts(when span) []act {
	return slices.DeleteFunc(slices.Clone(e.others), func(a act) bool { return !a.overlaps(when) })
}
