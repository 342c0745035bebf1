package app

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	wails2 "github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/keel-ide/keel/app/wire"
)

// closing decides whether the window may close: not without a question while a
// turn runs, since closing stops it.
type closing struct {
	mu    sync.Mutex // guards what follows
	now   bool       // the user agreed, or the system ends the session
	asked bool       // the page was asked and has not said
}

// allow lets the next close pass.
func (c *closing) allow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = true
}

// passes tells whether the window may close now. A second try passes as well: a
// page that does not answer must not hold the window open.
func (c *closing) passes(busy bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now || c.asked || !busy {
		return true
	}
	c.asked = true
	return false
}

// passed tells whether the window closes, or is ended.
func (c *closing) passed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// stays is called when the user keeps the window open after all.
func (c *closing) stays() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = false
}

// keepOpen is called by Wails before the window closes; true keeps it.
func (a *App) keepOpen(context.Context) bool {
	title := a.Folder().Busy(a.ctx)
	if a.closing.passes(title != "") {
		a.closing.allow()
		a.keepLastPlace()
		return false
	}
	a.events.Closing(wire.Closing{Session: title})
	return true
}

// endOnSignal closes the window without a question when the system asks for it:
// there may be nobody left to answer.
func (a *App) endOnSignal(ctx context.Context) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	select {
	case <-signals:
		a.closing.allow()
		wails2.Quit(a.wails())
	case <-ctx.Done():
	}
}
