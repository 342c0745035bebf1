package loopback

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

// attempts is how many free ports are tried; each is free on 127.0.0.1 and may be
// taken on [::1].
const attempts = 20

type listen func(ctx context.Context, network, address string) (net.Listener, error)

// open listens on both loopback addresses with one port that is free on both, or
// on 127.0.0.1 alone where this machine has no [::1].
func open(ctx context.Context, listen listen) ([]net.Listener, int, error) {
	var last error
	for range attempts {
		four, err := listen(ctx, "tcp4", "127.0.0.1:0")
		if err != nil {
			if ctx.Err() != nil {
				return nil, 0, ctx.Err()
			}
			return nil, 0, fmt.Errorf("no port can be opened on this machine for the browser to come back to; close programs that hold many connections, or look at what forbids Keel to listen on 127.0.0.1: %w", err)
		}
		port := four.Addr().(*net.TCPAddr).Port
		six, err := listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
		if err == nil {
			return []net.Listener{four, six}, port, nil
		}
		if !hasIPv6(ctx, listen) {
			return []net.Listener{four}, port, nil
		}
		last = err
		_ = four.Close()
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
	}
	return nil, 0, fmt.Errorf("%d ports were tried for the browser to come back to, and each is taken by another program; try again: %w", attempts, last)
}

// hasIPv6 tells "this port is taken" from "there is no such address", which the
// systems report in ways of their own.
func hasIPv6(ctx context.Context, listen listen) bool {
	probe, err := listen(ctx, "tcp6", "[::1]:0")
	if err != nil {
		return false
	}
	_ = probe.Close()
	return true
}
