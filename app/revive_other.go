//go:build !(linux && cgo && webkit2_41)

package app

// reviveWhenGone does nothing: the systems' own views load their page again.
func reviveWhenGone(func(reason string) revived) {}
