package updates

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/update"
)

func TestWhatIsWrongWithTheDiskIsNotBlamedOnTheConnection(t *testing.T) {
	for _, test := range []struct {
		err           error
		message, hint string
	}{
		{&fs.PathError{Op: "mkdir", Path: "/opt/.keel.keel-update", Err: syscall.EACCES}, "/opt/.keel.keel-update", "who owns"},
		{&os.LinkError{Op: "rename", Old: "a", New: "/opt/keel", Err: syscall.EPERM}, "/opt/keel", "who owns"},
		{&fs.PathError{Op: "write", Path: "/data/a.part", Err: syscall.ENOSPC}, "The disk is full (/data/a.part)", "Make room"},
		{&fs.PathError{Op: "open", Path: "/data/a.tar.gz", Err: syscall.ENOENT}, "/data/a.tar.gz", "download it again"},
		{&update.InTheWayError{Path: "/opt/keel.old"}, "/opt/keel.old", "Move it"},
		{&update.InTheWayError{Path: "/opt/keel.old", Holds: "share/mine"}, "share/mine", "Move that folder"},
		{update.ErrMismatch, "It was deleted", "Download it again"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}, "did not work", "connection"},
	} {
		message, hint := explain(fmt.Errorf("doing it: %w", test.err))
		if !strings.Contains(message, test.message) || !strings.Contains(hint, test.hint) {
			t.Errorf("%v: %s %s", test.err, message, hint)
		}
	}
}
