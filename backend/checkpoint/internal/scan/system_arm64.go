//go:build linux

package scan

import "golang.org/x/sys/unix"

const sysStatAt = unix.SYS_FSTATAT
