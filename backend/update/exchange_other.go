//go:build !linux

package update

import "errors"

// exchange is not there; only on Linux does Keel replace itself.
func exchange(_, _ string) error { return errors.ErrUnsupported }
