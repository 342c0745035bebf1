//go:build !unix

package command

import (
	"fmt"
)

// launch returns [ErrUnsupported]: ending a whole process tree needs a job
// object on this system, which is not built yet.
func (r *Runner) launch(spec Spec, _ func([]byte)) (*job, error) {
	return nil, fmt.Errorf("running command in %q: %w", spec.Folder, ErrUnsupported)
}

func (t target) processes() []int { return nil }
func (t target) terminate() []int { return nil }
func (t target) kill() []int      { return nil }
