//go:build !(linux && cgo && webkit2_41)

package gate

import "context"

// Close says that the way cannot be closed here.
func Close(context.Context) error {
	return ErrNotHere
}
