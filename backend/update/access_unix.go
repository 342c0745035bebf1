//go:build unix

package update

import "golang.org/x/sys/unix"

// mayChange tells whether this user may give other names to what is in a folder.
func mayChange(folder string) bool { return unix.Access(folder, unix.W_OK|unix.X_OK) == nil }
