//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// Crashes ends the store, or makes a call fail, at each call in turn of each
// operation, and looks at what is left: the workspace, every checkpoint, the
// store's own check of itself, and whether the operation can be repeated.
func Crashes(t *testing.T, open Opener) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) { s.play(t, open) })
	}
}

// scene is one operation, with all that comes before it.
type scene struct {
	name string
	// calls is the least number of calls it is known to make.
	calls   int
	options checkpoint.Options
	// build makes workspace and store, and says what is to happen.
	build func(d *desk) drama
}

// drama is an operation and what must hold whatever becomes of it.
type drama struct {
	run func(ctx context.Context, d *desk) error
	// known are the checkpoints of before, by id. None may be missing, unless
	// mayGo says so of it.
	known map[string]Tree
	mayGo func(id string) bool
	// lacks are paths that the operation takes out of them.
	lacks []string
	// done looks at what the finished operation has left, on an open store.
	done func(d *desk)
	// moves tells that the operation changes the workspace.
	moves bool
}

// repeated marks what is found after the operation was done again, perhaps on
// what it had already done.
const repeated = ": repeated"

// fate is how an operation is cut off: the process ends, or a call fails.
type fate struct {
	name string
	fail error // nil: the process ends
}

// set is a scene that has been built, and what it does undisturbed.
type set struct {
	scene
	*testing.T
	open          Opener
	drama         drama
	at            string // holds store and workspace, copied for each run
	calls         int
	before, after Tree
	runs          int
}

func (s scene) play(t *testing.T, open Opener) {
	top, err := os.MkdirTemp(memory(), "keel-crash")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.CommandContext(context.Background(), "chmod", "-R", "u+rwx", top).Run()
		if err := os.RemoveAll(top); err != nil {
			t.Error(err)
		}
	})
	p := &set{scene: s, T: t, open: open, at: filepath.Join(top, "set")}
	p.prepare()
	p.undisturbed()
	for _, f := range []fate{{"killed", nil}, {"EIO", syscall.EIO}, {"ENOSPC", syscall.ENOSPC}} {
		for n := 1; n <= p.calls; n++ {
			p.cutOff(f, n)
		}
	}
	t.Logf("%d calls, cut off %d times", p.calls, p.runs)
	if p.calls < s.calls || p.runs != 3*p.calls {
		t.Errorf("%d calls were seen and %d runs made of an operation known to make %d: the matrix has become empty", p.calls, p.runs, s.calls)
	}
}

// prepare builds the scene.
func (p *set) prepare() {
	d := &desk{TB: p.T, open: p.open, dir: filepath.Join(p.at, "store"), root: filepath.Join(p.at, "workspace")}
	d.must(os.MkdirAll(d.root, 0o755))
	d.reopen(p.with(checkpoint.Faults{}))
	p.drama = p.build(d)
	p.before = d.tree()
	d.close()
	d.must(os.Rename(p.at, p.at+"-set"))
}

// with are the scene's options; the clock need not be probed each time.
func (p *set) with(f checkpoint.Faults) checkpoint.Options {
	o := p.options
	o.Slack = 20 * time.Millisecond
	if f.Read == nil {
		f.Read = o.Faults.Read
	}
	o.Faults = f
	return o
}

// copied is a desk with a copy of the scene. It has no open store.
func (p *set) copied() *desk {
	p.Helper()
	at := p.at // where it was built, as journals name it
	_ = os.Chmod(filepath.Join(at, "workspace", "tight"), 0o755)
	if err := os.RemoveAll(at); err != nil {
		p.Fatal(err)
	}
	if out, err := exec.CommandContext(p.Context(), "cp", "-a", p.at+"-set", at).CombinedOutput(); err != nil {
		p.Fatalf("copying the scene: %v: %s", err, out)
	}
	return &desk{TB: p.T, open: p.open, dir: filepath.Join(at, "store"), root: filepath.Join(at, "workspace")}
}

// act opens the store and runs the operation, with the operation's own desk.
func (p *set) act(d *desk, o checkpoint.Options) error {
	d.Helper()
	store, err := d.open(d.Context(), d.dir, d.root, o)
	if err != nil && !errors.Is(err, checkpoint.ErrNoRecord) {
		return err
	}
	if err == nil {
		d.store = store
	}
	d.options = o
	return p.drama.run(d.Context(), d)
}

// undisturbed counts the calls, and sees what the operation leaves.
func (p *set) undisturbed() {
	var calls atomic.Int64
	d := p.copied()
	d.must(p.act(d, p.with(checkpoint.Faults{Step: func(string) error {
		calls.Add(1)
		return nil
	}})))
	p.calls = int(calls.Load()) // without those of the end, which change nothing that counts
	p.after = d.tree()
	if !p.drama.moves && !cmp.Equal(p.before, p.after) {
		p.Fatalf("the operation changes the workspace (-before +after):\n%s", cmp.Diff(p.before, p.after))
	}
	if p.drama.done != nil {
		p.drama.done(d)
	}
	d.close()
	if p.drama.moves && cmp.Equal(p.before, p.after) {
		p.Fatal("the operation does nothing")
	}
}

// cutOff runs the operation until its n-th call.
func (p *set) cutOff(f fate, n int) {
	p.runs++
	d := p.copied()
	what := fmt.Sprintf("%s: %s at call %d", p.name, f.name, n)
	var calls atomic.Int64
	var last atomic.Value
	at := func(call string) error {
		now := int(calls.Add(1))
		if now == n {
			last.Store(call)
		}
		switch {
		case f.fail == nil && now >= n: // the dead do nothing more
			return errKilled
		case f.fail != nil && now == n:
			return f.fail
		}
		return nil
	}
	faults := checkpoint.Faults{Fail: at}
	if f.fail == nil {
		faults = checkpoint.Faults{Step: at}
	}
	err := p.act(d, p.with(faults))
	what += fmt.Sprintf(" (%v): %v", last.Load(), err)
	switch {
	case last.Load() == nil:
		d.Fatalf("%s: there was no such call", what)
	case f.fail == nil:
		if err != nil && !errors.Is(err, errKilled) {
			d.Fatalf("%s: another error", what)
		}
		if d.store != nil {
			_ = d.store.Close()
			d.store = nil
		}
	case d.store != nil && err != nil && !errors.Is(err, f.fail) && !p.drama.moves:
		d.Fatalf("%s: another error", what)
	}
	p.goOn(d, f, what, n)
	if p.Failed() {
		p.Fatalf("%s: see above", what)
	}
}

// goOn looks at what is left, first with the store that is still open, if the
// process has not ended, then with the next one.
func (p *set) goOn(d *desk, f fate, what string, n int) {
	d.Helper()
	if f.fail != nil && d.store != nil {
		made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Label: "next"})
		if err != nil {
			d.Fatalf("%s: the next operation: %v", what, err)
		}
		now := d.tree()
		p.workspace(d, now, f, what)
		p.look(d, what+": the next operation", map[string]Tree{made.ID: now})
		d.must(d.store.Close())
		d.store = nil
		p.enter(d, what)
		p.look(d, what+": opened again", map[string]Tree{made.ID: now})
	} else {
		p.enter(d, what)
		p.workspace(d, d.tree(), f, what)
		p.look(d, what+": opened again", nil)
	}
	d.must(d.store.Close())
	d.store = nil
	if err := p.act(d, p.with(checkpoint.Faults{})); err != nil {
		d.Fatalf("%s: the operation cannot be repeated: %v", what, err)
	}
	if diff := cmp.Diff(p.after, d.tree()); diff != "" {
		d.Fatalf("%s: repeated (-want +got):\n%s", what, diff)
	}
	if p.drama.done != nil {
		p.drama.done(d)
	}
	again := what + repeated
	p.look(d, again, nil)
	p.materialise(d, what, n)
	d.close()
}

// enter opens the store without faults; its record may be lost only where it is
// what the scene is about.
func (p *set) enter(d *desk, what string) {
	d.Helper()
	store, err := d.open(d.Context(), d.dir, d.root, p.with(checkpoint.Faults{}))
	if errors.Is(err, checkpoint.ErrNoRecord) && p.name == rescueScene {
		if _, err = checkpoint.Rescue(d.Context(), d.dir, checkpoint.Options{}); err == nil {
			store, err = d.open(d.Context(), d.dir, d.root, p.with(checkpoint.Faults{}))
		}
	}
	if err != nil {
		d.Fatalf("%s: opening again: %v", what, err)
	}
	d.store = store
}

// workspace fails unless the workspace is as before or as after; where only a
// call failed each path may be either, as the others are conflicts.
func (p *set) workspace(d *desk, got Tree, f fate, what string) {
	d.Helper()
	if cmp.Equal(got, p.before) || cmp.Equal(got, p.after) {
		return
	}
	if f.fail == nil || !p.drama.moves {
		d.Fatalf("%s: neither before nor after (-before +got):\n%s\n(-after +got):\n%s", what, cmp.Diff(p.before, got), cmp.Diff(p.after, got))
	}
	for path := range union(union(p.before, p.after), got) {
		if got[path] == p.before[path] || got[path] == p.after[path] {
			continue
		}
		if got[path].Type == "d" && (p.before[path].Type == "d" || p.after[path].Type == "d") {
			continue // its mode could not be set
		}
		d.Errorf("%s: %q is %v; before %v, after %v", what, path, got[path], p.before[path], p.after[path])
	}
}

// look fails unless all checkpoints are there and can be read byte for byte, and
// the store finds itself sound.
func (p *set) look(d *desk, what string, more map[string]Tree) {
	d.Helper()
	all, err := d.store.List(d.Context())
	d.must(err)
	listed := map[string]checkpoint.Checkpoint{}
	for _, c := range all {
		listed[c.ID] = c
	}
	known := map[string]Tree{}
	maps.Copy(known, p.drama.known)
	maps.Copy(known, more)
	for id, tree := range known {
		c, ok := listed[id]
		if !ok {
			if p.drama.mayGo == nil || !p.drama.mayGo(id) {
				d.Fatalf("%s: checkpoint %q is gone", what, id)
			}
			continue
		}
		d.reads(c, tree, p.drama.lacks, what)
	}
	for _, c := range all {
		if c.Reason == checkpoint.PreRestore && known[c.ID] == nil && !strings.HasSuffix(what, repeated) {
			d.reads(c, p.before, p.drama.lacks, what)
		}
	}
	report, err := d.store.Verify(d.Context(), checkpoint.VerifyRequest{ReadData: true})
	if err != nil || len(report.Damages) > 0 {
		d.Fatalf("%s: verifying: %+v, %v", what, report.Damages, err)
	}
}

// reads fails unless a checkpoint holds a tree. Paths in lacks may be unknown to
// it.
func (d *desk) reads(c checkpoint.Checkpoint, tree Tree, lacks []string, what string) {
	d.Helper()
	files := 0
	for path, item := range tree {
		if item.Type != "d" {
			files++
		}
		got, e, err := d.store.ReadFile(d.Context(), c.ID, path)
		if errors.Is(err, checkpoint.ErrNotCovered) && slices.Contains(lacks, path) {
			files--
			continue
		}
		kinds := map[string]checkpoint.Kind{"d": checkpoint.KindFolder, "L": checkpoint.KindSymlink, "-": checkpoint.KindFile}
		if err != nil && (item.Type != "d" || !errors.Is(err, checkpoint.ErrNotFile)) || e.Kind != kinds[item.Type] || e.Mode != item.Mode || string(got) != item.Content {
			d.Fatalf("%s: %s %q has at %q %+v %.100q, %v; want %v", what, c.Reason, c.ID, path, e, got, err, item)
		}
	}
	if c.Files != files {
		d.Fatalf("%s: %s %q has %d files, want %d", what, c.Reason, c.ID, c.Files, files)
	}
}

// materialise restores one of the checkpoints that are known, another each time.
func (p *set) materialise(d *desk, what string, n int) {
	d.Helper()
	ids := slices.Sorted(maps.Keys(p.drama.known))
	ids = slices.DeleteFunc(ids, func(id string) bool {
		_, err := d.store.Get(d.Context(), id)
		return err != nil
	})
	if len(ids) == 0 {
		return
	}
	id := ids[n%len(ids)]
	want := maps.Clone(p.drama.known[id])
	for _, path := range p.drama.lacks {
		want.set(path, d.tree()[path])
		if up := filepath.Dir(path); want[path].Type == "" && up != "." && !want.holds(up) {
			want.set(up, p.drama.known[id][up])
		}
	}
	if _, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err != nil {
		d.Fatalf("%s: restoring %q: %v", what, id, err)
	}
	if diff := cmp.Diff(want, d.tree()); diff != "" {
		d.Fatalf("%s: checkpoint %q (-want +got):\n%s", what, id, diff)
	}
}
