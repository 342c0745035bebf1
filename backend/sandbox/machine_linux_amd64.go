package sandbox

import "golang.org/x/sys/unix"

const (
	machine = unix.AUDIT_ARCH_X86_64
	// foreignNumbers begins those of x32 (syscalls(2)).
	foreignNumbers = 0x40000000
)
