package endpoint

import (
	"context"
	"sync"
	"time"
)

// How long a look at this machine may take, and how long it is believed.
const (
	ProbeTime  = 300 * time.Millisecond
	probeFresh = 5 * time.Second
)

// Probe looks whether something runs on this machine, at most every few
// seconds. The zero value, with Look set, is ready.
type Probe[T any] struct {
	// Look is given [ProbeTime].
	Look func(ctx context.Context) T

	mu    sync.Mutex // held while looking, so that others wait for what is found
	found T          // guarded by mu
	until time.Time  // guarded by mu; found is believed until then
}

// See returns what was found, looking if that was too long ago. What is seen
// while ctx ends is not kept.
func (p *Probe[T]) See(ctx context.Context) T {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.until) {
		return p.found
	}
	bounded, cancel := context.WithTimeout(ctx, ProbeTime)
	defer cancel()
	found := p.Look(bounded)
	if ctx.Err() == nil {
		p.found, p.until = found, time.Now().Add(probeFresh)
	}
	return found
}

// Forget makes the next [Probe.See] look again.
func (p *Probe[T]) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Time{}
}
