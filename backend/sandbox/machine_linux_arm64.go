package sandbox

import "golang.org/x/sys/unix"

const (
	machine        = unix.AUDIT_ARCH_AARCH64
	foreignNumbers = 0xffffffff // there are none
)
