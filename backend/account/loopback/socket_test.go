package loopback

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
)

// machine is a machine on which some of the real listening does not work.
type machine struct {
	noFour, noSix bool
	taken         int // ports that are taken on [::1]
	opened        []net.Listener
}

var errSystem = errors.New("the system says no")

func (m *machine) listen(ctx context.Context, network, address string) (net.Listener, error) {
	asked := address != "127.0.0.1:0" && address != "[::1]:0"
	switch {
	case network == "tcp4" && m.noFour, network == "tcp6" && m.noSix:
		return nil, errSystem
	case network == "tcp6" && asked && m.taken > 0:
		m.taken--
		return nil, errSystem
	case network == "tcp6":
		// Whether this machine has [::1] does not matter here.
		network, address = "tcp4", "127.0.0.1:0"
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, network, address)
	if err == nil {
		m.opened = append(m.opened, l)
	}
	return l, err
}

func TestPorts(t *testing.T) {
	tests := map[string]struct {
		machine machine
		sockets int
		says    string
	}{
		"both":                    {machine{}, 2, ""},
		"no IPv6":                 {machine{noSix: true}, 1, ""},
		"taken a few times":       {machine{taken: 3}, 2, ""},
		"always taken":            {machine{taken: attempts}, 0, "each is taken by another program; try again"},
		"nothing can be listened": {machine{noFour: true}, 0, "no port can be opened on this machine"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := test.machine
			sockets, _, err := open(t.Context(), m.listen)
			if len(sockets) != test.sockets || (err == nil) != (test.says == "") {
				t.Fatalf("got %d sockets, %v", len(sockets), err)
			}
			if err != nil && (!strings.Contains(err.Error(), test.says) || !errors.Is(err, errSystem)) {
				t.Errorf("it says %q", err)
			}
			for _, s := range sockets {
				s.Close()
			}
			for _, s := range m.opened {
				if s.Close() == nil {
					t.Errorf("%v was left open", s.Addr())
				}
			}
		})
	}
}

func TestPortsEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Listen(ctx, Options{Path: "/x", State: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
