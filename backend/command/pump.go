package command

import (
	"io"
	"sync"
)

// pump moves a command's output from its pipe to the log, the excerpt and the
// reader, as fast as it comes.
type pump struct {
	delivery *delivery

	mu       sync.Mutex // guards the rest; a leftover is read while the result is made
	log      *logFile
	stripper stripper
	excerpt  excerpt
	plain    []byte // reused
}

func newPump(log *logFile, output func([]byte)) *pump {
	return &pump{delivery: newDelivery(output), log: log}
}

// read reads until the pipe ends or is closed, then closes pipe and log.
func (p *pump) read(pipe io.ReadCloser) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := pipe.Read(buffer)
		if n > 0 {
			p.take(buffer[:n])
		}
		if err != nil {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.excerpt.write(p.stripper.flush(nil))
	p.log.close()
	_ = pipe.Close()
}

func (p *pump) take(data []byte) {
	p.mu.Lock()
	p.log.write(data)
	p.plain = p.stripper.write(p.plain[:0], data)
	p.excerpt.write(p.plain)
	p.mu.Unlock()
	p.delivery.offer(data)
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
	return head, tail, omitted, p.log.incomplete
}
