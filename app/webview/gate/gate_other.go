//go:build !(linux && cgo && webkit2_41)

package gate

import (
	"context"
	"errors"
)

// Close says that the way cannot be closed here.
func Close(context.Context) error {
	return errors.New("Keel shows what extensions draw on Linux only, for now: " +
		"elsewhere their pages cannot yet be kept apart from the rest of the window. Everything else of the extension works")
}
