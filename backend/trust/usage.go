package trust

import (
	"errors"
	"time"
)

// Scope is where a pattern counts.
type Scope string

const (
	Always    Scope = "always"    // the user's own settings
	Workspace Scope = "workspace" // one folder
	Session   Scope = "session"
)

// Key names a pattern where it counts; SessionID is for [Session] only.
type Key struct {
	Scope     Scope  `json:"scope"`
	SessionID string `json:"sessionId,omitempty"`
	Pattern   string `json:"pattern"`
}

// Usage is how often a pattern has let a command run, and when last.
type Usage struct {
	Uses     int64     `json:"uses"`
	LastUsed time.Time `json:"lastUsed"`
}

// usages is the content of a trusted-usage.json.
type usages struct {
	Patterns []counted `json:"patterns"`
}

type counted struct {
	Key
	Usage
}

// use is one use that is not yet written.
type use struct {
	key Key
	at  time.Time
}

// Use counts that a pattern has let a command run. It takes no longer than
// writing a small file does, and mostly nothing.
func (s *Store) Use(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	s.counted = append(s.counted, use{key, now})
	if now.Sub(s.written) < usageInterval {
		return
	}
	if err := s.write(); err != nil {
		s.o.Log.Error("counting the use of trusted commands", "error", err)
	}
}

// Usages are the counts of every pattern that was ever used here.
func (s *Store) Usages() map[Key]Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[Key]Usage{}
	for _, held := range []usages{s.always.read(s), s.here.read(s)} {
		for _, each := range held.Patterns {
			all[each.Key] = each.Usage
		}
	}
	for _, use := range s.counted {
		all[use.key] = all[use.key].and(use)
	}
	return all
}

func (u Usage) and(use use) Usage {
	u.Uses++
	if use.at.After(u.LastUsed) {
		u.LastUsed = use.at
	}
	return u
}

// Forget drops the counts of patterns that are gone.
func (s *Store) Forget(gone func(Key) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write(); err != nil {
		return err
	}
	var failed error
	for _, file := range s.counts() {
		held := file.read(s).Patterns
		if !anyOf(held, gone) {
			continue
		}
		failed = errors.Join(failed, file.change(s, func(u *usages) error {
			kept := u.Patterns[:0]
			for _, each := range u.Patterns {
				if !gone(each.Key) {
					kept = append(kept, each)
				}
			}
			u.Patterns = kept
			return nil
		}))
	}
	return failed
}

func anyOf(held []counted, gone func(Key) bool) bool {
	for _, each := range held {
		if gone(each.Key) {
			return true
		}
	}
	return false
}

// counts are the files of counts that there are.
func (s *Store) counts() []*file[usages] {
	if s.here.path == "" {
		return []*file[usages]{&s.always}
	}
	return []*file[usages]{&s.always, &s.here}
}

// write adds what was counted to what the files hold; mu is held.
func (s *Store) write() error {
	s.written = s.o.Now()
	waiting := s.counted
	s.counted = nil
	var failed error
	for _, file := range s.counts() {
		var own []use
		for _, use := range waiting {
			if (use.key.Scope == Always) == (file == &s.always) {
				own = append(own, use)
			}
		}
		if len(own) == 0 {
			continue
		}
		err := file.change(s, func(u *usages) error {
			for _, use := range own {
				u.add(use)
			}
			return nil
		})
		if err != nil {
			s.counted = append(s.counted, own...)
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (u *usages) add(use use) {
	for i := range u.Patterns {
		if u.Patterns[i].Key == use.key {
			u.Patterns[i].Usage = u.Patterns[i].and(use)
			return
		}
	}
	u.Patterns = append(u.Patterns, counted{use.key, Usage{}.and(use)})
}
