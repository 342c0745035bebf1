package app

import "golang.org/x/sys/unix"

// duplicate lets another descriptor lead to the file of this one. Not all of Linux's
// processors have dup2.
func duplicate(from, to uintptr) error { return unix.Dup3(int(from), int(to), 0) }
