package checkpoint

import (
	"errors"
	"fmt"
	"sync"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// lookups remembers names that were looked up in folders. The history of a path
// asks for the same few names in thousands of folders, each time the path is
// shown: whole folders would not fit, and are not needed.
type lookups struct {
	mu    sync.Mutex // guards what follows
	known map[nameIn]looked
	last  map[string]*node.Entry // by name: mostly the next one is equal
}

type nameIn struct {
	folder node.ID
	name   string
}

// looked is what a folder says of a name; partial only counts without an entry.
type looked struct {
	entry   *node.Entry
	partial bool
}

// mostLookups take about 6 MB.
const mostLookups = 1 << 15

func newLookups() *lookups {
	return &lookups{known: map[nameIn]looked{}, last: map[string]*node.Entry{}}
}

func (l *lookups) get(at nameIn) (looked, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.known[at]
	return found, ok
}

func (l *lookups) put(at nameIn, found looked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= mostLookups {
		clear(l.known)
		clear(l.last)
	}
	if last := l.last[at.name]; last != nil && found.entry != nil && last.Same(found.entry) {
		found.entry = last
	}
	l.known[at] = found
	if found.entry != nil {
		l.last[at.name] = found.entry
	}
}

func (l *lookups) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.known)
	clear(l.last)
}

// lookUp finds a name in a folder, which is not kept in memory for it. Of a
// partial folder a name that is not there may be.
func (s *Store) lookUp(folder node.ID, name string) (e *node.Entry, partial bool, err error) {
	at := nameIn{folder, name}
	if found, ok := s.names.get(at); ok {
		return found.entry, found.partial, nil
	}
	part := func(id node.ID) ([]byte, error) {
		data, kind, err := s.content(id)
		if err == nil && kind != pack.Folder {
			err = fmt.Errorf("reading folder %s: %w: it is something else", id, ErrDamaged)
		}
		return data, err
	}
	data, err := part(folder)
	if err != nil {
		return nil, false, err
	}
	e, partial, err = node.Lookup(data, name, part)
	if err != nil {
		return nil, false, fmt.Errorf("reading folder %s: %w", folder, errors.Join(ErrDamaged, err))
	}
	s.names.put(at, looked{e, partial})
	return e, partial, nil
}
