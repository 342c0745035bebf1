//go:build linux && !amd64 && !arm64

package sandbox

const (
	machine        = 0 // not known
	foreignNumbers = 0xffffffff
)
