package command

import (
	"fmt"
	"sync"
	"time"
)

const (
	// deliveryLimit is how much output may wait for a slow reader.
	deliveryLimit = 1 << 20
	// deliveryStall is how long the command waits for a reader that takes
	// nothing; afterwards output is dropped, and said to be, until it takes
	// some again.
	deliveryStall = 250 * time.Millisecond
	// deliveryEnd is how long the end of a command waits for its reader.
	deliveryEnd = time.Second
)

// delivery hands output to a reader on a goroutine of its own, in order, so
// that the reader cannot hold up the command for ever.
type delivery struct {
	output func([]byte)
	done   chan struct{} // closed when everything was handed on

	mu      sync.Mutex // guards the rest
	pending []byte
	dropped int64
	stalled bool
	closed  bool
	filled  chan struct{} // buffered 1: something to do
	emptied chan struct{} // buffered 1: room again
}

func newDelivery(output func([]byte)) *delivery {
	d := &delivery{
		output:  output,
		done:    make(chan struct{}),
		filled:  make(chan struct{}, 1),
		emptied: make(chan struct{}, 1),
	}
	if output == nil {
		d.closed = true
	}
	go d.run()
	return d
}

// offer queues data, or drops it when the reader is stuck.
func (d *delivery) offer(data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed && !d.stalled && len(d.pending)+len(data) > deliveryLimit {
		d.wait(len(data))
	}
	switch {
	case d.closed:
	case len(d.pending)+len(data) > deliveryLimit:
		d.dropped += int64(len(data))
	default:
		d.stalled = false
		if d.dropped > 0 {
			d.pending = fmt.Appendf(d.pending, "\r\n[%d bytes of output are not shown here]\r\n", d.dropped)
			d.dropped = 0
		}
		d.pending = append(d.pending, data...)
		signal(d.filled)
	}
}

// wait gives the reader time to make room for n bytes; called with mu held.
func (d *delivery) wait(n int) {
	timer := time.NewTimer(deliveryStall)
	defer timer.Stop()
	for !d.closed && len(d.pending)+n > deliveryLimit {
		d.mu.Unlock()
		select {
		case <-d.emptied:
			d.mu.Lock()
		case <-timer.C:
			d.mu.Lock()
			d.stalled = true
			return
		}
	}
}

func (d *delivery) run() {
	defer close(d.done)
	for {
		d.mu.Lock()
		data, closed := d.pending, d.closed
		d.pending = nil
		d.mu.Unlock()
		if len(data) > 0 {
			signal(d.emptied)
			d.output(data)
			continue
		}
		if closed {
			return
		}
		<-d.filled
	}
}

// seal lets nothing more in; what is left is still handed on.
func (d *delivery) seal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dropped > 0 {
		d.pending = fmt.Appendf(d.pending, "\r\n[%d bytes of output are not shown here]\r\n", d.dropped)
		d.dropped = 0
	}
	d.closed = true
	signal(d.filled)
}

// close hands on what is left, waiting at most [deliveryEnd]. A call of the
// reader that is under way after that is left alone, and is the last.
func (d *delivery) close() {
	d.seal()
	timer := time.NewTimer(deliveryEnd)
	defer timer.Stop()
	select {
	case <-d.done:
	case <-timer.C:
		d.mu.Lock()
		d.pending = nil
		d.mu.Unlock()
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
