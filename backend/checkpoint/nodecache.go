package checkpoint

import (
	"sync"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// nodeCache keeps the folders that were read or written last.
type nodeCache struct {
	mu      sync.Mutex // guards what follows
	known   map[node.ID]*node.Node
	entries int
}

// How many entries of folders are kept in memory during an operation, and how
// many until the next.
const (
	mostEntries = 1 << 14
	restEntries = 1 << 11
)

func newNodeCache() *nodeCache { return &nodeCache{known: map[node.ID]*node.Node{}} }

func (c *nodeCache) get(id node.ID) *node.Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[id]
}

func (c *nodeCache) put(id node.ID, n *node.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries+len(n.Entries) > mostEntries {
		clear(c.known) // they are asked for in bursts; what comes next is read anew
		c.entries = 0
	}
	c.known[id] = n
	c.entries += len(n.Entries)
}

// rest gives back what a large operation has collected.
func (c *nodeCache) rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries > restEntries {
		c.known, c.entries = map[node.ID]*node.Node{}, 0
	}
}

func (c *nodeCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.known)
	c.entries = 0
}
