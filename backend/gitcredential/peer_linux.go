package gitcredential

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

const peersKnown = true

// peerOf says who has made a connection, see unix(7), SO_PEERCRED.
func peerOf(conn *net.UnixConn) (Peer, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", err)
	}
	var found *unix.Ucred
	var wrong error
	if err := raw.Control(func(file uintptr) {
		found, wrong = unix.GetsockoptUcred(int(file), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", err)
	}
	if wrong != nil {
		return Peer{}, fmt.Errorf("asking who asks: %w", wrong)
	}
	peer := Peer{User: int(found.Uid), Process: int(found.Pid)}
	if session, err := unix.Getsid(peer.Process); err == nil && peer.Process > 0 {
		peer.Session = session
	}
	return peer, nil
}
