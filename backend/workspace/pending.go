package workspace

import (
	"sync"
	"time"
)

const (
	quiet       = 50 * time.Millisecond  // a batch is ready when nothing has come for this long
	longest     = 250 * time.Millisecond // or when its first change is this old
	mostChanges = 50_000                 // a larger batch becomes an overflow
	idle        = time.Hour
)

// pending gathers changes until they are taken as a batch.
type pending struct {
	wake chan struct{} // gets a value when the first change comes

	mu       sync.Mutex // guards all below
	changes  []Change
	index    map[string]int // path -> its place in changes
	overflow bool
	first    time.Time
	last     time.Time
}

func newPending() *pending {
	return &pending{wake: make(chan struct{}, 1), index: map[string]int{}}
}

// add notes a change. Two changes of one path become one that says what a
// reader who knows the state before both needs to know. A file that came and
// went is still reported as deleted: the reader may have seen it.
func (p *pending) add(path string, kind ChangeKind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touch()
	if p.overflow {
		return
	}
	i, ok := p.index[path]
	switch {
	case !ok:
		p.index[path] = len(p.changes)
		p.changes = append(p.changes, Change{Path: path, Kind: kind})
	case kind == Deleted:
		p.changes[i].Kind = Deleted
	case p.changes[i].Kind == Deleted: // deleted and made again
		p.changes[i].Kind = Changed
	}
	if len(p.changes) > mostChanges {
		p.spill()
	}
}

// overflowed notes that changes were lost.
func (p *pending) overflowed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touch()
	p.spill()
}

func (p *pending) spill() {
	p.overflow, p.changes, p.index = true, nil, map[string]int{}
}

func (p *pending) touch() {
	p.last = time.Now()
	if len(p.changes) > 0 || p.overflow {
		return
	}
	p.first = p.last
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// take returns the batch if it is ready, with a wait of 0; else how long to
// wait before asking again.
func (p *pending) take(now time.Time) (Batch, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.changes) == 0 && !p.overflow {
		return Batch{}, idle
	}
	due := p.last.Add(quiet)
	if latest := p.first.Add(longest); latest.Before(due) {
		due = latest
	}
	if wait := due.Sub(now); wait > 0 {
		return Batch{}, wait
	}
	batch := Batch{Changes: p.changes, Overflow: p.overflow}
	p.changes, p.index, p.overflow = nil, map[string]int{}, false
	return batch, 0
}
