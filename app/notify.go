package app

import (
	"context"

	wails2 "github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/keel-ide/keel/app/wire"
)

// Notify shows a notification of the system, or takes the last one away when it
// is given an empty one. Whether it worked is nothing to tell a person who is
// elsewhere: the page shows what waits all the same.
func (a *App) Notify(ctx context.Context, notification wire.Notification) error {
	var err error
	if notification == (wire.Notification{}) {
		err = a.notifier.Withdraw(ctx)
	} else {
		err = a.notifier.Show(ctx, notification.Title, notification.Body)
	}
	if err != nil {
		a.log.Debug("notifying", "error", err)
	}
	return nil
}

// raise brings the window to the front.
func (a *App) raise() {
	if ctx := a.events.ctx.Load(); ctx != nil {
		wails2.WindowUnminimise(*ctx)
		wails2.Show(*ctx)
	}
}
