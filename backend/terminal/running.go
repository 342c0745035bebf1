package terminal

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

const (
	readSize = 32 << 10
	// unacknowledged is how much output may be under way to the slowest
	// reader.
	unacknowledged = 512 << 10
	// lastOutput is how long the output of an ended shell is waited for when a
	// background job holds its terminal.
	lastOutput = 100 * time.Millisecond
	// lastLimit is how much output such a job may still add.
	lastLimit = 1 << 20
	// vacantWait is the pause before looking again at a terminal that no
	// process holds open although the shell runs.
	vacantWait = 20 * time.Millisecond
)

// terminal is one shell and its output.
type terminal struct {
	info   Info
	order  int
	child  *exec.Cmd
	master *os.File
	grace  time.Duration
	input  *input
	group  sync.WaitGroup

	killing  sync.Once
	closing  chan struct{} // closed by kill
	ended    atomic.Bool   // the shell's process has ended
	finished chan struct{} // closed when the exit is known to readers
	acked    chan struct{} // buffered 1: a reader acknowledged or left

	mu      sync.Mutex // guards the rest
	kept    replay
	readers map[*Reader]bool
	exit    *Exit
	grown   chan struct{} // closed at the next output; nil when nobody waits
}

func newTerminal(info Info, order int, child *exec.Cmd, master *os.File, grace time.Duration) *terminal {
	t := &terminal{
		info:     info,
		order:    order,
		child:    child,
		master:   master,
		grace:    grace,
		input:    newInput(),
		closing:  make(chan struct{}),
		finished: make(chan struct{}),
		acked:    make(chan struct{}, 1),
		readers:  map[*Reader]bool{},
	}
	drained := make(chan struct{})
	t.group.Go(func() {
		defer close(drained)
		t.read()
	})
	t.group.Go(func() { t.await(drained) })
	t.group.Go(func() { t.input.run(master) })
	t.group.Go(t.reap)
	return t
}

// read moves the shell's output into the replay until it ends.
func (t *terminal) read() {
	var decoder decoder
	buffer := make([]byte, readSize)
	after := 0
	for {
		if t.ended.Load() {
			_ = t.master.SetReadDeadline(time.Now().Add(lastOutput))
		}
		n, err := t.master.Read(buffer)
		t.grow(decoder.write(buffer[:n]))
		if t.ended.Load() {
			after += n
		}
		if err != nil && !t.vacant(err) || after > lastLimit || !t.throttle() {
			break
		}
	}
	t.grow(decoder.flush())
}

// vacant waits a moment when there is no output because no process holds the
// terminal although the shell runs: it may open it again.
func (t *terminal) vacant(err error) bool {
	if t.ended.Load() || !noHolder(err) {
		return false
	}
	timer := time.NewTimer(vacantWait)
	defer timer.Stop()
	select {
	case <-t.closing:
	case <-timer.C:
	}
	return true
}

func (t *terminal) grow(text []byte) {
	if len(text) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept.append(text)
	t.wake()
}

// wake lets waiting readers look again; called with mu held.
func (t *terminal) wake() {
	if t.grown != nil {
		close(t.grown)
		t.grown = nil
	}
}

// throttle waits for the slowest reader; false when the terminal is being
// killed.
func (t *terminal) throttle() bool {
	for t.behind() > unacknowledged {
		select {
		case <-t.acked:
		case <-t.closing:
			return false
		}
	}
	return true
}

func (t *terminal) behind() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	most := int64(0)
	for reader := range t.readers {
		most = max(most, t.kept.end()-reader.acknowledged)
	}
	return most
}

// await collects the shell's exit and makes it known after all output.
func (t *terminal) await(drained <-chan struct{}) {
	_ = t.child.Wait() // what it says is in child.ProcessState
	t.ended.Store(true)
	_ = t.master.SetReadDeadline(time.Now().Add(lastOutput))
	<-drained
	t.input.close()
	_ = t.master.Close() // hangs up on what still holds the terminal
	exit := exitOf(t.child.ProcessState)
	t.mu.Lock()
	t.exit = &exit
	close(t.finished)
	t.wake()
	t.mu.Unlock()
}

func (t *terminal) exited() bool {
	select {
	case <-t.finished:
		return true
	default:
		return false
	}
}

// kill lets the session end; once is enough.
func (t *terminal) kill() {
	t.killing.Do(func() { close(t.closing) })
}

// reap ends the session when it is to be killed. What a shell that ended by
// itself left in the background stays, as in every terminal.
func (t *terminal) reap() {
	select {
	case <-t.closing:
		endSession(t.info.Process, t.grace)
	case <-t.finished:
	}
}

// wait waits for the shell's exit and its session's end.
func (t *terminal) wait(ctx context.Context) error {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		t.group.Wait()
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
