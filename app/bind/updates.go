package bind

import (
	"context"

	"github.com/keel-ide/keel/app/updates"
	"github.com/keel-ide/keel/app/wire"
)

// Updates are newer versions of Keel. Each step waits for the user; changes of the
// state come as events.
type Updates struct {
	seam    *Seam
	updates *updates.Updates
}

// NewUpdates binds updates.
func NewUpdates(seam *Seam, updates *updates.Updates) *Updates { return &Updates{seam, updates} }

// State returns what is known now.
func (b *Updates) State() (wire.UpdatesState, error) {
	return call(b.seam, "Updates.State", func(context.Context) (wire.UpdatesState, error) { return b.updates.State(), nil })
}

// MayAsk tells whether this window is to ask whether Keel may look once a day; who
// is told yes has asked.
func (b *Updates) MayAsk() (bool, error) { return call(b.seam, "Updates.MayAsk", b.updates.MayAsk) }

// MayTell tells whether this window is to tell what the daily look has come to; who
// is told yes has told it.
func (b *Updates) MayTell() (bool, error) { return call(b.seam, "Updates.MayTell", b.updates.MayTell) }

// Check looks for a newer version: the user asked for it.
func (b *Updates) Check() (wire.UpdatesState, error) {
	return call(b.seam, "Updates.Check", func(ctx context.Context) (wire.UpdatesState, error) { return b.updates.Check(ctx), nil })
}

// Download begins to bring the offered version here.
func (b *Updates) Download() error { return b.do("Updates.Download", b.updates.Download) }

// Cancel ends a download; nothing of it stays.
func (b *Updates) Cancel() error {
	return b.do("Updates.Cancel", func(context.Context) error {
		b.updates.Cancel()
		return nil
	})
}

// Install has the downloaded version take this one's place at the next start; the
// user has agreed to it.
func (b *Updates) Install() error { return b.do("Updates.Install", b.updates.Install) }

// Discard takes that back.
func (b *Updates) Discard() error { return b.do("Updates.Discard", b.updates.Discard) }

func (b *Updates) do(name string, work func(ctx context.Context) error) error {
	_, err := call(b.seam, name, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) })
	return err
}
