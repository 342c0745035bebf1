package app

import (
	"sync"
	"time"
)

// maxRevivals is how often in a minute the page is loaded again.
const maxRevivals = 3

// revived is what comes after the process that draws the page has ended.
type revived string

const (
	leftAlone   revived = "nothing"
	loadedAgain revived = "the page is loaded again"
	givenUp     revived = "a page says what to do"
)

// revival remembers how often that process has ended.
type revival struct {
	mu    sync.Mutex // guards what follows
	times []time.Time
}

func (r *revival) verdict(now time.Time) revived {
	r.mu.Lock()
	defer r.mu.Unlock()
	recent := r.times[:0]
	for _, at := range r.times {
		if now.Sub(at) < time.Minute {
			recent = append(recent, at)
		}
	}
	r.times = append(recent, now)
	switch {
	case len(r.times) <= maxRevivals:
		return loadedAgain
	case len(r.times) == maxRevivals+1:
		return givenUp
	default:
		return leftAlone // not even that page can be drawn
	}
}
