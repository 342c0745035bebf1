//go:build !unix

package command

import (
	"context"
	"fmt"
)

// Run returns [ErrUnsupported]: ending a whole process tree needs a job object
// on this system, which is not built yet.
func (r *Runner) Run(ctx context.Context, spec Spec, _ func([]byte)) (Result, error) {
	return Result{}, fmt.Errorf("running command in %q: %w", spec.Folder, ErrUnsupported)
}

func (t target) processes() []int { return nil }
func (t target) terminate() []int { return nil }
func (t target) kill() []int      { return nil }
