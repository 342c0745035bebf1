package gitcredential

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

const peersKnown = true

// peerOf says who has made a connection, see unix(4), LOCAL_PEERCRED and
// LOCAL_PEERPID.
func peerOf(conn *net.UnixConn) (Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", err)
	}
	var peer Peer
	var wrong error
	if err := raw.Control(func(file uintptr) {
		var found *unix.Xucred
		if found, wrong = unix.GetsockoptXucred(int(file), unix.SOL_LOCAL, unix.LOCAL_PEERCRED); wrong != nil {
			return
		}
		peer.User = int(found.Uid)
		peer.Process, wrong = unix.GetsockoptInt(int(file), unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	}); err != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", err)
	}
	if wrong != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", wrong)
	}
	if session, err := unix.Getsid(peer.Process); err == nil && peer.Process > 0 {
		peer.Session = session
	}
	return peer, nil
}
