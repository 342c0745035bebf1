package outline

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// Reader has outlines read by a process that it starts when it is first asked, and
// anew after a crash. It is not safe for concurrent use.
type Reader struct {
	command []string
	process *process
}

// NewReader returns a reader. Command is the program to start with its arguments,
// which hands its last argument, [Argument], to [Serve].
func NewReader(command []string) *Reader { return &Reader{command: command} }

// process is a running parser.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Read returns the symbols of a text in a language that [Language] has named. Its
// errors are the context's, [ErrUnreadable] for this text alone, [ErrUnavailable],
// and those of a program that does not start.
func (r *Reader) Read(ctx context.Context, language string, text []byte) ([]Symbol, error) {
	if !Available || len(r.command) == 0 {
		return nil, ErrUnavailable
	}
	if len(text) > MostBytes {
		return nil, ErrUnreadable
	}
	if r.process == nil {
		started, err := start(r.command)
		if err != nil {
			return nil, err
		}
		r.process = started
	}
	said, err := r.process.ask(ctx, language, text)
	if err != nil {
		r.end()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: the parser has ended (%v)", ErrUnreadable, err)
	}
	if said.Problem != "" {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, oneLine(said.Problem, mostSignature))
	}
	return checked(said.Symbols, bytes.Count(text, []byte{'\n'})+1), nil
}

// Close ends the process.
func (r *Reader) Close() error {
	r.end()
	return nil
}

func (r *Reader) end() {
	if r.process == nil {
		return
	}
	_ = r.process.in.Close()
	_ = r.process.command.Process.Kill() // it may have ended already
	_ = r.process.command.Wait()         // how it ended does not matter
	r.process = nil
}

func start(command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...)
	// It is told nothing that it could give away.
	cmd.Env = []string{"LANG=C", "GOMEMLIMIT=256MiB", "GOTRACEBACK=none"}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the parser %q: %w", command[0], err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the parser %q: %w", command[0], err), in.Close())
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the parser %q: %w", command[0], err)
	}
	return &process{command: cmd, in: in, out: bufio.NewReader(out)}, nil
}

// ask has one text parsed. Where it takes too long or ctx ends, the process is
// killed, which ends the pipes.
func (p *process) ask(ctx context.Context, language string, text []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = p.command.Process.Kill() })
	defer stop()
	if err := writeFrame(p.in, []byte(language)); err != nil {
		return answer{}, err
	}
	if err := writeFrame(p.in, text); err != nil {
		return answer{}, err
	}
	data, err := readFrame(p.out, mostAnswer)
	if err != nil {
		return answer{}, err
	}
	var said answer
	if err := json.Unmarshal(data, &said); err != nil {
		return answer{}, fmt.Errorf("reading its answer: %w", err)
	}
	return said, nil
}
