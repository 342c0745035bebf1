package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	// endedKept is how many background commands of one owner are remembered after
	// their end.
	endedKept = 20
	// gathering is how long a look waits for more once there is some output: what
	// a program prints in one go comes in pieces.
	gathering = 200 * time.Millisecond
	// idLength is how many letters an id has: short, since a model has to repeat it.
	idLength = 8
)

// Info is a command in the background.
type Info struct {
	ID       string
	Command  string
	Started  time.Time
	Running  bool
	ExitCode int // once it has ended
}

// room refuses a command of an owner that has too many in the background.
func (r *Runner) room(owner string) error {
	running := 0
	for _, info := range r.List(owner) {
		if info.Running {
			running++
		}
	}
	if running >= MostRunning {
		return fmt.Errorf("running a command beside %d others: %w", running, ErrTooMany)
	}
	return nil
}

// keep takes a command among those in the background and gives it its id.
func (r *Runner) keep(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	short := strings.ToLower(j.id)
	short = short[:min(idLength, len(short))]
	if !slices.ContainsFunc(r.background, func(other *job) bool { return other.id == short }) {
		j.id = short
	}
	r.background = append(r.background, j)
	ended := 0
	for i, other := range slices.Backward(r.background) {
		if other.spec.Owner != j.spec.Owner || other.running() {
			continue
		}
		if ended++; ended > endedKept {
			r.background = slices.Delete(r.background, i, i+1)
		}
	}
}

// List returns an owner's commands in the background, in the order of their
// start: all that run, and the last ones that have ended.
func (r *Runner) List(owner string) []Info {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Info
	for _, j := range r.background {
		if j.spec.Owner == owner {
			list = append(list, j.info())
		}
	}
	return list
}

func (j *job) info() Info {
	info := Info{ID: j.id, Command: j.spec.Command, Started: j.started, Running: j.running()}
	if !info.Running {
		info.ExitCode = j.result.ExitCode
	}
	return info
}

func (r *Runner) find(id string) (*job, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, j := range r.background {
		if j.id == id {
			return j, nil
		}
	}
	return nil, fmt.Errorf("looking for background command %q: %w", id, ErrNotFound)
}

// Stop ends a background command with everything it started, and returns when
// that is done. It is no error when it has ended already.
func (r *Runner) Stop(ctx context.Context, id string) error {
	j, err := r.find(id)
	if err != nil {
		return err
	}
	if !j.running() {
		end(j.tree, r.options.Grace) // what it has left
		return nil
	}
	j.end()
	select {
	case <-j.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Follow passes a background command's raw output on, from a byte on and as it
// comes, until the command has ended, and returns what came of it. Each slice is
// the reader's own. Unlike Run's reader this one is waited for: only itself
// loses output when it is slow, and only what neither the log nor the memory
// keeps any more; that is said in its place.
func (r *Runner) Follow(ctx context.Context, id string, from int64, output func([]byte)) (Result, error) {
	j, err := r.find(id)
	if err != nil {
		return Result{}, err
	}
	log := j.openLog()
	defer log.close()
	buffer := make([]byte, 32<<10)
	for ctx.Err() == nil {
		ended := !j.running() // looked at first: then all of its output is there
		total, more := j.pump.next()
		if from < total {
			n, lost := j.pump.copy(buffer, from, log.reader())
			if lost > 0 {
				output(notKept(lost))
			}
			output(bytes.Clone(buffer[:n]))
			from += lost + int64(n)
			continue
		}
		if ended {
			return j.result, nil
		}
		select {
		case <-more:
		case <-j.done:
		case <-ctx.Done():
		}
	}
	return Result{}, ctx.Err()
}

// notKept stands for output that was lost.
func notKept(bytes int64) []byte {
	return fmt.Appendf(nil, "\n[%d bytes of output were not kept]\n", bytes)
}

// View is what a model reads of a background command: what it has printed since
// the last look.
type View struct {
	Head, Tail string // as in [Result]; the line that was not whole at the last look is shown again
	Omitted    int64
	Running    bool
	Duration   time.Duration // since its start, or to its end
	Result     Result        // of one that has ended
}

// cursor is where in a command's output a look begins, and how the line there
// began.
type cursor struct {
	offset   int64
	stripper stripper
}

// Look returns what a background command has printed since the last look. When
// there is nothing new it waits until there is, or the command has ended, but no
// longer than wait.
func (r *Runner) Look(ctx context.Context, id string, wait time.Duration) (View, error) {
	j, err := r.find(id)
	if err != nil {
		return View{}, err
	}
	if err := j.waitForMore(ctx, wait); err != nil {
		return View{}, err
	}
	return j.look(), nil
}

func (j *job) waitForMore(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	j.mu.Lock()
	at := j.cursor.offset
	j.mu.Unlock()
	for {
		total, more := j.pump.next()
		if total > at {
			within(j.done, min(wait, gathering))
			return ctx.Err()
		}
		select {
		case <-more:
		case <-j.done:
			return ctx.Err()
		case <-timer.C:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (j *job) look() View {
	j.mu.Lock()
	defer j.mu.Unlock()
	v := View{Running: j.running(), Duration: time.Since(j.started)}
	log := j.openLog()
	defer log.close()
	var e excerpt
	var plain []byte
	buffer := make([]byte, 32<<10)
	until, _ := j.pump.next()
	for j.cursor.offset < until {
		n, lost := j.pump.copy(buffer, j.cursor.offset, log.reader())
		if lost > 0 {
			e.write(notKept(lost))
			j.cursor.stripper = stripper{}
		}
		plain = j.cursor.stripper.write(plain[:0], buffer[:n])
		e.write(plain)
		j.cursor.offset += lost + int64(n)
	}
	if v.Running {
		e.write(j.cursor.stripper.line) // it may go on, or be written over
	} else {
		e.write(j.cursor.stripper.flush(nil))
		v.Result, v.Duration = j.result, j.result.Duration
	}
	v.Head, v.Tail, v.Omitted = e.parts()
	return v
}

// openLog opens the command's log for reading.
func (j *job) openLog() logReader {
	if j.pump.log.path == "" {
		return logReader{}
	}
	file, err := os.Open(j.pump.log.path)
	if err != nil {
		return logReader{} // it was pruned: memory has the end of it
	}
	return logReader{file}
}

// logReader reads a log; the zero value has none.
type logReader struct{ file *os.File }

func (l logReader) reader() io.ReaderAt {
	if l.file == nil {
		return nil
	}
	return l.file
}

func (l logReader) close() {
	if l.file != nil {
		_ = l.file.Close()
	}
}
