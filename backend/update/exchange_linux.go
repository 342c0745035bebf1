package update

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange has two names change what they name, at once: there is no moment at
// which one of them is missing. Where the file system cannot, the error is
// [errors.ErrUnsupported].
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) { // so a file system says that it knows no exchange
		err = errors.ErrUnsupported
	}
	if err != nil {
		return &os.LinkError{Op: "exchange", Old: a, New: b, Err: err}
	}
	return nil
}
