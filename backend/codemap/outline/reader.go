package outline

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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
		started, err := start(ctx, r.command)
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
		return nil, fmt.Errorf("%w: the parser has ended: %w", ErrUnreadable, err)
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
	r.process.end()
	r.process = nil
}

// start starts a parser, which then lives until it is ended.
func start(ctx context.Context, command []string) (*process, error) {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), command[0], command[1:]...)
	cmd.Env = environment()
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
	p := &process{command: cmd, in: in, out: bufio.NewReader(out)}
	if err := p.greet(ctx); err != nil {
		p.end()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("starting the parser %q: %w", command[0], err)
	}
	return p, nil
}

// environment is what a parser is told: nothing that it could give away, but where
// the libraries of the program are.
func environment() []string {
	list := []string{"LANG=C", "GOMEMLIMIT=256MiB", "GOTRACEBACK=none"}
	for _, name := range []string{"LD_LIBRARY_PATH", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			list = append(list, name+"="+value)
		}
	}
	return list
}

// greet waits until the process says that it is a parser.
func (p *process) greet(ctx context.Context) error {
	defer p.endAfter(ctx)()
	said, err := readFrame(p.out, len(ready))
	if err != nil {
		return fmt.Errorf("it has ended without a word: %w", err)
	}
	if string(said) != ready {
		return errors.New("it does not read symbols")
	}
	return nil
}

// endAfter has the process killed when it takes too long or ctx ends, which ends
// the pipes, until the function it returns is called.
func (p *process) endAfter(ctx context.Context) func() {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	stop := context.AfterFunc(ctx, func() { _ = p.command.Process.Kill() })
	return func() {
		stop()
		cancel()
	}
}

func (p *process) end() {
	_ = p.in.Close()
	_ = p.command.Process.Kill() // it may have ended already
	_ = p.command.Wait()         // how it ended does not matter
}

// ask has one text parsed.
func (p *process) ask(ctx context.Context, language string, text []byte) (answer, error) {
	defer p.endAfter(ctx)()
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
