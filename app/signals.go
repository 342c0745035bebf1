package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/keel-ide/keel/app/cli"
)

// grace is how long a start that is told to end may take for it. What it waits for
// may lie on a disk that does not answer.
const grace = time.Second

// endsOnSignal returns a context that ends with Ctrl+C, as does the program when its
// work does not, and what to call when the work is done.
func endsOnSignal(exit func(code int)) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		stop() // another one ends the program by itself
		select {
		case <-done:
		case <-time.After(grace):
			exit(cli.Complain(context.Canceled))
		}
	}()
	return ctx, func() {
		close(done)
		stop()
		<-over
	}
}
