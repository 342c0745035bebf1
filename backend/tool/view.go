package tool

import "sync"

// SessionView is what the model has seen of the workspace in one session: for
// each path, the hash of the bytes it read or wrote last. It is used by several
// goroutines at once.
type SessionView interface {
	// Owner names the session: whose background commands it sees.
	Owner() string
	Seen(path string) (hash string, ok bool)
	Saw(path, hash string)
}

// View keeps a session's view in memory. The zero value has seen nothing.
type View struct {
	Session string // its id

	mu   sync.Mutex
	seen map[string]string // hash by path; guarded by mu
}

// Owner is the session's id.
func (v *View) Owner() string { return v.Session }

// Seen returns the hash of what was last seen at path.
func (v *View) Seen(path string) (hash string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	hash, ok = v.seen[path]
	return hash, ok
}

// Saw notes what path holds now; an empty hash means nothing is known.
func (v *View) Saw(path, hash string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if hash == "" {
		delete(v.seen, path)
		return
	}
	if v.seen == nil {
		v.seen = make(map[string]string)
	}
	v.seen[path] = hash
}
