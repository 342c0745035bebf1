package data

import "github.com/gofrs/flock"

// Current tells whether a lock keeps anybody out.
func Current(lock *flock.Flock) bool { return current(lock) }
