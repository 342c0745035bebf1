package approval

import (
	"io/fs"

	"golang.org/x/sys/windows"
)

// linked tells whether a regular file has more than one name. One that cannot be
// looked at counts as having several.
func linked(path string, _ fs.FileInfo) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return true
	}
	share := uint32(windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE)
	handle, err := windows.CreateFile(name, 0, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return true
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	var info windows.ByHandleFileInformation
	return windows.GetFileInformationByHandle(handle, &info) != nil || info.NumberOfLinks > 1
}
