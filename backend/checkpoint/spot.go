package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// spot is a path that a step changes: a name in an opened folder, and the slot
// in the stage that holds the new object and then the displaced one.
type spot struct {
	*application
	parent    *os.Root
	name      string
	slot      string
	path      string // raw
	want, old *entry
}

// aside is where the old object waits when the system cannot exchange.
func (p *spot) aside() string { return p.slot + asideSuffix }

const asideSuffix = "-old"

func (p *spot) now() (*entry, error) { return describe(p.parent, p.name, p.limit()) }

// limit is the size up to which objects are read: what was once captured is,
// whatever the cap says now.
func (p *spot) limit() int64 { return p.store.limit(p.want, p.old) }

func (p *spot) fault(what string) error { return p.store.faults.Before("%s %s", what, p.path) }

func (p *spot) makeFolder() error {
	now, err := p.now()
	if err != nil {
		return err
	}
	if now != nil {
		if now.kind == KindFolder {
			return nil
		}
		return conflict(whyDuring)
	}
	if err := p.fault("make folder"); err != nil {
		return err
	}
	return p.parent.Mkdir(p.name, 0o700)
}

func (p *spot) chmod() error {
	now, err := p.now()
	if err != nil {
		return err
	}
	if same(now, p.want) {
		return nil
	}
	if !same(now, p.old) {
		return conflict(whyDuring)
	}
	if err := p.fault("mode of"); err != nil {
		return err
	}
	return chmodFile(p.parent, p.name, p.want.mode)
}

func (p *spot) removeFolder() error {
	now, err := p.now()
	if err != nil || now == nil {
		return err
	}
	if now.kind != KindFolder {
		return conflict(whyDuring)
	}
	if err := p.fault("remove folder"); err != nil {
		return err
	}
	err = removeFolder(p.parent, p.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case notEmpty(err):
		return conflict(whyHolds)
	}
	return err
}

// remove moves a file or link into the stage and looks at it there, where
// nobody else finds it.
func (p *spot) remove() error {
	now, err := p.now()
	if err != nil {
		return err
	}
	if now != nil {
		if !same(now, p.old) || exists(p.stage, p.slot) {
			return conflict(whyDuring)
		}
		if err := p.fault("remove"); err != nil {
			return err
		}
		if err := moveNew(p.parent, p.name, p.stage, p.slot); err != nil {
			return err
		}
	}
	return p.check(p.slot)
}

// put places the new object where nothing or another object stands.
func (p *spot) put() error {
	now, err := p.now()
	if err != nil {
		return err
	}
	if matches(now, p.want) {
		// Done already, here or in the run before a crash; what was displaced may
		// not have been looked at yet.
		if p.old == nil {
			return nil
		}
		return errors.Join(p.check(p.slot), p.check(p.aside()))
	}
	if now == nil && p.old != nil && exists(p.stage, p.aside()) {
		return p.placeAside()
	}
	if ok, err := p.isOld(p.parent, p.name, now); !ok {
		return errors.Join(err, conflict(whyDuring))
	}
	if err := p.fault("place"); err != nil {
		return err
	}
	if p.old == nil {
		err := moveNew(p.stage, p.slot, p.parent, p.name)
		if errors.Is(err, fs.ErrExist) {
			return conflict(whyDuring)
		}
		return err
	}
	err = p.store.exchange(p.stage, p.slot, p.parent, p.name)
	if errors.Is(err, errUnsupported) {
		if err := moveNew(p.parent, p.name, p.stage, p.aside()); err != nil {
			return err
		}
		return p.placeAside()
	}
	if err != nil {
		return err
	}
	if err := p.fault("check"); err != nil {
		return err
	}
	return p.check(p.slot)
}

// placeAside goes on after the old object was moved aside.
func (p *spot) placeAside() error {
	if err := p.fault("check aside"); err != nil {
		return err
	}
	if err := p.check(p.aside()); err != nil {
		return err
	}
	if err := p.fault("place"); err != nil {
		return err
	}
	err := moveNew(p.stage, p.slot, p.parent, p.name)
	if errors.Is(err, fs.ErrExist) {
		return conflict(whyDuring)
	}
	return err
}

// check looks at what lies in a slot. If that is neither the old object, whose
// bytes the checkpoint before has, nor the new one, it goes back to its place;
// where that fails the stage is kept.
func (p *spot) check(slot string) error {
	displaced, err := describe(p.stage, slot, p.limit())
	if err == nil && (displaced == nil || p.want != nil && same(displaced, p.want)) {
		return nil
	}
	if err == nil {
		var ok bool
		if ok, err = p.isOld(p.stage, slot, displaced); ok {
			return nil
		}
	}
	back := p.putBack(slot)
	if back == nil {
		return errors.Join(conflict(whyDuring), err)
	}
	p.keepStage = true
	return fmt.Errorf("%s; what stood there is kept in %q: %w", whyDuring, p.journal.Stage, errors.Join(err, back))
}

// isOld tells whether e, found at a name, is what the restore was planned on.
func (p *spot) isOld(at *os.Root, name string, e *entry) (bool, error) {
	if !matches(e, p.old) {
		return false, nil
	}
	if e == nil || e.kind != KindFolder {
		return true, nil
	}
	return p.matchesBefore(at, name, p.path)
}

func (p *spot) putBack(slot string) error {
	if err := p.fault("put back"); err != nil {
		return err
	}
	err := moveNew(p.stage, slot, p.parent, p.name)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := p.store.exchange(p.stage, slot, p.parent, p.name); err != nil {
		return err
	}
	// What came out must be what the restore had put there.
	if out, err := describe(p.stage, slot, p.limit()); err != nil || !matches(out, p.want) {
		return errors.Join(errors.New("it was changed again"), err)
	}
	return nil
}

func exists(folder *os.Root, name string) bool {
	_, err := folder.Lstat(name)
	return err == nil
}

// exchange swaps two names, unless a test forbids it.
func (s *Store) exchange(from *os.Root, fromName string, to *os.Root, toName string) error {
	if s.o.Faults.NoExchange {
		return errUnsupported
	}
	return exchange(from, fromName, to, toName)
}
