package meta

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// roots remembers the trees of checkpoints: whoever compares a thousand files of
// two checkpoints asks for the same two trees two thousand times. It holds for as
// long as nobody has written to the database, in this process or in another one.
type roots struct {
	known   map[string]node.ID
	version int64 // of what other connections have written
}

// mostRoots is how many are remembered.
const mostRoots = 256

// Root returns the tree of a checkpoint; it is not ok where there is none.
func (db *DB) Root(ctx context.Context, id string) (root node.ID, ok bool, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return node.ID{}, false, err
	}
	done, err := db.use()
	if err != nil {
		return node.ID{}, false, err
	}
	defer done()
	// Asked before the row is read: what is written between the two is seen by the
	// next call at the latest.
	version, err := db.dataVersion()
	if err != nil {
		return node.ID{}, false, err
	}
	if db.tight || db.roots.known == nil || db.roots.version != version || len(db.roots.known) >= mostRoots {
		db.roots = roots{known: map[string]node.ID{}, version: version}
	}
	if root, ok = db.roots.known[id]; ok {
		return root, true, nil
	}
	tx := &Tx{db}
	err = tx.each("SELECT root FROM checkpoint WHERE id = ?", func(s *sqlite.Stmt) error {
		ok = true
		if s.ColumnBytes(0, root[:]) != len(root) {
			return fmt.Errorf("checkpoint %q: %w: an id is cut off", id, ErrDamaged)
		}
		return nil
	}, id)
	if err != nil {
		return node.ID{}, false, fmt.Errorf("reading the database: %w", explain(err, ""))
	}
	if ok {
		db.roots.known[id] = root
	}
	return root, ok, nil
}
