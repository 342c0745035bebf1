//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func processRows() []row {
	return []row{
		{"R15 two stores on one folder", twoStores, everyones},
		{"R15 two processes restoring at once", twoProcesses, ours},
		{"R12 a process killed with the lock in its hand", killedHolder, ours},
		{"another process at work: busy, then fine", busy, ours},
		{"reading goes on while another process restores", readWhileBusy, ours},
		{"what is cut off by its context changes nothing", cancelled, ours},
		{"a cancelled context does nothing", alreadyCancelled, ours},
		{"a closed store says so", closed, ours},
		{"kept across opening", kept, everyones},
	}
}

// second opens one more store on the same folder.
func (d *desk) second(o checkpoint.Options) Store {
	d.Helper()
	store, err := d.open(d.Context(), d.dir, d.root, o)
	d.must(err)
	d.Cleanup(func() { d.must(store.Close()) })
	return store
}

func twoStores(d *desk) {
	stores := []Store{d.store, d.second(checkpoint.Options{})}
	d.write("shared", "0")
	first := d.create()
	var wait sync.WaitGroup
	failed := make([]error, len(stores))
	for i, store := range stores {
		wait.Go(func() {
			for n := range 10 {
				if _, err := store.Create(d.Context(), checkpoint.CreateRequest{SessionID: fmt.Sprint(i), Label: fmt.Sprint(n)}); err != nil {
					failed[i] = err
					return
				}
			}
			_, failed[i] = store.Restore(d.Context(), checkpoint.RestoreRequest{ID: first})
		})
	}
	wait.Wait()
	d.must(errors.Join(failed...))
	lists := make([][]checkpoint.Checkpoint, len(stores))
	for i, store := range stores {
		all, err := store.List(d.Context())
		d.must(err)
		lists[i] = all
	}
	if diff := cmp.Diff(lists[0], lists[1]); diff != "" {
		d.Fatalf("lists differ (-one +other):\n%s", diff)
	}
	labels := map[string]int{"0": 9, "1": 9}
	for i, c := range lists[0] {
		if i+1 < len(lists[0]) && c.Parent != lists[0][i+1].ID {
			d.Errorf("parent of %s is %q, want %q", c.ID, c.Parent, lists[0][i+1].ID)
		}
		if c.SessionID != "" {
			if c.Label != fmt.Sprint(labels[c.SessionID]) {
				d.Errorf("session %s: label %s, want %d", c.SessionID, c.Label, labels[c.SessionID])
			}
			labels[c.SessionID]--
		}
	}
	if labels["0"] != -1 || labels["1"] != -1 {
		d.Errorf("left: %v", labels)
	}
	d.wantTree(Tree{"shared": {"-", 0o644, "0"}})
}

// holdRestore starts a restore that waits in its middle, and returns how to let
// it go on.
func (d *desk) holdRestore() (release func() error) {
	d.Helper()
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	inside, goOn := make(chan struct{}), make(chan struct{})
	holder := d.second(checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
		if step == "place a" {
			close(inside)
			<-goOn
		}
		return nil
	}}})
	done := make(chan error, 1)
	go func() {
		_, err := holder.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
		done <- err
	}()
	<-inside
	return func() error {
		close(goOn)
		return <-done
	}
}

func busy(d *desk) {
	release := d.holdRestore()
	hasty := d.second(checkpoint.Options{LockWait: time.Millisecond})
	if _, err := hasty.Create(d.Context(), checkpoint.CreateRequest{}); !errors.Is(err, checkpoint.ErrBusy) {
		d.Errorf("creating: %v, want ErrBusy", err)
	}
	if _, err := hasty.Undo(d.Context(), "any"); !errors.Is(err, checkpoint.ErrBusy) {
		d.Errorf("undoing: %v, want ErrBusy", err)
	}
	ctx, cancel := context.WithCancel(d.Context())
	patient := make(chan error, 1)
	go func() {
		_, err := d.store.Create(ctx, checkpoint.CreateRequest{})
		patient <- err
	}()
	cancel()
	if err := <-patient; !errors.Is(err, context.Canceled) {
		d.Errorf("cancelled while waiting: %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := d.store.Create(d.Context(), checkpoint.CreateRequest{})
		waiting <- err
	}()
	d.must(release())
	d.must(<-waiting)
	_, err := hasty.Create(d.Context(), checkpoint.CreateRequest{})
	d.must(err)
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}

func readWhileBusy(d *desk) {
	release := d.holdRestore()
	other := d.second(checkpoint.Options{})
	all, err := other.List(d.Context())
	d.must(err)
	if len(all) != 2 || all[0].Reason != checkpoint.PreRestore {
		d.Errorf("list: %+v", all)
	}
	content, _, err := other.ReadFile(d.Context(), all[1].ID, "a")
	d.must(err)
	changes, err := other.Diff(d.Context(), all[1].ID, all[0].ID)
	d.must(err)
	if string(content) != "1" || len(changes) != 1 {
		d.Errorf("content %q, changes %v", content, changes)
	}
	d.must(release())
}

// cancelled ends the context at each step of a restore in turn.
func cancelled(d *desk) {
	plot := newPlot(d)
	sawBoth := map[bool]bool{}
	for n := 1; ; n++ {
		plot.reset(d)
		ctx, cancel := context.WithCancel(d.Context())
		var steps atomic.Int64 // on a slow machine the store settles the restore meanwhile
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps.Add(1) == int64(n) {
				cancel()
			}
			return nil
		}}})
		_, err := d.store.Restore(ctx, checkpoint.RestoreRequest{ID: plot.id})
		taken := steps.Load()
		cancel()
		switch {
		case err == nil:
			d.wantTree(plot.target)
			all, err := d.store.List(d.Context())
			d.must(err)
			if all[0].Reason != checkpoint.PostRestore || all[1].Reason != checkpoint.PreRestore {
				d.Fatalf("cancelled at step %d: a restore is a pair of checkpoints: %+v", n, all[:2])
			}
		case errors.Is(err, context.Canceled):
			d.wantTree(plot.before)
		default:
			d.Fatalf("cancelled at step %d: %v", n, err)
		}
		sawBoth[err == nil] = true
		if taken < int64(n) {
			break
		}
	}
	if len(sawBoth) != 2 {
		d.Fatalf("outcomes seen: %v", sawBoth)
	}
}

func alreadyCancelled(d *desk) {
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	ctx, cancel := context.WithCancel(d.Context())
	cancel()
	_, createErr := d.store.Create(ctx, checkpoint.CreateRequest{})
	_, restoreErr := d.store.Restore(ctx, checkpoint.RestoreRequest{ID: id})
	_, diffErr := d.store.Diff(ctx, id, "")
	for _, err := range []error{createErr, restoreErr, diffErr} {
		if !errors.Is(err, context.Canceled) {
			d.Errorf("error %v, want context.Canceled", err)
		}
	}
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
}

func closed(d *desk) {
	d.must(d.store.Close())
	if _, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); !errors.Is(err, checkpoint.ErrClosed) {
		d.Errorf("creating: %v", err)
	}
	if _, err := d.store.List(d.Context()); !errors.Is(err, checkpoint.ErrClosed) {
		d.Errorf("listing: %v", err)
	}
}

func kept(d *desk) {
	d.write("a", "1")
	id := d.create()
	before, err := d.store.List(d.Context())
	d.must(err)
	d.write("a", "2")
	result := d.exact(id)
	d.reopen(checkpoint.Options{})
	after, err := d.store.List(d.Context())
	d.must(err)
	if diff := cmp.Diff(before[0], after[len(after)-1]); diff != "" {
		d.Fatalf("checkpoint (-before +after):\n%s", diff)
	}
	d.undo(result.Undo)
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
	d.exact(id)
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}
