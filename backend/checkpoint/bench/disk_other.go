//go:build !linux

package bench

import "io/fs"

// syncAll makes everything on the disk that holds at durable, where the system
// can.
func syncAll(string) (done bool, err error) { return false, nil }

// allocated is what a file takes on the disk, as far as it is known.
func allocated(info fs.FileInfo) int64 { return info.Size() }
