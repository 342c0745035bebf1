package scan

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// worker has the buffers of one of the goroutines that scan.
type worker struct {
	scan  *scanning
	names buffer // of the system
	bytes []byte // of a file
	piece []byte // of a large one
	items [][]item

	newest int64 // the newest time of a status change seen
}

// item is a name that was listed.
type item struct {
	name string
	old  int32 // its entry in the state before, or -1
	same bool  // that entry is still right, as far as the stat tells
	stat
}

// found is what came of a folder: its tree, or that it is unknown.
type found struct {
	dir   *Dir
	entry node.Entry // without a name, where dir is nil
	err   error      // why, where it could not be listed
}

func unknown(cause node.Cause, reason string, print uint64) node.Entry {
	return node.Entry{Kind: node.Uncaptured, Cause: cause, More: &node.More{Reason: reason, Print: print}}
}

// folder reads a folder that is open. Errors of single paths become entries; an
// error returned ends the scan.
func (w *worker) folder(ctx context.Context, at folder, way *trail, old *Dir, in around, dirt *Dirt) (found, error) {
	if err := ctx.Err(); err != nil {
		return found{}, err
	}
	if old != nil && !dirt.lists() && !in.changed && !old.linked {
		return w.descend(ctx, at, way, old, in, dirt)
	}
	w.watch(at, way, old, in.other)
	items, err := w.list(at, old)
	if err == nil && w.scan.Read != nil {
		err = w.scan.Read(way.path())
	}
	if err != nil {
		return found{entry: unknown(node.Unreadable, reasonOf(err), 0), err: err}, nil
	}
	defer w.give(items)
	v := &visit{worker: w, at: at, way: way, old: old, in: in, dirt: dirt, items: items}
	return v.run(ctx)
}

// watch asks for the folder to be watched, before it is listed, unless it is.
func (w *worker) watch(at folder, way *trail, old *Dir, other bool) {
	s := w.scan
	if s.Watch == nil || s.unwatch.Load() != nil || !other && old != nil && old.watched == s.Watcher {
		return
	}
	if err := s.Watch(at.descriptor(), way.path()); err != nil {
		s.unwatch.CompareAndSwap(nil, &err)
	}
}

// list lists a folder and says for each name whether it seems unchanged.
func (w *worker) list(at folder, old *Dir) ([]item, error) {
	items := w.take()
	var order []uint32
	var entries []node.Entry
	if old != nil {
		order, entries = old.order, old.Node.Entries
	}
	inOrder := len(order) == len(entries)
	err := w.names.list(at, func(name []byte, s *stat) {
		w.newest = max(w.newest, s.changed)
		i := len(items)
		guess := -1
		if inOrder && i < len(order) && entries[order[i]].Name == string(name) {
			guess = int(order[i])
		} else if len(entries) > 0 {
			inOrder = false
			if found, ok := slices.BinarySearchFunc(entries, name, func(e node.Entry, name []byte) int { return strings.Compare(e.Name, string(name)) }); ok {
				guess = found
			}
		}
		one := item{old: int32(guess), stat: *s}
		if guess >= 0 {
			one.name = entries[guess].Name
			one.same = w.scan.same(&entries[guess], &old.Stamps[guess], s)
		} else {
			one.name = string(name)
			if w.scan.passing(&one) {
				return
			}
		}
		items = append(items, one)
	})
	if err != nil {
		w.give(items)
		return nil, err
	}
	if old != nil && len(items) == len(entries) && !inOrder {
		old.order = orderOf(items)
	}
	if w.scan.Counted != nil {
		w.scan.Counted.Add(int64(len(items)))
	}
	return items, nil
}

// orderOf is the order of the disk, if all names are known.
func orderOf(items []item) []uint32 {
	order := make([]uint32, len(items))
	for i := range items {
		if items[i].old < 0 {
			return nil
		}
		order[i] = uint32(items[i].old)
	}
	return order
}

// same tells whether an entry need not be looked at any further. Folders still
// have to be gone into.
func (s *scanning) same(e *node.Entry, old *Stamp, now *stat) bool {
	switch e.Kind {
	case node.Folder:
		return now.kind == kindFolder && now.device == s.device && now.mode == e.Mode
	case node.File:
		return now.kind == kindFile && now.device == s.device && old.clean(now, s.Slack) && e.Size <= s.MaxFile
	case node.Symlink:
		return now.kind == kindLink && now.device == s.device && old.clean(now, s.Slack)
	}
	return e.Cause == node.Git
}

// clean tells whether what was read is still what stands there.
func (t *Stamp) clean(now *stat, slack int64) bool {
	return t.Inode == now.inode && t.Changed == now.changed && t.Modified == now.modified && t.Size == now.size &&
		t.Mode == now.mode && t.UID == now.uid && t.GID == now.gid && max(now.changed, now.modified) < t.ReadAt-slack
}

func (w *worker) take() []item {
	if n := len(w.items); n > 0 {
		items := w.items[n-1]
		w.items = w.items[:n-1]
		return items[:0]
	}
	return make([]item, 0, 64)
}

func (w *worker) give(items []item) {
	const most = 16
	if len(w.items) < most {
		w.items = append(w.items, items)
	}
}

// descend goes through a folder that has not changed itself to those below that
// may have.
func (w *worker) descend(ctx context.Context, at folder, way *trail, old *Dir, in around, dirt *Dirt) (found, error) {
	if dirt == nil && !old.linkedBelow {
		return found{dir: old}, nil
	}
	items := w.take()
	defer w.give(items)
	for i := range old.Node.Entries {
		e := &old.Node.Entries[i]
		s := stat{kind: kindOther}
		if e.Kind == node.Folder {
			s = stat{kind: kindFolder, device: w.scan.device, inode: old.Stamps[i].Inode, mode: e.Mode}
		}
		items = append(items, item{name: e.Name, old: int32(i), same: true, stat: s})
	}
	v := &visit{worker: w, at: at, way: way, old: old, in: in, dirt: dirt, items: items, through: true}
	return v.run(ctx)
}

// visit is the reading of one folder.
type visit struct {
	*worker
	at      folder
	way     *trail
	old     *Dir
	in      around
	dirt    *Dirt
	items   []item
	through bool // the folder itself is not looked at

	kids    []kid
	inside  around // what folders and files in it inherit
	results []*result
}

// result is what came of a name that is not as it was.
type result struct {
	entry node.Entry
	stamp Stamp
	dir   *Dir
	gone  bool
}

func (v *visit) set(at int, r *result) {
	if v.results == nil {
		v.results = make([]*result, len(v.items))
	}
	v.results[at] = r
}

// kid is a folder inside, and what came of it.
type kid struct {
	item  int
	old   *Dir
	in    around
	dirt  *Dirt
	found found
	gone  bool
}

func (v *visit) run(ctx context.Context) (found, error) {
	why, err := v.rules()
	if err != nil {
		return found{}, err
	}
	if why != nil {
		return found{entry: *why}, nil
	}
	if err := v.files(ctx); err != nil {
		return found{}, err
	}
	if err := v.folders(ctx); err != nil {
		return found{}, err
	}
	return v.finish()
}

// rules finds the ignore rules inside. It returns an entry when they, or a mark,
// say that the folder is bulk.
func (v *visit) rules() (*node.Entry, error) {
	v.inside = around{rules: v.in.rules, changed: v.in.changed, ignored: v.in.ignored}
	at := slices.IndexFunc(v.items, func(one item) bool { return one.name == IgnoreFile })
	if at >= 0 {
		if err := v.ownRules(at); err != nil {
			return nil, err
		}
	} else if v.old != nil {
		_, was := v.old.Node.Index(IgnoreFile)
		v.inside.changed = v.in.changed || was
	}
	if v.through {
		v.inside.ignored = v.old.ignored
		return nil, nil
	}
	if err := v.formerRules(at); err != nil {
		return nil, err
	}
	// A folder that ignores all of its own content is ignored, as a virtual
	// environment does.
	v.inside.ignored = v.in.ignored || v.way.parent != nil && at >= 0 && v.inside.rules != v.in.rules && v.inside.rules.IgnoresAll()
	if v.inside.ignored && v.way.parent != nil && !v.comesBack() {
		return v.bulk(), nil
	}
	return nil, nil
}

// ownRules takes in the folder's own ignore file.
func (v *visit) ownRules(at int) error {
	one := &v.items[at]
	if !one.same {
		r, err := v.one(at)
		if err != nil {
			return err
		}
		v.set(at, r)
		v.inside.changed = v.in.changed || one.old < 0 || !sameText(&v.old.Node.Entries[one.old], &r.entry)
	}
	if v.old != nil && v.old.ruled && v.old.above == v.in.rules && !v.inside.changed {
		v.inside.rules = v.old.rules
		return nil
	}
	text, err := v.at.small(IgnoreFile, IgnoreLimit)
	if err == nil { // else, if it stays unreadable, that is a problem of its own
		v.inside.rules = v.in.rules.Enter(v.way.path(), text)
	}
	return nil
}

// sameText tells whether an ignore file says what it said. One that was not
// captured has no id, but shows that it seems to have changed.
func sameText(a, b *node.Entry) bool {
	if a.Kind == node.File && b.Kind == node.File {
		return a.ID == b.ID
	}
	return a.Same(b)
}

// folders reads the folders inside, side by side where there are workers to
// spare.
func (v *visit) folders(ctx context.Context) error {
	for i := range v.items {
		one := &v.items[i]
		if !v.enters(one) {
			continue
		}
		k, other := kid{item: i, dirt: v.dirt.below(one.name)}, false
		if one.old >= 0 && v.old.Kids != nil {
			k.old = v.old.Kids[one.old]
		}
		if k.old == nil || v.old.Stamps[one.old].Inode != one.inode {
			k.dirt, other = everything(), true
		}
		// Another folder may have got the number of the one that stood here.
		other = other || v.scan.Dirty != nil && k.dirt != nil && k.dirt.all
		k.in = around{rules: v.inside.rules, changed: v.inside.changed, ignored: v.inside.ignored, within: v.inside.ignored, other: other}
		var err error
		if k.in.then, err = v.formerKid(one.name); err != nil {
			return err
		}
		switch {
		case k.in.ignored:
		case k.old != nil && !v.inside.changed:
			k.in.ignored = k.old.ignored
		default:
			k.in.ignored = v.inside.rules != nil && v.inside.rules.Match(v.way.join(one.name), true)
		}
		if k.old != nil && k.dirt == nil && !k.in.changed && !k.old.linkedBelow {
			k.found.dir = k.old // known to be as it was, without opening it
		}
		v.kids = append(v.kids, k)
	}
	return v.split(ctx, v.kids)
}

// split reads some folders, giving away half of those that are left whenever a
// worker is idle.
func (v *visit) split(ctx context.Context, kids []kid) error {
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if failed == nil {
			failed = err
		}
	}
	for len(kids) > 0 {
		if len(kids) > 1 {
			select {
			case <-v.scan.idle:
				half := kids[len(kids)/2:]
				kids = kids[:len(kids)/2]
				wait.Go(func() {
					helper := *v
					helper.worker = v.scan.hire()
					if err := helper.split(ctx, half); err != nil {
						fail(err)
					}
					v.scan.dismiss(helper.worker)
					v.scan.idle <- struct{}{}
				})
			default:
			}
		}
		if kids[0].found.dir == nil {
			if err := v.kid(ctx, &kids[0]); err != nil {
				fail(err)
				break
			}
		}
		kids = kids[1:]
	}
	// While this one waits, another may work.
	v.scan.idle <- struct{}{}
	wait.Wait()
	<-v.scan.idle
	return failed
}

// kid reads one folder inside, trying again while it changes.
func (v *visit) kid(ctx context.Context, k *kid) error {
	name := v.items[k.item].name
	const tries = 3
	for try := 1; ; try++ {
		inner, err := v.at.folder(name)
		switch {
		case err == nil:
			k.found, err = v.folder(ctx, inner, &trail{v.way, name}, k.old, k.in, k.dirt)
			inner.close()
			return err
		case errors.Is(err, fs.ErrNotExist):
			if v.through {
				return ErrHint
			}
			k.gone = true
			return nil
		case errors.Is(err, errSwapped) && v.through:
			return ErrHint
		case errors.Is(err, errSwapped) && try < tries:
			continue
		case errors.Is(err, errSwapped):
			k.found.entry = unknown(node.Unstable, reasonOf(err), 0)
			return nil
		}
		k.found.entry = unknown(node.Unreadable, reasonOf(err), 0)
		return nil
	}
}

// enters tells whether a name is a folder to go into.
func (v *visit) enters(one *item) bool {
	return one.kind == kindFolder && one.device == v.scan.device && !isGit(one.name) && !v.isOwn(one) && !atomicfile.IsTemporary(one.name)
}

// passingTime is how long a temporary file of the program's own may be about to
// go by itself, in nanoseconds.
const passingTime = int64(time.Hour)

// passing tells whether a name is that of such a file, which is left out without
// a word. One that is older has been left by a killed process, and is listed.
func (s *scanning) passing(one *item) bool {
	return atomicfile.IsTemporary(one.name) && max(one.changed, one.modified) > s.Clock-passingTime
}

func (v *visit) isOwn(one *item) bool {
	if one.inode == 0 { // the system has no such numbers
		return slices.Contains(v.scan.OwnPaths, v.way.join(one.name))
	}
	return slices.Contains(v.scan.Own, Place{one.device, one.inode})
}

// isGit tells whether a name is that of git's own data, which is not touched.
func isGit(name string) bool {
	return name == ".git" || foldsNames && strings.EqualFold(name, ".git")
}
