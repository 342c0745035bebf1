//go:build !linux && !darwin

package gitcredential

import "net"

const peersKnown = false

func peerOf(*net.UnixConn) (Peer, error) { return Peer{}, ErrUnsupported }
