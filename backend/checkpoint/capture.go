package checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// Create saves the workspace as it is now. Paths that cannot be read do not
// make it fail: they are the checkpoint's problems. On an error nothing was
// saved.
func (s *Store) Create(ctx context.Context, r CreateRequest) (Checkpoint, error) {
	if made, ok, err := s.early(ctx, r); ok || err != nil {
		return made, err
	}
	release, err := s.begin(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	defer release()
	made, _, err := s.heal(ctx, func() (Checkpoint, *tree, error) { return s.capture(ctx, r, false) })
	return made, orFull(err)
}

// heal tries once more, reading and keeping everything anew, when what the
// present state is kept as turns out to be damaged.
func (s *Store) heal(ctx context.Context, capture func() (Checkpoint, *tree, error)) (Checkpoint, *tree, error) {
	made, now, err := capture()
	const tries = 8 // each finds one more damaged folder
	for range tries {
		lost := pack.Lost(err)
		if len(lost) == 0 || ctx.Err() != nil {
			break
		}
		for _, id := range lost {
			s.packs.Forget(id)
		}
		s.nodes.clear()
		s.work.dir = nil
		s.notify(ctx, Notice{Kind: Damaged, Text: "Some of what was stored is damaged. What the present state needs is stored anew; older checkpoints may have lost something: keel checkpoint verify tells."})
		made, now, err = capture()
	}
	return made, now, err
}

// capture makes a checkpoint; the caller holds the lock.
func (s *Store) capture(ctx context.Context, r CreateRequest, pinned bool) (Checkpoint, *tree, error) {
	started := s.o.Now()
	keep := s.packs.Begin(s.marks)
	seen, err := s.lookFor(ctx, keep, r.aim)
	if err != nil {
		keep.Drop()
		return Checkpoint{}, nil, fmt.Errorf("capturing workspace: %w", err)
	}
	dir := seen.whole()
	now := s.treeWith(dir.ID, nil)
	row := s.newRow(r, started, pinned)
	row.Root, row.Policy = dir.ID, s.policyFor(seen, r.aim)
	if err := s.describe(ctx, &row, now, dir, keep); err != nil {
		s.giveBack(seen)
		return Checkpoint{}, nil, s.uncommit(keep, err)
	}
	if err := s.commit(ctx, keep, &row); err != nil {
		s.giveBack(seen)
		return Checkpoint{}, nil, err
	}
	s.adopt(seen)
	return checkpointOf(row), now, nil
}

// adopt takes a sighting that is recorded for the state to go on from.
func (s *Store) adopt(seen sighting) {
	s.work.dir = seen.Dir
	s.work.trusted = s.work.watcher != nil
	if seen.hinted {
		s.work.hinted++
		s.verifySoon()
	} else {
		s.work.hinted = 0
	}
}

func (s *Store) newRow(r CreateRequest, started time.Time, pinned bool) meta.Row {
	if r.Reason == "" {
		r.Reason = Manual
	}
	row := meta.Row{
		ID: s.o.NewID(), Reason: string(r.Reason), Session: r.SessionID, Turn: r.TurnID, ToolCall: r.ToolCallID, Label: oneLine(r.Label),
		CreatedAt: started.UnixMilli(),
	}
	if pinned {
		row.Pin = meta.ByRestore
	}
	row.Head, row.Branch = headOf(s.root)
	return row
}

// labelLimit is how many characters of a label are kept.
const labelLimit = 200

// oneLine makes a label of any text: what would break a line is a space, and what
// is too long ends in "…".
func oneLine(label string) string {
	label = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(label, "\ufffd")))
	if runes := []rune(label); len(runes) > labelLimit {
		return string(runes[:labelLimit-1]) + "…"
	}
	return label
}

// policy names the rules that decided what is covered.
func (s *Store) policy(dir *scan.Dir) node.ID {
	return node.Sum(fmt.Appendf(nil, "%s%d %s", scan.Version, s.o.MaxFile, dir.Policy))
}

// describe sets what is derived from the tree. What is new in it has to be
// readable for that.
func (s *Store) describe(ctx context.Context, row *meta.Row, now *tree, dir *scan.Dir, keep *pack.Batch) error {
	newest, err := s.newest(ctx)
	if err != nil {
		return err
	}
	parent, has := newest.row, newest.has
	sum := dir.Node.Sum(dir.ID)
	row.Files = int(sum.Files)
	row.Changed = row.Files
	if has {
		row.Parent = parent.ID
	}
	if err := s.flush(keep); err != nil {
		return err
	}
	if has && parent.Root == row.Root {
		row.Problems, row.Changed = parent.Problems, 0
		return nil
	}
	if sum.Below&node.HoldsProblem != 0 {
		problems, err := json.Marshal(now.problems())
		if err != nil {
			return err
		}
		row.Problems = string(problems)
	}
	if has {
		before := s.tree(parent.Root)
		row.Changed = len(changes(before, now))
		if before.failed != nil {
			s.o.Log.ErrorContext(ctx, "comparing with the checkpoint before", "id", parent.ID, "error", before.failed)
		}
	}
	return now.failed
}

// flush makes a batch readable and durable; it is recorded by commit.
func (s *Store) flush(keep *pack.Batch) error {
	marks, err := keep.Flush()
	if err != nil {
		return fmt.Errorf("keeping contents: %w", err)
	}
	s.unrecorded = append(s.unrecorded, marks...)
	return nil
}

// commit records a checkpoint, and how far the packs count with what is new.
func (s *Store) commit(ctx context.Context, keep *pack.Batch, row *meta.Row) error {
	if !validID(row.ID) {
		return s.uncommit(keep, fmt.Errorf("writing checkpoint %q: not a usable id", row.ID))
	}
	row.EndedAt = s.o.Now().UnixMilli()
	row.DurationMs = row.EndedAt - row.CreatedAt
	var written []meta.Row
	wanted, err := s.headersWanted(ctx, row)
	if err != nil {
		return s.uncommit(keep, err)
	}
	if wanted {
		if written, err = s.writeHeaders(ctx, keep, row); err != nil {
			return s.uncommit(keep, err)
		}
	}
	err = s.db.Write(func(tx *meta.Tx) error {
		if err := tx.SetMarks(s.unrecorded); err != nil {
			return err
		}
		if err := tx.SetHeaders(written); err != nil {
			return err
		}
		return tx.Add(row)
	})
	if err != nil {
		return s.uncommit(keep, fmt.Errorf("writing checkpoint %q: %w", row.ID, err))
	}
	s.recorded()
	now := last{row: *row, has: true, unwritten: s.last.unwritten + 1, written: s.last.written}
	if wanted {
		now.unwritten, now.written = 0, row.Root
	}
	s.last = &now
	s.listed()
	return nil
}

// headersWanted tells whether descriptions are to be written: when the packs are
// written to and synced anyway, when a person made the checkpoint, when none
// tells of its tree yet, or when there are many without.
func (s *Store) headersWanted(ctx context.Context, row *meta.Row) (bool, error) {
	const many = 100
	newest, err := s.newest(ctx)
	if err != nil {
		return false, err
	}
	return len(s.unrecorded) > 0 || Reason(row.Reason) == Manual || row.Root != newest.written || newest.unwritten >= many, nil
}

// record makes what a batch has kept count, together with what work writes down
// that refers to it, or takes it back.
func (s *Store) record(keep *pack.Batch, work func(tx *meta.Tx) error) error {
	if err := s.flush(keep); err != nil {
		return s.uncommit(keep, err)
	}
	err := s.db.Write(func(tx *meta.Tx) error {
		if err := tx.SetMarks(s.unrecorded); err != nil {
			return err
		}
		return work(tx)
	})
	if err != nil {
		return s.uncommit(keep, err)
	}
	s.recorded()
	return nil
}

// recorded takes the marks that were written down for those that count.
func (s *Store) recorded() {
	for _, m := range s.unrecorded {
		s.marks = setMark(s.marks, m)
	}
	s.unrecorded = nil
}

func setMark(marks []pack.Mark, m pack.Mark) []pack.Mark {
	for i := range marks {
		if marks[i].Segment == m.Segment {
			marks[i].End = m.End
			return marks
		}
	}
	return append(marks, m)
}

// uncommit forgets what was kept and could not be recorded.
func (s *Store) uncommit(keep *pack.Batch, why error) error {
	s.unrecorded = nil
	if fault.Stop(why) {
		return why
	}
	keep.Drop()
	return errors.Join(why, s.packs.Unrecord(s.marks))
}

// writeHeaders keeps descriptions of checkpoints in the packs, for [Rescue]: of
// this one, and of those before that had nothing new to be written with.
func (s *Store) writeHeaders(ctx context.Context, keep *pack.Batch, row *meta.Row) ([]meta.Row, error) {
	var rows []meta.Row
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		rows, err = tx.WithoutHeader()
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if rows[i].Header, err = s.keepHeader(keep, rows[i]); err != nil {
			return nil, err
		}
	}
	if row.Header, err = s.keepHeader(keep, *row); err != nil {
		return nil, err
	}
	return rows, s.flush(keep)
}

func (s *Store) keepHeader(keep *pack.Batch, row meta.Row) (node.ID, error) {
	row.Header, row.Written = node.ID{}, s.o.Now().UnixNano()
	text, err := json.Marshal(row)
	if err != nil {
		return node.ID{}, err
	}
	id := node.Sum(text)
	return id, keep.Add(pack.Header, id, text)
}

func checkpointOf(row meta.Row) Checkpoint {
	c := Checkpoint{
		ID: row.ID, Parent: row.Parent, Reason: Reason(row.Reason), SessionID: row.Session, TurnID: row.Turn, ToolCallID: row.ToolCall,
		Label: row.Label, Name: row.Name, CreatedAt: row.CreatedAt, DurationMs: row.DurationMs, Files: row.Files, Changed: row.Changed,
		Pinned: row.Pin != 0, Policy: row.Policy.String(), Tree: row.Root.String(), Head: row.Head, Branch: row.Branch,
		Complete: row.Problems == "",
	}
	if row.Problems != "" {
		// It was written by describe, and covered by the database's checks.
		_ = json.Unmarshal([]byte(row.Problems), &c.Problems)
	}
	return c
}

// validID keeps an id from being anything but a file's name.
func validID(id string) bool {
	if id == "" || len(id) > 100 {
		return false
	}
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// headOf says which commit and branch a repository is at, if the workspace is
// one. It is for information only: whatever is unusual gives nothing.
func headOf(root string) (commit, branch string) {
	read := func(name string) string {
		path := filepath.Join(root, ".git", name)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			return ""
		}
		file, err := os.OpenFile(path, readFlags, 0) // whatever has come there since
		if err != nil {
			return ""
		}
		defer file.Close()
		const most = 4096
		text, err := io.ReadAll(io.LimitReader(file, most))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	head := read("HEAD")
	ref, symbolic := strings.CutPrefix(head, "ref: ")
	if !symbolic {
		return hexOnly(head), ""
	}
	branch, ok := strings.CutPrefix(ref, "refs/heads/")
	if !ok || !filepath.IsLocal(ref) {
		return "", ""
	}
	return hexOnly(read(filepath.FromSlash(ref))), branch
}

func hexOnly(text string) string {
	if strings.Trim(text, "0123456789abcdef") != "" || len(text) > 64 {
		return ""
	}
	return text
}
