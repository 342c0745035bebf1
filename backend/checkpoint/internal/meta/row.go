package meta

import (
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// Who keeps a checkpoint from being cleaned up.
const (
	ByRestore = 1 // which it was taken before
	ByPerson  = 2
)

// Row is one checkpoint. Times are Unix milliseconds.
type Row struct {
	Number                         int64 // counts up; set by [Tx.Add]
	ID, Parent, Reason             string
	Session, Turn, ToolCall, Label string
	Name                           string `json:",omitempty"` // that a person has given it
	CreatedAt, EndedAt, DurationMs int64
	Root, Policy                   node.ID
	Problems                       string // JSON; kept once for all that have the same
	Files, Changed                 int
	Pin                            int
	Head, Branch                   string
	Header                         node.ID // the record of it in the packs; zero until there is one
	// Written, in the packs only, is when that record was made, so that no two are
	// the same and the last one counts.
	Written int64 `json:",omitempty"`
}

const columns = `c.number, c.id, c.parent, c.reason, c.session, c.turn, c.tool_call, c.label, c.created_at, c.ended_at, c.duration_ms,
	c.root, c.policy, c.files, c.changed, c.pinned, c.head, c.branch, c.header, p.body
	FROM checkpoint c LEFT JOIN problem_list p ON p.id = c.problems`

func rowOf(s *sqlite.Stmt) (Row, error) {
	r := Row{
		Number: s.ColumnInt64(0), ID: s.ColumnText(1), Parent: s.ColumnText(2), Reason: s.ColumnText(3),
		Session: s.ColumnText(4), Turn: s.ColumnText(5), ToolCall: s.ColumnText(6),
		CreatedAt: s.ColumnInt64(8), EndedAt: s.ColumnInt64(9), DurationMs: s.ColumnInt64(10),
		Files: s.ColumnInt(13), Changed: s.ColumnInt(14), Pin: s.ColumnInt(15),
		Head: s.ColumnText(16), Branch: s.ColumnText(17), Problems: s.ColumnText(19),
	}
	r.Label, r.Name, _ = strings.Cut(s.ColumnText(7), nameAfter)
	for column, id := range map[int]*node.ID{11: &r.Root, 12: &r.Policy, 18: &r.Header} {
		if column == 18 && s.ColumnLen(column) == 0 {
			continue
		}
		if s.ColumnBytes(column, id[:]) != len(id) {
			return Row{}, fmt.Errorf("checkpoint %q: %w: an id is cut off", r.ID, ErrDamaged)
		}
	}
	return r, nil
}

// nameAfter stands between label and name in their one column. No label has it,
// and so checkpoints need no other format for having names.
const nameAfter = "\n"

func (r *Row) labels() string {
	if r.Name == "" {
		return r.Label
	}
	return r.Label + nameAfter + r.Name
}

// Add records a checkpoint.
func (tx *Tx) Add(r *Row) error {
	problems, err := tx.addProblems(r.Problems)
	if err != nil {
		return err
	}
	err = tx.change("add checkpoint", `INSERT INTO checkpoint (id, parent, reason, session, turn, tool_call, label, created_at, ended_at, duration_ms,
		root, policy, problems, files, changed, pinned, head, branch, header) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.ID, r.Parent, r.Reason, r.Session, r.Turn, r.ToolCall, r.labels(), r.CreatedAt, r.EndedAt, r.DurationMs,
		r.Root[:], r.Policy[:], problems, r.Files, r.Changed, r.Pin, r.Head, r.Branch, optional(r.Header))
	if err != nil {
		return err
	}
	r.Number = tx.db.conn.LastInsertRowID()
	return nil
}

// addProblems keeps a list of problems, and returns what a checkpoint refers to it
// by.
func (tx *Tx) addProblems(list string) (any, error) {
	if list == "" {
		return nil, nil
	}
	id := node.Sum([]byte(list))
	return id[:], tx.change("add problems", `INSERT OR IGNORE INTO problem_list (id, body) VALUES (?, ?)`, id[:], list)
}

func optional(id node.ID) any {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

// Complete gives a checkpoint that was partial its whole tree.
func (tx *Tx) Complete(r Row) error {
	problems, err := tx.addProblems(r.Problems)
	if err != nil {
		return err
	}
	return tx.change("complete checkpoint", `UPDATE checkpoint SET root=?, policy=?, problems=?, files=?, changed=?, ended_at=?, header=NULL WHERE id=?`,
		r.Root[:], r.Policy[:], problems, r.Files, r.Changed, r.EndedAt, r.ID)
}

// Get returns one checkpoint; it is not ok where there is none.
func (tx *Tx) Get(id string) (r Row, ok bool, err error) {
	err = tx.each("SELECT "+columns+" WHERE c.id = ?", func(s *sqlite.Stmt) error {
		ok = true
		r, err = rowOf(s)
		return err
	}, id)
	return r, ok, err
}

// Newest returns the last checkpoint; it is not ok where there is none.
func (tx *Tx) Newest() (r Row, ok bool, err error) {
	err = tx.each("SELECT "+columns+" ORDER BY c.number DESC LIMIT 1", func(s *sqlite.Stmt) error {
		ok = true
		r, err = rowOf(s)
		return err
	})
	return r, ok, err
}

// List returns all checkpoints, the newest first.
func (tx *Tx) List() ([]Row, error) {
	var out []Row
	err := tx.each("SELECT "+columns+" ORDER BY c.number DESC", func(s *sqlite.Stmt) error {
		r, err := rowOf(s)
		out = append(out, r)
		return err
	})
	return out, err
}

// Unwritten is how many checkpoints have no record in the packs, and the tree of
// the newest one that has.
func (tx *Tx) Unwritten() (n int, written node.ID, err error) {
	err = tx.each(`SELECT count(*) FROM checkpoint WHERE header IS NULL`, func(s *sqlite.Stmt) error {
		n = s.ColumnInt(0)
		return nil
	})
	if err != nil {
		return n, written, err
	}
	err = tx.each(`SELECT root FROM checkpoint WHERE header IS NOT NULL ORDER BY number DESC LIMIT 1`, func(s *sqlite.Stmt) error {
		s.ColumnBytes(0, written[:])
		return nil
	})
	return n, written, err
}

// WithoutHeader returns the checkpoints that have no record in the packs, the
// oldest first.
func (tx *Tx) WithoutHeader() ([]Row, error) {
	var out []Row
	err := tx.each("SELECT "+columns+" WHERE c.header IS NULL ORDER BY c.number", func(s *sqlite.Stmt) error {
		r, err := rowOf(s)
		out = append(out, r)
		return err
	})
	return out, err
}

// SetHeaders says where the records of checkpoints in the packs are.
func (tx *Tx) SetHeaders(rows []Row) error {
	for _, r := range rows {
		if err := tx.change("set header", `UPDATE checkpoint SET header=? WHERE id=?`, optional(r.Header), r.ID); err != nil {
			return err
		}
	}
	return nil
}

// SetRoot gives a checkpoint another tree, as when a path was purged from it.
func (tx *Tx) SetRoot(id string, root node.ID, files int) error {
	return tx.change("set root", `UPDATE checkpoint SET root=?, files=?, header=NULL WHERE id=?`, root[:], files, id)
}

// Pin sets whether a checkpoint is kept from being cleaned up; it is not ok
// where there is no such checkpoint.
func (tx *Tx) Pin(id string, by int) (ok bool, err error) {
	err = tx.change("pin", `UPDATE checkpoint SET pinned=?, header=NULL WHERE id=?`, by, id)
	return tx.db.conn.Changes() > 0, err
}

// SetLabels records the label and the name of a checkpoint.
func (tx *Tx) SetLabels(r Row) error {
	return tx.change("set label", `UPDATE checkpoint SET label=? WHERE id=?`, r.labels(), r.ID)
}

// Root is the tree of a checkpoint.
type Root struct {
	Number int64
	Root   node.ID
}

// Roots returns the trees of all checkpoints, the newest first.
func (tx *Tx) Roots() ([]Root, error) {
	var out []Root
	err := tx.each(`SELECT number, root FROM checkpoint ORDER BY number DESC`, func(s *sqlite.Stmt) error {
		one := Root{Number: s.ColumnInt64(0)}
		if s.ColumnBytes(1, one.Root[:]) != len(one.Root) {
			return fmt.Errorf("checkpoint %d: %w: an id is cut off", one.Number, ErrDamaged)
		}
		out = append(out, one)
		return nil
	})
	return out, err
}

// Numbered returns the checkpoint of a number; it is not ok where there is none.
func (tx *Tx) Numbered(number int64) (r Row, ok bool, err error) {
	err = tx.each("SELECT "+columns+" WHERE c.number = ?", func(s *sqlite.Stmt) error {
		ok = true
		r, err = rowOf(s)
		return err
	}, number)
	return r, ok, err
}

// Remove forgets checkpoints and all that belongs to them. What stays gets the
// nearest one before it that stays for its parent: all parents are read once, as
// nothing finds checkpoints by their parent.
func (tx *Tx) Remove(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	going := make(map[string]bool, len(ids))
	for _, id := range ids {
		going[id] = true
	}
	parents, err := tx.parents()
	if err != nil {
		return err
	}
	for id, parent := range parents {
		if going[id] || !going[parent] {
			continue
		}
		for steps := 0; going[parent] && steps < len(ids); steps++ { // no more, should damage have made a circle
			parent = parents[parent]
		}
		if err := tx.change("set parent", `UPDATE checkpoint SET parent=?, header=NULL WHERE id=?`, parent, id); err != nil {
			return err
		}
	}
	for _, id := range ids {
		for _, query := range removals {
			if err := tx.change("remove checkpoint", query, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// removals find what they delete by an index.
var removals = [...]string{
	`DELETE FROM undo WHERE id=?1`,
	`DELETE FROM extra WHERE checkpoint=?1`,
	`DELETE FROM checkpoint WHERE id=?1`,
}

func (tx *Tx) parents() (map[string]string, error) {
	out := map[string]string{}
	err := tx.each(`SELECT id, parent FROM checkpoint`, func(s *sqlite.Stmt) error {
		out[s.ColumnText(0)] = s.ColumnText(1)
		return nil
	})
	return out, err
}

// RemoveProblems drops lists of problems that nothing refers to.
func (tx *Tx) RemoveProblems() error {
	return tx.change("remove problems", `DELETE FROM problem_list WHERE id NOT IN (SELECT problems FROM checkpoint WHERE problems IS NOT NULL)`)
}

// Marks returns how far each segment counts.
func (tx *Tx) Marks() ([]pack.Mark, error) {
	var out []pack.Mark
	err := tx.each(`SELECT number, size FROM segment ORDER BY number`, func(s *sqlite.Stmt) error {
		out = append(out, pack.Mark{Segment: uint32(s.ColumnInt64(0)), End: s.ColumnInt64(1)})
		return nil
	})
	return out, err
}

// SetMarks records how far segments count now.
func (tx *Tx) SetMarks(marks []pack.Mark) error {
	for _, m := range marks {
		if err := tx.change("set mark", `INSERT INTO segment (number, size) VALUES (?1, ?2) ON CONFLICT (number) DO UPDATE SET size=?2`, int64(m.Segment), m.End); err != nil {
			return err
		}
	}
	return nil
}

// DropMarks makes segments no longer count.
func (tx *Tx) DropMarks(segments []uint32) error {
	for _, number := range segments {
		if err := tx.change("drop mark", `DELETE FROM segment WHERE number=?`, int64(number)); err != nil {
			return err
		}
	}
	return nil
}
