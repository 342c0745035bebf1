//go:build unix && !linux

package app

import "golang.org/x/sys/unix"

// duplicate lets another descriptor lead to the file of this one.
func duplicate(from, to uintptr) error { return unix.Dup2(int(from), int(to)) }
