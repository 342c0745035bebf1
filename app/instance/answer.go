package instance

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// Handler does what another start asks for. The error is [ErrElsewhere] or
// [*RefusedError], for the other start to hear, or any other to hang up on it; then
// the request is not taken. Of a request that waits, closed receives true once what
// it waits for was closed by a person; when it is closed without a value, or is
// nil, that has failed. The context ends when the other start no longer waits.
type Handler func(ctx context.Context, request Request) (closed <-chan bool, err error)

// remembered is how many requests are known again when they are repeated.
const remembered = 256

// acceptPause is how long a window waits after an attempt to reach it has failed.
const acceptPause = 50 * time.Millisecond

func (c *Claim) serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // such as too many open files: it goes by, and the window must stay within reach
			select {
			case <-c.serving.Done():
				return
			case <-time.After(acceptPause):
			}
			continue
		}
		c.group.Go(func() { c.answer(connection) })
	}
}

func (c *Claim) answer(connection net.Conn) {
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(c.register.options.AnswerLimit)); err != nil {
		return
	}
	// A start that says nothing must not hold the window's end up.
	cut := context.AfterFunc(c.serving, func() { _ = connection.SetReadDeadline(time.Unix(1, 0)) })
	defer cut()
	var request Request
	decoder := json.NewDecoder(io.LimitReader(connection, maxRequest))
	if err := decoder.Decode(&request); err != nil {
		return
	}
	waiting, gone := context.WithCancel(c.serving)
	defer gone()
	closed, err := c.take(waiting, request)
	if err != nil {
		say(connection, refusal(err))
		return
	}
	// That the other side is gone changes nothing.
	if !say(connection, taken) || !request.Wait || connection.SetDeadline(time.Time{}) != nil {
		return
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = io.Copy(io.Discard, io.MultiReader(decoder.Buffered(), connection)) // until it hangs up
	}()
	if outcome(waiting, closed, left) {
		say(connection, ended)
	} else {
		say(connection, failed)
	}
	_ = connection.Close()
	<-left
}

// take hands a request on, once. A window that closes, and a sender who has given
// up, are hung up on.
func (c *Claim) take(ctx context.Context, request Request) (<-chan bool, error) {
	c.mu.Lock()
	late := c.closing || request.Until != 0 && time.Now().UnixMilli() > request.Until
	repeated := request.ID != "" && slices.Contains(c.known, request.ID)
	c.mu.Unlock()
	switch {
	case late:
		return nil, ErrGone
	case repeated, c.handle == nil:
		return nil, nil
	}
	id := request.ID
	request.ID, request.Until = "", 0 // of no use to others
	closed, err := c.handle(ctx, request)
	if err == nil && id != "" && !request.Wait { // who waits again waits for the same anew
		c.mu.Lock()
		c.known = append(c.known[max(0, len(c.known)-remembered+1):], id)
		c.mu.Unlock()
	}
	return closed, err
}

// outcome tells whether what is waited for was closed by a person.
func outcome(serving context.Context, closed <-chan bool, left <-chan struct{}) bool {
	if closed == nil {
		return false
	}
	select {
	case well := <-closed:
		return well
	case <-left:
	case <-serving.Done():
	}
	select { // both may have come at once
	case well := <-closed:
		return well
	default:
		return false
	}
}

// refusal is what is said of a request that is not taken; nothing hangs up.
func refusal(err error) string {
	if no, ok := errors.AsType[*RefusedError](err); ok {
		return refused + strings.ReplaceAll(no.Message, "\n", " ")
	}
	if errors.Is(err, ErrElsewhere) {
		return elsewhere
	}
	return ""
}

func say(connection net.Conn, word string) bool {
	if word == "" {
		return false
	}
	_, err := io.WriteString(connection, word+"\n")
	return err == nil
}
