package workspace

import (
	"errors"
	"io/fs"
	"syscall"
)

const openNoWait = 0

func specialError(err error) error { return err }

// isDiskFull looks for ERROR_DISK_FULL.
func isDiskFull(err error) bool { return errors.Is(err, syscall.Errno(112)) }

// fileNumber is not to be had from a listing.
func fileNumber(fs.FileInfo) uint64 { return 0 }
