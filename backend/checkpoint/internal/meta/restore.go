package meta

import (
	"zombiezen.com/go/sqlite"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Restore is the journal of a restore that is not done with. Its id is that of
// the checkpoint before it.
type Restore struct {
	ID, Phase string
	Body      []byte
}

// SetRestore writes a journal, or replaces it.
func (tx *Tx) SetRestore(r Restore) error {
	return tx.change("journal "+r.Phase, `INSERT INTO restore (id, phase, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET phase=?2, body=?3`, r.ID, r.Phase, r.Body)
}

// Restores returns the journals, the oldest first, without their bodies, which
// may be long.
func (tx *Tx) Restores() ([]Restore, error) {
	var out []Restore
	err := tx.each(`SELECT id, phase FROM restore ORDER BY rowid`, func(s *sqlite.Stmt) error {
		out = append(out, Restore{ID: s.ColumnText(0), Phase: s.ColumnText(1)})
		return nil
	})
	return out, err
}

// RestoreBody returns what a journal holds.
func (tx *Tx) RestoreBody(id string) (body []byte, err error) {
	err = tx.each(`SELECT body FROM restore WHERE id=?`, func(s *sqlite.Stmt) error {
		body = blob(s, 0)
		return nil
	}, id)
	return body, err
}

// RemoveRestore ends a journal.
func (tx *Tx) RemoveRestore(id string) error {
	return tx.change("remove journal", `DELETE FROM restore WHERE id=?`, id)
}

// SetUndo keeps what taking a restore back needs to know.
func (tx *Tx) SetUndo(id string, body []byte) error {
	return tx.change("write undo record", `INSERT INTO undo (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body=?2`, id, body)
}

// Undo returns what was kept, or nil.
func (tx *Tx) Undo(id string) (body []byte, err error) {
	err = tx.each(`SELECT body FROM undo WHERE id=?`, func(s *sqlite.Stmt) error {
		body = blob(s, 0)
		return nil
	}, id)
	return body, err
}

// Why a content is kept beside a checkpoint's tree.
const (
	Unsaved = "unsaved" // an editor's text before a restore
	Late    = "late"    // written to a file after a restore displaced it
)

// Extra is a content that belongs to a checkpoint and is not in its tree.
type Extra struct {
	Kind    string
	Path    string // raw
	Content node.ID
	Size    int64
}

// AddExtra keeps a content beside a checkpoint.
func (tx *Tx) AddExtra(checkpoint string, e Extra) error {
	return tx.change("add extra", `INSERT OR REPLACE INTO extra (checkpoint, kind, path, content, size) VALUES (?,?,?,?,?)`,
		checkpoint, e.Kind, []byte(e.Path), e.Content[:], e.Size)
}

// RemoveExtra drops one.
func (tx *Tx) RemoveExtra(checkpoint string, e Extra) error {
	return tx.change("remove extra", `DELETE FROM extra WHERE checkpoint=? AND kind=? AND path=?`, checkpoint, e.Kind, []byte(e.Path))
}

// Extras returns what is kept beside a checkpoint, or beside all for "".
func (tx *Tx) Extras(checkpoint string) ([]Extra, error) {
	var out []Extra
	err := tx.each(`SELECT kind, path, content, size FROM extra WHERE ?1 = '' OR checkpoint = ?1 ORDER BY kind, path`, func(s *sqlite.Stmt) error {
		e := Extra{Kind: s.ColumnText(0), Path: string(blob(s, 1)), Size: s.ColumnInt64(3)}
		if s.ColumnBytes(2, e.Content[:]) != len(e.Content) {
			return ErrDamaged
		}
		out = append(out, e)
		return nil
	}, checkpoint)
	return out, err
}

// ExtrasByCheckpoint returns everything kept beside any checkpoint.
func (tx *Tx) ExtrasByCheckpoint() (map[string][]Extra, error) {
	out := map[string][]Extra{}
	err := tx.each(`SELECT checkpoint, kind, path, content, size FROM extra`, func(s *sqlite.Stmt) error {
		e := Extra{Kind: s.ColumnText(1), Path: string(blob(s, 2)), Size: s.ColumnInt64(4)}
		if s.ColumnBytes(3, e.Content[:]) != len(e.Content) {
			return ErrDamaged
		}
		out[s.ColumnText(0)] = append(out[s.ColumnText(0)], e)
		return nil
	})
	return out, err
}

// Dead returns what nothing needed at the last clean-up.
func (tx *Tx) Dead() (map[node.ID]bool, error) {
	out := map[node.ID]bool{}
	err := tx.each(`SELECT id FROM dead`, func(s *sqlite.Stmt) error {
		var id node.ID
		if s.ColumnBytes(0, id[:]) != len(id) {
			return ErrDamaged
		}
		out[id] = true
		return nil
	})
	return out, err
}

// SetDead replaces that.
func (tx *Tx) SetDead(ids map[node.ID]bool) error {
	if err := tx.change("clear dead", `DELETE FROM dead`); err != nil {
		return err
	}
	for id := range ids {
		if err := tx.change("add dead", `INSERT INTO dead (id) VALUES (?)`, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// SetPurging notes that contents which no checkpoint names any more have still
// to be erased, or that this is done. Its table is made when first needed: older
// databases have none.
func (tx *Tx) SetPurging(on bool) error {
	if !on {
		if was, err := tx.Purging(); err != nil || !was {
			return err
		}
		return tx.change("end purge", `DELETE FROM purging`)
	}
	if err := tx.change("begin purge", `CREATE TABLE IF NOT EXISTS purging (number INTEGER PRIMARY KEY)`); err != nil {
		return err
	}
	return tx.change("begin purge", `INSERT OR REPLACE INTO purging (number) VALUES (1)`)
}

// Purging tells whether there is something still to be erased.
func (tx *Tx) Purging() (bool, error) {
	var there, on bool
	err := tx.each(`SELECT 1 FROM sqlite_schema WHERE type='table' AND name='purging'`, func(*sqlite.Stmt) error {
		there = true
		return nil
	})
	if err != nil || !there {
		return false, err
	}
	err = tx.each(`SELECT 1 FROM purging`, func(*sqlite.Stmt) error {
		on = true
		return nil
	})
	return on, err
}
