package bind

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Desk is what is on the desk now: the opened folder, which another may replace.
type Desk interface {
	// Folder returns the opened folder, or an error with code "no_workspace".
	Folder() (*folder.Folder, error)
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
				Hint:    "Your files are as they were before this step. Try again; if it happens again, the log has the details.",
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

// with is call for work on the opened folder.
func with[T any](s *Seam, name string, work func(ctx context.Context, f *folder.Folder) (T, error)) (T, error) {
	return call(s, name, func(ctx context.Context) (T, error) {
		f, err := s.desk.Folder()
		if err != nil {
			var zero T
			return zero, err
		}
		return work(ctx, f)
	})
}

// do is with for work that has no result.
func do(s *Seam, name string, work func(ctx context.Context, f *folder.Folder) error) error {
	_, err := with(s, name, func(ctx context.Context, f *folder.Folder) (struct{}, error) {
		return struct{}{}, work(ctx, f)
	})
	return err
}
