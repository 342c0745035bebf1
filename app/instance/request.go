package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Request is what a start asks of a window. An empty one brings it to the front.
type Request struct {
	Folder string `json:"folder,omitempty"` // absolute; to be shown in place of what the window shows, unless it is that
	File   string `json:"file,omitempty"`   // absolute, in that folder
	Line   int    `json:"line,omitempty"`   // from 1; 0 for none
	Column int    `json:"column,omitempty"`
	Wait   bool   `json:"wait,omitempty"` // until the file's editor, or without one the folder, is closed
	Link   string `json:"link,omitempty"` // a keel:// address from outside, which is asked about
}

const (
	taken = "taken\n" // the request is with the window
	ended = "ended\n" // what it waits for has ended
)

// maxRequest is the size of a request beyond which it is not read.
const maxRequest = 64 << 10

// answerLimit is how long a window and a start have for one another's next word,
// where nothing is waited for.
const answerLimit = 10 * time.Second

// ErrLost: the window ended before what was waited for.
var ErrLost = errors.New("the window has ended unexpectedly")

// Tell hands a request to a window and waits until it was taken, and where the
// request waits, until that has ended: [ErrLost] is how it fails then.
func Tell(ctx context.Context, window Window, request Request) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "unix", window.Address)
	if err != nil {
		return fmt.Errorf("reaching the Keel window: %w", err)
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := connection.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return err
	}
	if err := json.NewEncoder(connection).Encode(request); err != nil {
		return fmt.Errorf("asking the Keel window: %w", err)
	}
	answers := bufio.NewReader(connection)
	if _, err := answers.ReadString('\n'); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("waiting for the Keel window: %w", err))
	}
	if !request.Wait {
		return nil
	}
	if err := connection.SetDeadline(time.Time{}); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if answer, err := answers.ReadString('\n'); err != nil || answer != ended {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrLost
	}
	return nil
}

func (c *Claim) serve(ctx context.Context, handle Handler) {
	for {
		connection, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.group.Go(func() { answer(ctx, connection, handle) })
	}
}

func answer(ctx context.Context, connection net.Conn, handle Handler) {
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return
	}
	// A start that says nothing must not hold the window's end up.
	cut := context.AfterFunc(ctx, func() { _ = connection.SetReadDeadline(time.Unix(1, 0)) })
	defer cut()
	var request Request
	decoder := json.NewDecoder(io.LimitReader(connection, maxRequest))
	if err := decoder.Decode(&request); err != nil {
		return
	}
	waiting, gone := context.WithCancel(ctx)
	defer gone()
	done := handled(waiting, handle, request)
	// That the other side is gone changes nothing.
	if _, err := io.WriteString(connection, taken); err != nil || !request.Wait {
		return
	}
	if err := connection.SetDeadline(time.Time{}); err != nil {
		return
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = io.Copy(io.Discard, io.MultiReader(decoder.Buffered(), connection)) // until it hangs up
	}()
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
		case <-left:
		}
	}
	_, _ = io.WriteString(connection, ended)
	_ = connection.Close()
	<-left
}

func handled(ctx context.Context, handle Handler, request Request) <-chan struct{} {
	if handle == nil {
		return nil
	}
	return handle(ctx, request)
}
