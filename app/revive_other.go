//go:build !(linux && cgo && webkit2_41)

package app

// reviveWhenGone does nothing: what comes then is left to the systems' own views.
func reviveWhenGone(func(reason string) revived) {}
