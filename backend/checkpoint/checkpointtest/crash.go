//go:build unix

package checkpointtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func crashRows() []row {
	return []row{
		{"R12 R13 a kill at any step is made good", func(d *desk) { killEach(d, false) }, ours},
		{"R12 R13 a kill at any step, without exchange", func(d *desk) { killEach(d, true) }, ours},
		{"a kill during recovery is made good", killRecovery, ours},
		{"a change between the kill and the recovery is a conflict", changeAfterKill, ours},
		{"a flipped bit is found and never restored", flippedBits, ours},
	}
}

var errKilled = errors.New("killed")

// plot is a restore that has every kind of step to do.
type plot struct {
	id             string
	target, before Tree
	later          string // the checkpoint of before
}

func newPlot(d *desk) *plot {
	d.Helper()
	d.write("changed", "1")
	d.write("deleted/deep/file", "1")
	d.write("mode", "1")
	d.write("to-folder", "1")
	d.write("to-file/a/b", "1")
	d.link("1", "link")
	d.folder("empty")
	d.chmod("empty", 0o750)
	d.write("tight/x", "1")
	d.chmod("tight", 0o555)
	d.Cleanup(func() { _ = os.Chmod(d.at("tight"), 0o755) })
	p := &plot{id: d.create(), target: d.tree()}
	d.write("changed", "2")
	d.remove("deleted")
	d.chmod("mode", 0o700)
	d.remove("to-folder")
	d.write("to-folder/c", "2")
	d.folder("to-folder/d")
	d.remove("to-file")
	d.write("to-file", "2")
	d.remove("link")
	d.link("2", "link")
	d.remove("empty")
	d.write("new/deep/file", "2")
	d.chmod("tight", 0o755)
	d.write("tight/x", "2")
	d.chmod("tight", 0o555)
	p.later, p.before = d.create(), d.tree()
	return p
}

// reset puts the workspace back to before, without faults.
func (p *plot) reset(d *desk) {
	d.Helper()
	d.reopen(checkpoint.Options{})
	d.exact(p.later)
	d.wantTree(p.before)
}

// killAt makes the n-th step fail as if the process had died there.
func killAt(n int, noExchange bool, steps *int) checkpoint.Options {
	return checkpoint.Options{Faults: checkpoint.Faults{NoExchange: noExchange, Step: func(string) error {
		if *steps++; *steps == n {
			return errKilled
		}
		return nil
	}}}
}

func killEach(d *desk, noExchange bool) {
	d.inMemory() // it is the process that ends, and not the machine
	d.reopen(checkpoint.Options{})
	p := newPlot(d)
	rolledBack, finished := 0, 0
	for n := 1; ; n++ {
		p.reset(d)
		steps := 0
		d.reopen(killAt(n, noExchange, &steps))
		_, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: p.id})
		if err == nil {
			if steps >= n {
				d.Fatalf("killed at step %d, and no error", n)
			}
			d.wantTree(p.target)
			break
		}
		if !errors.Is(err, errKilled) {
			d.Fatalf("killed at step %d: %v", n, err)
		}
		d.reopen(checkpoint.Options{})
		got := d.tree()
		switch {
		case cmp.Equal(got, p.before):
			rolledBack++
		case cmp.Equal(got, p.target):
			finished++
			// What the restore replaced can still be had.
			all, err := d.store.List(d.Context())
			d.must(err)
			if all[0].Reason != checkpoint.PreRestore {
				d.Fatalf("newest checkpoint: %+v", all[0])
			}
			d.undo(all[0].ID)
			d.wantTree(p.before)
		default:
			d.Fatalf("killed at step %d; neither before nor target (-target +got):\n%s", n, cmp.Diff(p.target, got))
		}
	}
	if rolledBack < 5 || finished < 10 {
		d.Fatalf("%d rolled back, %d finished: the steps are not all seen", rolledBack, finished)
	}
}

// killRecovery kills at a step of the restore, then at each step of what makes
// it good, opening again and again.
func killRecovery(d *desk) {
	d.inMemory() // it is the process that ends, and not the machine
	d.reopen(checkpoint.Options{})
	p := newPlot(d)
	for n := 1; ; n += 3 {
		p.reset(d)
		steps := 0
		d.reopen(killAt(n, n%2 == 0, &steps))
		_, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: p.id})
		if err == nil {
			break
		}
		d.must(d.store.Close())
		d.store = nil
		for m := 1; ; m++ {
			again := 0
			store, err := d.open(d.Context(), d.dir, d.root, killAt(m, n%2 == 0, &again))
			if err == nil {
				d.store = store
				break
			}
			if !errors.Is(err, errKilled) {
				d.Fatalf("killed at step %d, then at %d: %v", n, m, err)
			}
		}
		if got := d.tree(); !cmp.Equal(got, p.before) && !cmp.Equal(got, p.target) {
			d.Fatalf("killed at step %d and again; neither before nor target (-target +got):\n%s", n, cmp.Diff(p.target, got))
		}
	}
}

// changeAfterKill changes a file after a kill, before the store is opened again.
func changeAfterKill(d *desk) {
	for _, noExchange := range []bool{false, true} {
		for n := 1; ; n++ {
			d.reopen(checkpoint.Options{})
			d.write("a", "1")
			d.write("b", "1")
			id := d.create()
			d.write("a", "2")
			d.write("b", "2")
			d.write("c", "2")
			steps := 0
			d.reopen(killAt(n, noExchange, &steps))
			_, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
			if err == nil {
				break
			}
			d.write("a", "mine")
			d.write("c", "mine too")
			d.reopen(checkpoint.Options{})
			got := d.tree()
			if got["a"].Content != "mine" || got["c"].Content != "mine too" || got["b"].Content != "1" && got["b"].Content != "2" || len(got) != 3 {
				d.Fatalf("killed at step %d (without exchange: %v): %v", n, noExchange, got)
			}
			d.create()
			d.remove("c")
		}
	}
}

// flippedBits damages each file of the store in turn. Whatever it is, the
// store gives an error or the right bytes.
func flippedBits(d *desk) {
	d.write("text", "some text that is long enough to be worth compressing, worth compressing, worth compressing")
	d.write("folder/short", "short")
	target, id := d.tree(), d.create()
	d.write("text", "other")
	d.remove("folder")
	d.write("later", "later")
	before, later := d.tree(), d.create()
	d.must(d.store.Close())
	d.store = nil
	whole := d.dir + "-whole"
	d.must(os.CopyFS(whole, os.DirFS(d.dir)))
	var files []string
	d.must(filepath.WalkDir(whole, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			relative, err := filepath.Rel(whole, path)
			files = append(files, relative)
			return err
		}
		return err
	}))
	refused, restored := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(whole, file))
		d.must(err)
		const places = 12
		for i := range places {
			if len(data) == 0 {
				continue
			}
			damaged := slices.Clone(data)
			damaged[(len(data)-1)*i/(places-1)] ^= 0x10
			d.must(os.RemoveAll(d.dir))
			d.must(os.CopyFS(d.dir, os.DirFS(whole)))
			d.must(os.WriteFile(filepath.Join(d.dir, file), damaged, 0o600))
			if d.restoreDamaged(file, id, target, before) {
				restored++
			} else {
				refused++
			}
			d.must(os.RemoveAll(d.dir))
			d.must(os.CopyFS(d.dir, os.DirFS(whole)))
			d.reopen(checkpoint.Options{})
			d.exact(later)
			d.wantTree(before)
			d.must(d.store.Close())
			d.store = nil
		}
	}
	if refused < 3 || restored < 1 {
		d.Fatalf("%d refused, %d restored of %d files", refused, restored, len(files))
	}
}

// restoreDamaged restores from a damaged store and takes that back. It tells
// whether the store did; if not, nothing may have changed.
func (d *desk) restoreDamaged(file, id string, target, before Tree) bool {
	d.Helper()
	store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{})
	if err != nil {
		return false
	}
	defer func() { d.must(store.Close()) }()
	result, err := store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
	if err != nil {
		if diff := cmp.Diff(before, d.tree()); diff != "" {
			d.Fatalf("%s damaged, restoring gave %v, and yet (-before +after):\n%s", file, err, diff)
		}
		return false
	}
	if diff := cmp.Diff(target, d.tree()); diff != "" {
		d.Fatalf("%s damaged; restored (-want +got):\n%s", file, diff)
	}
	if _, err := store.Undo(d.Context(), result.Undo); err != nil {
		d.Fatalf("%s damaged; what the restore replaced is lost: %v", file, err)
	}
	if diff := cmp.Diff(before, d.tree()); diff != "" {
		d.Fatalf("%s damaged; restored and undone (-want +got):\n%s", file, diff)
	}
	return true
}
