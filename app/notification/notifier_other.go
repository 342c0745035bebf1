//go:build !linux

package notification

import (
	"context"
	"errors"
)

// Notifier would show one notification at a time; this system's are not
// supported yet.
type Notifier struct{}

// New returns a notifier.
func New(Options) *Notifier { return &Notifier{} }

// Show reports [errors.ErrUnsupported].
func (*Notifier) Show(context.Context, string, string) error { return errors.ErrUnsupported }

// Withdraw does nothing: there is never one.
func (*Notifier) Withdraw(context.Context) error { return nil }

// Close does nothing.
func (*Notifier) Close() error { return nil }
