package command

import (
	"io"
	"sync"

	"github.com/keel-ide/keel/backend/redact"
)

// recentLimit is how many bytes of the latest output stay in memory, for those
// who follow it and for what the log lacks.
const recentLimit = 256 << 10

// pump moves a command's output from its pipe to the log, the excerpt and the
// reader, as fast as it comes.
type pump struct {
	delivery *delivery
	redactor *redact.Redactor
	clean    *redact.Stream // used by read alone

	passing sync.Mutex // held while output is on its way to all of them

	mu       sync.Mutex // guards the rest; a leftover is read while the result is made
	log      *logFile
	stripper stripper
	excerpt  excerpt
	plain    []byte        // reused
	recent   []byte        // the latest output, at most twice recentLimit
	total    int64         // bytes of output so far
	more     chan struct{} // closed by the next output; nil when nobody waits
}

func newPump(log *logFile, redactor *redact.Redactor, output func([]byte)) *pump {
	return &pump{delivery: newDelivery(output), log: log, redactor: redactor, clean: redactor.Stream()}
}

// read reads until the pipe ends or is closed, then closes pipe and log.
func (p *pump) read(pipe io.ReadCloser) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := pipe.Read(buffer)
		if n > 0 {
			p.take(p.clean.Next(buffer[:n]))
		}
		if err != nil {
			break
		}
	}
	p.take(p.clean.Rest())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.excerpt.write(p.stripper.flush(nil))
	p.log.close()
	_ = pipe.Close()
}

func (p *pump) take(data []byte) {
	if len(data) == 0 {
		return
	}
	p.passing.Lock()
	defer p.passing.Unlock()
	p.mu.Lock()
	p.log.write(data)
	p.plain = p.stripper.write(p.plain[:0], data)
	p.excerpt.write(p.plain)
	p.remember(data)
	p.mu.Unlock()
	p.delivery.offer(data)
}

// remember keeps the latest output and wakes who waits for it; p.mu is held.
func (p *pump) remember(data []byte) {
	p.total += int64(len(data))
	p.recent = append(p.recent, data...)
	if over := len(p.recent) - recentLimit; over > recentLimit {
		p.recent = append(p.recent[:0], p.recent[over:]...)
	}
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
}

// next returns how much output there is and what is closed when there is more.
func (p *pump) next() (total int64, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		p.more = make(chan struct{})
	}
	return p.total, p.more
}

// detach ends the delivery to the reader between two pieces of output, and
// returns where what it has not got begins, and how the line there began.
func (p *pump) detach() cursor {
	p.passing.Lock()
	p.mu.Lock()
	at := cursor{offset: p.total, stripper: p.stripper.clone()}
	p.mu.Unlock()
	p.delivery.seal()
	p.passing.Unlock()
	p.delivery.close()
	return at
}

// copy copies output from an offset on, and says how much of it is kept no more:
// that stood in front of what was copied. log may be nil.
func (p *pump) copy(into []byte, from int64, log io.ReaderAt) (n int, lost int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begins := p.total - int64(len(p.recent))
	if from < begins && log != nil && from < p.log.written {
		n, _ = log.ReadAt(into[:min(int64(len(into)), p.log.written-from)], from) // what cannot be read is lost
		if n > 0 {
			return n, 0
		}
	}
	if from < begins {
		lost = begins - from
	}
	return copy(into, p.recent[from+lost-begins:]), lost
}

// abandon gives up before anything was read; the empty log goes.
func (p *pump) abandon() {
	p.delivery.close()
	p.log.discard()
}

// view returns what a model reads of the output so far.
func (p *pump) view() (head, tail string, omitted int64, incomplete bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := p.excerpt.clone()
	whole.write(p.stripper.line)
	head, tail, omitted = whole.parts()
	// Once more: escapes that were taken out may have stood within a secret.
	return p.redactor.Known(head), p.redactor.Known(tail), omitted, p.log.incomplete
}
