package checkpoint

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// List returns all checkpoints, the newest first.
func (s *Store) List(ctx context.Context) ([]Checkpoint, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var rows []meta.Row
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		rows, err = tx.List()
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]Checkpoint, len(rows))
	for i, row := range rows {
		out[i] = checkpointOf(row)
	}
	return out, nil
}

// Get returns one checkpoint, or [ErrNotFound].
func (s *Store) Get(ctx context.Context, id string) (Checkpoint, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	defer done()
	row, err := s.row(ctx, id)
	if err != nil {
		return Checkpoint{}, err
	}
	return checkpointOf(row), nil
}

// Show returns all that is known of a checkpoint.
func (s *Store) Show(ctx context.Context, id string) (Details, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return Details{}, err
	}
	defer done()
	row, err := s.row(ctx, id)
	if err != nil {
		return Details{}, err
	}
	d := Details{Checkpoint: checkpointOf(row), ScanStartedAt: row.CreatedAt, ScanEndedAt: row.EndedAt, Uncovered: []Entry{}}
	t := s.tree(row.Root)
	for e := range t.below(".", nil) {
		switch {
		case !e.known():
			d.Uncovered = append(d.Uncovered, e.export())
		case e.kind == KindFolder:
			d.Folders++
		case e.kind == KindFile:
			d.Bytes += e.size
		}
	}
	if t.failed != nil {
		return Details{}, fmt.Errorf("reading checkpoint %q: %w", id, t.failed)
	}
	return d, s.db.Read(ctx, func(tx *meta.Tx) error { return d.addRestore(tx, row) })
}

// addRestore tells of the restore that a checkpoint was taken before.
func (d *Details) addRestore(tx *meta.Tx, row meta.Row) error {
	extras, err := tx.Extras(row.ID)
	if err != nil {
		return err
	}
	for _, e := range extras {
		switch e.Kind {
		case meta.Late:
			d.Late = append(d.Late, latePrefix+EncodePath(e.Path))
		case meta.Unsaved:
			d.Unsaved = append(d.Unsaved, EncodePath(e.Path))
		}
	}
	if Reason(row.Reason) != PreRestore {
		return nil
	}
	d.Restore = "done"
	journals, err := tx.Restores()
	for _, j := range journals {
		if j.ID == row.ID {
			d.Restore = j.Phase
		}
	}
	return err
}

// Unsaved returns the editor texts that were kept with the checkpoint before a
// restore.
func (s *Store) Unsaved(ctx context.Context, id string) ([]Unsaved, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var extras []meta.Extra
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		extras, err = tx.Extras(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := []Unsaved{}
	for _, e := range extras {
		if e.Kind != meta.Unsaved || id == "" {
			continue
		}
		content, err := s.bytes(e.Content)
		if err != nil {
			return nil, fmt.Errorf("reading unsaved text of %q: %w", EncodePath(e.Path), err)
		}
		out = append(out, Unsaved{Path: EncodePath(e.Path), Content: content})
	}
	return out, nil
}

// Diff lists what differs between two checkpoints, sorted by path. An empty to
// is the disk as it is now. What either side does not cover is left out.
func (s *Store) Diff(ctx context.Context, from, to string) ([]Change, error) {
	if to == "" {
		return s.diffDisk(ctx, from)
	}
	done, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	before, err := s.treeOf(ctx, from)
	if err != nil {
		return nil, err
	}
	after, err := s.treeOf(ctx, to)
	if err != nil {
		return nil, err
	}
	return found(before, after)
}

func (s *Store) diffDisk(ctx context.Context, from string) ([]Change, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	before, err := s.treeOf(ctx, from)
	if err != nil {
		return nil, err
	}
	now, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	return found(before, now)
}

func found(before, after *tree) ([]Change, error) {
	out := changes(before, after)
	for _, t := range []*tree{before, after} {
		if t.failed != nil {
			return nil, fmt.Errorf("comparing checkpoints: %w", t.failed)
		}
	}
	return out, nil
}

// present reads the workspace as it is now and keeps nothing of it. The caller
// holds s.busy.
func (s *Store) present(ctx context.Context) (*tree, error) { return s.presentFor(ctx, nil) }

// ReadFile returns the bytes of a file, or the target of a link, as they were
// at a checkpoint; an empty id is the disk as it is now. The error is
// [ErrNotInCheckpoint] where there was nothing, [ErrNotCovered] where the
// checkpoint does not know, both in a [PathError], [ErrNotFile] for a folder and [ErrDamaged] where
// the stored bytes are not those that were captured. Of the checkpoint before a
// restore, what [Details.Late] lists can be read as well.
func (s *Store) ReadFile(ctx context.Context, id, path string) ([]byte, Entry, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return nil, Entry{}, err
	}
	defer done()
	raw, err := given(path)
	if err != nil {
		return nil, Entry{}, err
	}
	if id == "" {
		return s.readDisk(raw)
	}
	t, err := s.treeOf(ctx, id)
	if err != nil {
		return nil, Entry{}, err
	}
	if raw == "." {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", path, ErrNotFile)
	}
	covered, e := t.find(raw)
	if t.failed != nil {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", path, t.failed)
	}
	var out Entry
	if e != nil {
		out = e.export()
	}
	switch {
	case covered == unknown:
		return nil, out, &PathError{Path: EncodePath(raw), Checkpoint: id, Reason: t.whyUnknown(raw), Err: ErrNotCovered}
	case covered == absent:
		if late, err := s.lateFile(ctx, id, path); late != nil || err != nil {
			return late, Entry{Path: path, Kind: KindFile, Size: int64(len(late))}, err
		}
		return nil, out, &PathError{Path: EncodePath(raw), Checkpoint: id, Err: ErrNotInCheckpoint}
	case e.kind == KindFolder:
		return nil, out, fmt.Errorf("reading %q: %w", path, ErrNotFile)
	case e.kind == KindSymlink:
		return []byte(e.target), out, nil
	}
	content, err := s.bytes(e.hash)
	if err != nil {
		return nil, out, fmt.Errorf("reading %q: %w", path, err)
	}
	return content, out, nil
}

// bytes returns a whole file's content.
func (s *Store) bytes(id node.ID) ([]byte, error) {
	var out collector
	if err := s.copyTo(&out, id); err != nil {
		return nil, err
	}
	if out == nil {
		out = collector{}
	}
	return out, nil
}

type collector []byte

func (c *collector) Write(data []byte) (int, error) {
	*c = append(*c, data...)
	return len(data), nil
}

// copyTo writes a file's content, each piece checked against its hash before it
// is written, and the whole against its own. After an error what was written is
// of no use.
func (s *Store) copyTo(out io.Writer, id node.ID) error {
	data, kind, err := s.content(id)
	if err != nil {
		return err
	}
	if kind != pack.List {
		_, err := out.Write(data)
		return err
	}
	whole := sha256.New()
	for ; len(data) >= len(id); data = data[len(id):] {
		piece, _, err := s.content(node.ID(data[:len(id)]))
		if err != nil {
			return err
		}
		_, _ = whole.Write(piece) // never fails
		if _, err := out.Write(piece); err != nil {
			return err
		}
	}
	if len(data) > 0 || node.ID(whole.Sum(nil)) != id {
		return fmt.Errorf("reading %s: %w: its pieces make another file", id, ErrDamaged)
	}
	return nil
}
