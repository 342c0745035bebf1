//go:build !amd64 && !arm64

package scan

import "syscall"

func changedAt(s *syscall.Stat_t) int64 { return s.Ctim.Nano() }
