package checkpointtest

import (
	"os"
	"syscall"
)

// mount puts a file system in memory at a folder for the rest of the test, or
// skips the test. The options are those of mount(8).
func (d *desk) mount(at, options string) {
	d.Helper()
	if os.Geteuid() != 0 {
		d.Skip("mounting a file system needs root")
	}
	if err := syscall.Mount("keel-test", at, "tmpfs", 0, options); err != nil {
		d.Skipf("this system does not let the test mount a file system: %v", err)
	}
	d.Cleanup(func() { d.unmount(at) })
}

func (d *desk) unmount(at string) {
	d.Helper()
	d.must(syscall.Unmount(at, syscall.MNT_DETACH))
}

// readOnly makes a file system mounted by mount read-only, or writable again.
func (d *desk) readOnly(at string, readOnly bool) {
	d.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		flags |= syscall.MS_RDONLY
	}
	d.must(syscall.Mount("keel-test", at, "tmpfs", flags, ""))
}
