package instance

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

func identify(path string) (Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return Identity{}, err
	}
	defer file.Close()
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(file.Fd()), &info); err != nil {
		return Identity{}, err
	}
	return Identity{Device: uint64(info.VolumeSerialNumber), File: uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow)}, nil
}

// private is true: the temporary folder is the user's own on Windows, and modes
// mean nothing there.
func private(fs.FileInfo) bool { return true }
