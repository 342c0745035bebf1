package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// mostNamed is how many checkpoints a damage names.
const mostNamed = 20

// Verify looks for damage: in the database, in every record of the packs, in
// what checkpoints need, and in restores under way. It changes nothing, and can
// be used where nothing can be written.
func (s *Store) Verify(ctx context.Context, r VerifyRequest) (Report, error) {
	release, err := s.still(ctx)
	if err != nil {
		return Report{}, err
	}
	defer release()
	s.nodes.clear() // what is in memory proves nothing
	v := &verifying{store: s, deep: r.ReadData, seen: map[node.ID][]string{}, report: Report{Damages: []Damage{}}}
	done := s.report(Verifying, &v.counted, int64(s.packs.Len()), 1)
	defer done()
	err = v.run(ctx)
	return v.report, err
}

// still keeps the store as it is, and unlike begin repairs nothing. A store that
// cannot be written to stays as it is anyway.
func (s *Store) still(ctx context.Context) (release func(), err error) {
	if s.lent != "" {
		return s.enter(ctx)
	}
	if release, err = s.lock(ctx, s.o.LockWait); err != nil {
		return nil, err
	}
	if err := s.refresh(); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

type verifying struct {
	store   *Store
	deep    bool
	report  Report
	seen    map[node.ID][]string // folder -> what is damaged in and below it
	known   map[node.ID]bool     // contents looked at: sound or not
	counted atomic.Int64
	row     string // the checkpoint looked at
}

func (v *verifying) run(ctx context.Context) error {
	s := v.store
	found, err := s.db.Check(ctx)
	if err != nil {
		return err
	}
	for _, what := range found {
		v.damage("the database: "+what, "")
	}
	err = s.packs.Check(ctx, s.marks, func(segment uint32, offset int64, why string) {
		v.damage(fmt.Sprintf("segment %d at byte %d: %s", segment, offset, why), "")
	})
	if err != nil {
		return err
	}
	for _, m := range s.marks {
		v.report.Bytes += m.End
	}
	v.known = map[node.ID]bool{}
	var rows []meta.Row
	var extras map[string][]meta.Extra
	var journals []meta.Restore
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if rows, err = tx.List(); err != nil {
			return err
		}
		if extras, err = tx.ExtrasByCheckpoint(); err != nil {
			return err
		}
		if journals, err = tx.Restores(); err != nil {
			return err
		}
		for i := range journals {
			if journals[i].Body, err = tx.RestoreBody(journals[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		v.row = row.ID
		v.report.Checkpoints++
		if err := v.folder(ctx, ".", row.Root); err != nil {
			return err
		}
		for _, e := range extras[row.ID] {
			v.content(e.Path, e.Content)
		}
	}
	for _, j := range journals {
		v.row = j.ID
		if _, err := s.readJournal(j); err != nil {
			v.damage("the journal of a restore cannot be read", "")
		}
	}
	return nil
}

func (v *verifying) damage(what, path string) {
	i := slices.IndexFunc(v.report.Damages, func(d Damage) bool { return d.What == what && d.Path == path })
	if i < 0 {
		v.report.Damages = append(v.report.Damages, Damage{What: what, Path: path})
		i = len(v.report.Damages) - 1
	}
	d := &v.report.Damages[i]
	if v.row != "" && len(d.Checkpoints) < mostNamed && !slices.Contains(d.Checkpoints, v.row) {
		d.Checkpoints = append(d.Checkpoints, v.row)
	}
}

// folder looks at a folder and all it needs. One that was found sound before is
// not looked at again; a damaged one is, to name each checkpoint it concerns.
func (v *verifying) folder(ctx context.Context, at string, id node.ID) error {
	if damaged, seen := v.seen[id]; seen && len(damaged) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	before := len(v.report.Damages)
	n, err := v.store.folder(id)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			return err
		}
		v.damage("a folder cannot be read: "+err.Error(), EncodePath(at))
		v.seen[id] = []string{at}
		return nil
	}
	v.report.Folders++
	v.counted.Add(1)
	sound := true
	for i := range n.Entries {
		e := &n.Entries[i]
		path := join(at, e.Name)
		switch e.Kind {
		case node.File:
			sound = v.content(path, e.ID) && sound
		case node.Folder:
			if err := v.folder(ctx, path, e.ID); err != nil {
				return err
			}
			sound = sound && len(v.seen[e.ID]) == 0
		}
	}
	v.seen[id] = nil
	if !sound || len(v.report.Damages) > before {
		v.seen[id] = []string{at}
	}
	return nil
}

// content looks at a file's content, and tells whether it is there and, as far
// as was asked for, sound.
func (v *verifying) content(path string, id node.ID) bool {
	sound, known := v.known[id]
	if !known {
		v.report.Contents++
		v.counted.Add(1)
		sound = v.sound(id)
		v.known[id] = sound
	}
	if !sound {
		v.damage("a content is missing or damaged", EncodePath(path))
	}
	return sound
}

func (v *verifying) sound(id node.ID) bool {
	packs := v.store.packs
	if v.deep {
		return v.store.copyTo(io.Discard, id) == nil
	}
	kind, ok := packs.Kind(id)
	if !ok || kind != pack.List {
		return ok && packs.Sound(id)
	}
	list, _, err := packs.Read(id)
	for ; err == nil && len(list) >= len(id); list = list[len(id):] {
		if !packs.Sound(node.ID(list[:len(id)])) {
			return false
		}
	}
	return err == nil
}
