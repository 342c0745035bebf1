//go:build unix

package checkpointtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// keepingRows are about which checkpoints are kept for how long.
func keepingRows() []row {
	return []row{
		{"R20 old checkpoints are thinned out", thinned, ours},
		{"R20 a dry run of the clean-up changes nothing", dryRun, ours},
		{"R20 what the checkpoints take is known and given back", usage, ours},
		{"R4 pinned checkpoints and those before restores stay", pinned, ours},
		{"R4 R15 clean-up waits while another store restores", cleanUpWaits, ours},
		{"clock set back: the newest still comes first", newestFirst, ours},
	}
}

// past makes the store's clock show a time that many days ago.
func (d *desk) past(days int) {
	d.Helper()
	d.reopen(checkpoint.Options{Now: func() time.Time { return time.Now().AddDate(0, 0, -days) }})
}

// session takes the checkpoints of a session of two turns with three tool calls
// each, each of another state.
func (d *desk) session(name string) (ids map[string]string, trees map[string]Tree) {
	d.Helper()
	ids, trees = map[string]string{}, map[string]Tree{}
	n := 0
	take := func(label, turn string, reason checkpoint.Reason) {
		n++
		d.write(name, fmt.Sprintf("%s %d %s", name, n, noise(byte(n), 2000)))
		made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: reason, SessionID: name, TurnID: turn, Label: label})
		d.must(err)
		ids[label], trees[label] = made.ID, d.tree()
	}
	for turn := range 2 {
		at := fmt.Sprintf("%s turn %d", name, turn)
		take(at+" start", at, checkpoint.TurnStart)
		for tool := range 3 {
			take(fmt.Sprintf("%s tool %d before", at, tool), at, checkpoint.PreTool)
			take(fmt.Sprintf("%s tool %d after", at, tool), at, checkpoint.PostTool)
		}
		take(at+" end", at, checkpoint.TurnEnd)
	}
	return ids, trees
}

func (d *desk) prune(r checkpoint.PruneRequest) checkpoint.Pruned {
	d.Helper()
	pruned, err := d.store.Prune(d.Context(), r)
	d.must(err)
	return pruned
}

func (d *desk) ids() []string {
	d.Helper()
	all, err := d.store.List(d.Context())
	d.must(err)
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func thinned(d *desk) {
	d.past(60)
	old, oldTrees := d.session("old")
	open, openTrees := d.session("open")
	d.past(10)
	recent, recentTrees := d.session("recent")
	d.reopen(checkpoint.Options{})
	before := d.ids()
	pruned := d.prune(checkpoint.PruneRequest{Open: []string{"open"}})
	left := d.ids()
	if diff := cmp.Diff(len(before), len(left)+len(pruned.Removed)); diff != "" || pruned.Kept != len(left) {
		d.Errorf("%d were, %d are left: %+v", len(before), len(left), pruned)
	}
	for label, id := range old {
		switch kept := slices.Contains(left, id); {
		case kept != !slices.Contains(pruned.Removed, id):
			d.Errorf("%s: kept %v, and removed is %v", label, kept, pruned.Removed)
		case kept:
			d.exact(id)
			d.wantTree(oldTrees[label])
		case label == "old turn 0 start" || label == "old turn 1 end":
			d.Errorf("%s is gone: it starts or ends a session", label)
		}
	}
	if id := old["old turn 0 tool 1 before"]; slices.Contains(left, id) {
		d.Error("a step in the middle of an old turn is still there")
	}
	for label, id := range open {
		d.exact(id)
		d.wantTree(openTrees[label])
	}
	for label, id := range recent {
		d.exact(id)
		d.wantTree(recentTrees[label])
	}
	d.wantSound()
}

// wantSound fails if the store finds damage in itself.
func (d *desk) wantSound() {
	d.Helper()
	report, err := d.store.Verify(d.Context(), checkpoint.VerifyRequest{ReadData: true})
	d.must(err)
	if len(report.Damages) > 0 {
		d.Errorf("damages: %+v", report.Damages)
	}
}

func dryRun(d *desk) {
	d.past(60)
	d.session("old")
	d.reopen(checkpoint.Options{})
	before := d.ids()
	would := d.prune(checkpoint.PruneRequest{DryRun: true})
	if diff := cmp.Diff(before, d.ids()); diff != "" || len(would.Removed) == 0 {
		d.Errorf("would remove %v; list (-before +after):\n%s", would.Removed, diff)
	}
	did := d.prune(checkpoint.PruneRequest{})
	if diff := cmp.Diff(would.Removed, did.Removed); diff != "" {
		d.Errorf("removed (-would +did):\n%s", diff)
	}
}

func usage(d *desk) {
	d.past(60)
	d.session("old")
	for i := range 5 {
		d.write("large", string(noise(byte(i), 1<<20)))
		_, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: checkpoint.PreTool, SessionID: "old", TurnID: "old turn 1"})
		d.must(err)
	}
	d.remove("large")
	d.write("end", "1")
	_, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: checkpoint.TurnEnd, SessionID: "old", TurnID: "old turn 1"})
	d.must(err)
	d.reopen(checkpoint.Options{})
	before, err := d.store.Usage(d.Context())
	d.must(err)
	if before.Checkpoints != len(d.ids()) || before.Bytes < 5<<20 || before.Cap <= 0 || before.OldestAt == 0 || before.OldestAt > time.Now().AddDate(0, 0, -59).UnixMilli() {
		d.Errorf("usage: %+v", before)
	}
	// What died waits for one more clean-up.
	var freed int64
	for range 3 {
		freed += d.prune(checkpoint.PruneRequest{}).Freed
	}
	after, err := d.store.Usage(d.Context())
	d.must(err)
	if after.Bytes > before.Bytes-4<<20 || freed < 4<<20 {
		d.Errorf("before %+v, after %+v, freed %d", before, after, freed)
	}
	if onDisk := d.size(d.dir); onDisk > before.Bytes-3<<20 {
		d.Errorf("%d bytes are still on the disk", onDisk)
	}
	d.wantSound()
}

func pinned(d *desk) {
	d.past(60)
	ids, trees := d.session("old")
	const middle = "old turn 0 tool 1 before"
	d.must(d.store.Pin(d.Context(), ids[middle], true))
	d.write("old", "before the restore")
	replaced := d.tree()
	result := d.exact(ids["old turn 0 tool 1 after"])
	d.reopen(checkpoint.Options{})
	for range 3 {
		d.prune(checkpoint.PruneRequest{})
	}
	if one, err := d.store.Get(d.Context(), ids[middle]); err != nil || !one.Pinned {
		d.Fatalf("pinned: %+v, %v", one, err)
	}
	d.undo(result.Undo)
	d.wantTree(replaced)
	d.exact(ids[middle])
	d.wantTree(trees[middle])
	d.must(d.store.Pin(d.Context(), ids[middle], false))
	if pruned := d.prune(checkpoint.PruneRequest{}); !slices.Contains(pruned.Removed, ids[middle]) {
		d.Errorf("no longer pinned, and not removed: %+v", pruned)
	}
	if err := d.store.Pin(d.Context(), "none", true); err == nil {
		d.Error("pinned what is not there")
	}
}

// cleanUpWaits has one store restore an old checkpoint while another cleans up.
func cleanUpWaits(d *desk) {
	d.past(60)
	ids, trees := d.session("old")
	const target = "old turn 0 tool 1 before"
	inside, goOn := make(chan struct{}), make(chan struct{})
	holder := d.second(checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
		if step == "place old" {
			close(inside)
			<-goOn
		}
		return nil
	}}})
	cleaner := d.second(checkpoint.Options{LockWait: time.Minute})
	restored, cleaned := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := holder.Restore(d.Context(), checkpoint.RestoreRequest{ID: ids[target]})
		restored <- err
	}()
	<-inside
	go func() {
		_, err := cleaner.Prune(d.Context(), checkpoint.PruneRequest{})
		cleaned <- err
	}()
	close(goOn)
	d.must(<-restored)
	d.must(<-cleaned)
	d.wantTree(trees[target])
	d.wantSound()
}

// newestFirst lists by what was taken last, whatever the clock said then.
func newestFirst(d *desk) {
	var want []string
	for days := range 5 {
		d.past(days)
		d.write("a", fmt.Sprint(days))
		want = append(want, d.create())
	}
	slices.Reverse(want)
	if diff := cmp.Diff(want, d.ids()); diff != "" {
		d.Errorf("list (-want +got):\n%s", diff)
	}
	all, err := d.store.List(d.Context())
	d.must(err)
	for i, c := range all[:len(all)-1] {
		if c.Parent != all[i+1].ID || c.Changed != 1 {
			d.Errorf("%d: %+v", i, c)
		}
	}
}
