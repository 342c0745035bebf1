package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
)

// limit is the size up to which a path is read to compare it with entries.
func (s *Store) limit(entries ...*entry) int64 {
	limit := s.o.MaxFile
	for _, e := range entries {
		if e != nil {
			limit = max(limit, e.size)
		}
	}
	return limit
}

// outcome says which paths, encoded, were left alone and why.
type outcome struct{ failed map[string]string }

// apply carries out a staged journal. It can be cut off and called again at any
// point: each step looks at what is there. What cannot be done is noted and
// left as it is; an error means that the process is to end.
func (s *Store) apply(ctx context.Context, j *journal) (outcome, error) {
	out := outcome{failed: map[string]string{}}
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return out, fmt.Errorf("opening workspace: %w", err)
	}
	defer root.Close()
	stage, err := os.OpenRoot(j.Stage)
	if err != nil {
		return out, fmt.Errorf("opening stage: %w", err)
	}
	defer stage.Close()
	way, err := newGuide(root)
	if err != nil {
		return out, err
	}
	defer way.close()
	a := &application{store: s, way: way, stage: stage, journal: j, touched: map[string]bool{}}
	if err := a.run(ctx, out.failed); err != nil {
		return out, err
	}
	j.KeepStage, j.AppliedAt = a.keepStage, s.o.Now().UnixMilli()
	return out, s.writeJournal(j, applied)
}

// application is one run of a journal.
type application struct {
	store     *Store
	way       *guide // through the workspace
	stage     *os.Root
	journal   *journal
	before    *tree           // of the journal's checkpoint, read when needed
	touched   map[string]bool // raw paths to sync
	keepStage bool            // it holds bytes that are nowhere else
}

func (a *application) run(ctx context.Context, failed map[string]string) error {
	note := func(path string, err error) error {
		if fault.Stop(err) {
			return err
		}
		if err != nil {
			failed[path] = reasonOf(err)
		}
		return nil
	}
	if err := a.openUp(ctx); err != nil {
		return err
	}
	for _, one := range a.journal.Steps {
		a.journal.counted.Add(1)
		if err := note(one.Path, a.step(one)); err != nil {
			return err
		}
	}
	for _, one := range a.journal.Modes {
		if err := note(one.Path, a.setMode(one)); err != nil {
			return err
		}
	}
	if err := a.store.faults.Before("sync folders"); err != nil {
		return err
	}
	a.way.restart()
	a.sync(ctx)
	for _, one := range a.journal.Steps {
		a.journal.counted.Add(1)
		if failed[one.Path] == "" {
			if err := note(one.Path, a.verify(one)); err != nil {
				return err
			}
		}
	}
	return nil
}

// conflict is a path that is not as it was planned.
type conflict string

func (c conflict) Error() string { return string(c) }

// openUp lets us write in folders whose permissions forbid it: the parents of
// all steps that this process may not write in.
func (a *application) openUp(ctx context.Context) error {
	seen := map[string]bool{".": true}
	var folders []string
	for _, one := range a.journal.Steps {
		raw := DecodePath(one.Path)
		folders = append(folders, folderOf(raw))
		if one.Want != nil && one.Now != nil && one.Now.Kind == KindFolder {
			folders = append(folders, raw) // moving a folder writes its ".."
		}
	}
	for _, up := range folders {
		if seen[up] {
			continue
		}
		seen[up] = true
		parent, name, err := a.way.look(up)
		if err != nil {
			continue // it is made by a step, or the step will say what is wrong
		}
		info, err := parent.Lstat(name)
		if err != nil || !info.IsDir() || bits(info.Mode())&0o300 == 0o300 {
			continue
		}
		if err := a.store.faults.Before("open up %s", up); err != nil {
			return err
		}
		if parent, name, err = a.way.parent(up); err == nil {
			err = chmodFolder(parent, name, bits(info.Mode())|0o700)
		}
		if err != nil {
			a.store.o.Log.WarnContext(ctx, "opening up a folder", "path", up, "error", err)
		}
	}
	return nil
}

// step does one step, whatever part of it is done already.
func (a *application) step(one step) error {
	raw := DecodePath(one.Path)
	want, err := one.Want.entry(raw)
	if err != nil {
		return err
	}
	old, err := one.Now.entry(raw)
	if err != nil {
		return err
	}
	parent, name, err := a.way.parent(raw)
	if err != nil {
		if want == nil && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return conflict(whyNoFolder)
	}
	p := &spot{application: a, parent: parent, name: name, slot: one.Slot, want: want, old: old, path: raw}
	a.touched[folderOf(raw)] = true
	switch {
	case want == nil && old.kind == KindFolder:
		return p.removeFolder()
	case want == nil:
		return p.remove()
	case want.kind == KindFolder && old == nil:
		return p.makeFolder()
	case one.onlyMode():
		a.touched[raw] = true // a folder does not make the modes of its files durable
		return p.chmod()
	}
	return p.put()
}

// setMode gives a folder its final permissions.
func (a *application) setMode(m mode) error {
	raw := DecodePath(m.Path)
	onlyLent := m.From == m.To // opened up to write in it, and it may be gone
	parent, name, err := a.way.parent(raw)
	if err != nil {
		if onlyLent {
			return nil
		}
		return conflict(whyNoFolder)
	}
	info, err := parent.Lstat(name)
	if err != nil || !info.IsDir() {
		if onlyLent {
			return nil
		}
		return errors.Join(conflict(whyDuring), err)
	}
	now := bits(info.Mode())
	switch {
	case now == m.To:
		return nil
	case now&^0o700 != m.From&^0o700 && now&^0o700 != m.To&^0o700 && m.From != 0o700: // a folder of ours may have inherited bits; a run before may have come this far
		return conflict(whyDuring)
	}
	a.touched[raw] = true
	for try := 1; ; try++ { // a folder that is left opened up is worth a second try
		err := a.store.faults.Before("mode of %s", raw)
		if err == nil {
			err = chmodFolder(parent, name, m.To)
		}
		if err == nil || fault.Stop(err) || try > 1 {
			return err
		}
	}
}

// sync makes the changed folders durable, and files of which only the mode was
// changed.
func (a *application) sync(ctx context.Context) {
	paths := slices.SortedFunc(maps.Keys(a.touched), comparePaths)
	err := syncNames(len(paths), func(yield func(*os.Root, string) bool) {
		for _, raw := range paths {
			parent, name, err := a.way.look(raw)
			if err != nil {
				continue // it has gone since
			}
			if !yield(parent, name) {
				return
			}
		}
	})
	if err != nil {
		a.store.o.Log.WarnContext(ctx, "syncing restored folders", "error", err)
	}
}

// verify reads a path again.
func (a *application) verify(one step) error {
	raw := DecodePath(one.Path)
	want, err := one.Want.entry(raw)
	if err != nil {
		return err
	}
	parent, name, err := a.way.look(raw)
	if err != nil {
		if want == nil && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return conflict(whyDuring)
	}
	now, err := describe(parent, name, a.store.limit(want))
	if err != nil {
		return err
	}
	if now != nil && want != nil && now.kind == KindFolder {
		now.mode = want.mode // setMode has seen to it
	}
	if !same(now, want) {
		return conflict(whyDuring)
	}
	return nil
}

// matchesBefore tells whether the folder at name is, all through, what the
// checkpoint before the restore has at path.
func (a *application) matchesBefore(parent *os.Root, name, at string) (bool, error) {
	if a.before == nil {
		before, err := a.store.treeOf(context.Background(), a.journal.ID)
		if err != nil {
			return false, err
		}
		a.before = before
	}
	folder, err := openFolder(parent, name)
	if err != nil {
		return false, err
	}
	defer folder.Close()
	listed, err := names(folder)
	if err != nil {
		return false, err
	}
	if !slices.Equal(listed, a.before.names(at)) {
		return false, a.before.failed
	}
	for _, inner := range listed {
		e := a.before.entry(join(at, inner))
		if e == nil || !e.known() {
			return false, nil
		}
		now, err := describe(folder, inner, a.store.limit(e))
		if err != nil || !matches(now, e) {
			return false, err
		}
		if e.kind == KindFolder {
			if ok, err := a.matchesBefore(folder, inner, e.path); !ok {
				return false, err
			}
		}
	}
	return true, nil
}

// matches is same, but for the mode of folders, which may be opened up.
func matches(now, want *entry) bool {
	if now != nil && want != nil && now.kind == KindFolder && want.kind == KindFolder {
		return true
	}
	return same(now, want)
}
