package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Request is what a start asks of a window. One that names nothing brings it to
// the front.
type Request struct {
	// ID names the request: a window does it once, however often it is asked. Empty
	// for one that may be done again.
	ID      string `json:"id,omitempty"`
	Folder  string `json:"folder,omitempty"`  // absolute; to be shown
	Replace bool   `json:"replace,omitempty"` // also where the window shows another folder
	File    string `json:"file,omitempty"`    // absolute, in that folder
	Line    int    `json:"line,omitempty"`    // from 1; 0 for none
	Column  int    `json:"column,omitempty"`
	Wait    bool   `json:"wait,omitempty"`  // until the file's editor, or without one the folder, is closed
	Link    string `json:"link,omitempty"`  // a keel:// address from outside, which is asked about
	Until   int64  `json:"until,omitempty"` // set by Ask: when its sender has given up, in Unix milliseconds
}

// The words of a window, each on a line.
const (
	taken     = "taken"     // the request is with the window
	elsewhere = "elsewhere" // the window shows another folder, or is about to
	refused   = "refused "  // and a sentence
	ended     = "ended"     // what it waits for was closed
	failed    = "failed"    // what it waits for ended in another way
)

// maxRequest is the size of a request beyond which it is not read.
const maxRequest = 64 << 10

var (
	// ErrGone: the window ends, and has not taken the request.
	ErrGone = errors.New("the window is closing")
	// ErrElsewhere: the window shows another folder, and has not taken the request.
	ErrElsewhere = errors.New("the window shows another folder")
	// ErrLost: the window ended before what was waited for.
	ErrLost = errors.New("the window has ended unexpectedly")
	// ErrFailed: what was waited for was not closed by a person.
	ErrFailed = errors.New("it was not closed in its editor: the window could not show it, was closed before, or has opened another folder. What was saved is on the disk")
)

// SilentError says that a window does not answer. Whether it has the request is
// not known.
type SilentError struct{ Window Window }

func (e *SilentError) Error() string {
	return e.Window.String() + " does not answer; end it, then try again"
}

// RefusedError is why a window does not take a request, in a sentence.
type RefusedError struct{ Message string }

func (e *RefusedError) Error() string { return e.Message }

// Asked is a request that a window has taken.
type Asked struct {
	connection net.Conn // nil where nothing is waited for
	answers    *bufio.Reader
}

// Ask hands a request to a window and waits until it was taken. It was not where
// the error is [ErrGone], [ErrElsewhere] or [*RefusedError]; of a [*SilentError]
// nobody knows.
func (r *Register) Ask(ctx context.Context, window Window, request Request) (*Asked, error) {
	dialer := net.Dialer{Timeout: r.options.AnswerLimit}
	connection, err := dialer.DialContext(ctx, "unix", window.Address)
	if err != nil {
		return nil, notTaken(ctx, window, err)
	}
	limit := time.Now().Add(r.options.AnswerLimit)
	request.Until = limit.UnixMilli()
	word, answers, err := ask(ctx, connection, request, limit)
	switch sentence, no := strings.CutPrefix(word, refused); {
	case err != nil:
		err = notTaken(ctx, window, err)
	case no:
		err = &RefusedError{sentence}
	case word == elsewhere:
		err = ErrElsewhere
	case word != taken:
		err = fmt.Errorf("asking the Keel window: it answers %q", word)
	case request.Wait:
		return &Asked{connection, answers}, nil
	}
	_ = connection.Close()
	if err != nil {
		return nil, err
	}
	return &Asked{}, nil
}

func ask(ctx context.Context, connection net.Conn, request Request, limit time.Time) (string, *bufio.Reader, error) {
	if err := connection.SetDeadline(limit); err != nil {
		return "", nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := json.NewEncoder(connection).Encode(request); err != nil {
		return "", nil, err
	}
	answers := bufio.NewReader(connection)
	word, err := answers.ReadString('\n')
	return strings.TrimSuffix(word, "\n"), answers, err
}

// notTaken is why a window has not taken a request: one that is there and silent is
// not the same as one that is going.
func notTaken(ctx context.Context, window Window, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.EAGAIN): // or nobody accepts
		return &SilentError{window}
	}
	return fmt.Errorf("asking the Keel window: %w: %w", ErrGone, err)
}

// Wait waits until what the request waits for was closed. The error is [ErrFailed]
// where it ended in another way, and [ErrLost] where the window did.
func (a *Asked) Wait(ctx context.Context) error {
	if a.connection == nil {
		return nil
	}
	defer a.connection.Close()
	if err := a.connection.SetDeadline(time.Time{}); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = a.connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	word, err := a.answers.ReadString('\n')
	switch word = strings.TrimSuffix(word, "\n"); {
	case err == nil && word == ended:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && word == failed:
		return ErrFailed
	}
	return ErrLost
}

// Close gives up waiting.
func (a *Asked) Close() error {
	if a.connection == nil {
		return nil
	}
	return a.connection.Close()
}

// Tell is Ask and then Wait.
func (r *Register) Tell(ctx context.Context, window Window, request Request) error {
	asked, err := r.Ask(ctx, window, request)
	if err != nil {
		return err
	}
	return asked.Wait(ctx)
}
