package outbound

import (
	"net"
	"sync"
)

// connections are those that are open, so that none outlives the transport. The
// zero value is ready.
type connections struct {
	mu     sync.Mutex
	open   map[*connection]struct{} // guarded by mu
	closed bool                     // guarded by mu
}

// connection leaves its set when it is closed.
type connection struct {
	net.Conn
	set *connections
}

func (c *connections) keep(made net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = made.Close()
		return nil, errClosed
	}
	if c.open == nil {
		c.open = map[*connection]struct{}{}
	}
	kept := &connection{made, c}
	c.open[kept] = struct{}{}
	return kept, nil
}

func (c *connection) Close() error {
	c.set.mu.Lock()
	delete(c.set.open, c)
	c.set.mu.Unlock()
	return c.Conn.Close()
}

func (c *connections) close() {
	c.mu.Lock()
	open := c.open
	c.open, c.closed = nil, true
	c.mu.Unlock()
	for each := range open {
		_ = each.Conn.Close() // whoever reads from it gets the error
	}
}
