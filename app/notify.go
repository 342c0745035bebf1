package app

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// Notify shows a notification of the system.
func (a *App) Notify(_ context.Context, _ wire.Notification) error { return nil }
