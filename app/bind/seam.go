package bind

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Desk is what the window works on now; another folder may replace it.
type Desk interface {
	// Folder is never nil, but holds no workspace while no folder is open.
	Folder() *folder.Folder
}

// Seam is what every bound struct stands on.
type Seam struct {
	ctx  context.Context // ends with the window; bound methods cannot be given one
	log  *slog.Logger
	desk Desk
}

// NewSeam returns a seam whose calls end when ctx does.
func NewSeam(ctx context.Context, log *slog.Logger, desk Desk) *Seam {
	return &Seam{ctx: ctx, log: log, desk: desk}
}

// call runs one bound method's work.
func call[T any](s *Seam, name string, work func(ctx context.Context) (T, error)) (result T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("bug: bound method panicked", "method", name, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = &wire.Error{
				Code:    wire.CodeInternal,
				Message: "Keel made a mistake of its own, and did not finish what you asked for.",
				Hint:    "Look whether a part of it was done before you try again. The log has the details.",
			}
		}
	}()
	result, err = work(s.ctx)
	if err != nil {
		return result, Explain(err)
	}
	wire.Complete(&result)
	return result, nil
}

// home is call for work that needs no open folder.
func home[T any](s *Seam, name string, work func(ctx context.Context, f *folder.Folder) (T, error)) (T, error) {
	return call(s, name, func(ctx context.Context) (T, error) {
		return work(ctx, s.desk.Folder())
	})
}

// with is call for work on the opened folder.
func with[T any](s *Seam, name string, work func(ctx context.Context, f *folder.Folder) (T, error)) (T, error) {
	return home(s, name, func(ctx context.Context, f *folder.Folder) (T, error) {
		if f.Workspace == nil {
			var zero T
			return zero, folder.ErrNoWorkspace
		}
		return work(ctx, f)
	})
}

// homeDo is home for work that has no result.
func homeDo(s *Seam, name string, work func(ctx context.Context, f *folder.Folder) error) error {
	_, err := home(s, name, func(ctx context.Context, f *folder.Folder) (struct{}, error) {
		return struct{}{}, work(ctx, f)
	})
	return err
}

// do is with for work that has no result.
func do(s *Seam, name string, work func(ctx context.Context, f *folder.Folder) error) error {
	_, err := with(s, name, func(ctx context.Context, f *folder.Folder) (struct{}, error) {
		return struct{}{}, work(ctx, f)
	})
	return err
}
