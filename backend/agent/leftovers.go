package agent

import (
	"sync"
	"time"
)

// leftoverLimit is how long the checkpoint after a stopped turn waits for what
// is still ending: killing a command takes up to 2 s and a little.
const leftoverLimit = 10 * time.Second

// leftovers counts what a turn started and has not ended.
type leftovers struct {
	mu    sync.Mutex // guards what follows
	count int
	none  chan struct{} // closed when count falls to zero; nil while it is zero
}

func (l *leftovers) add() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		l.none = make(chan struct{})
	}
	l.count++
}

func (l *leftovers) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count--
	if l.count == 0 {
		close(l.none)
		l.none = nil
	}
}

// wait returns whether everything has ended in time.
func (l *leftovers) wait() bool {
	l.mu.Lock()
	none := l.none
	l.mu.Unlock()
	if none == nil {
		return true
	}
	timer := time.NewTimer(leftoverLimit)
	defer timer.Stop()
	select {
	case <-none:
		return true
	case <-timer.C:
		return false
	}
}
