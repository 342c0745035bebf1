//go:build !(linux && cgo && webkit2_41)

package gate

import "context"

// Engine names what draws the window; "" where that is not known.
func Engine() string { return "" }

// Close says that the way cannot be closed here.
func Close(context.Context) error {
	return ErrNotHere
}
