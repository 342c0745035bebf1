//go:build unix

package checkpointtest

import (
	"fmt"
	"os"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// clockRows are about times that are not what they seem.
func clockRows() []row {
	return []row{
		{"R23 a rewrite is seen whatever the file's time", anyTime, everyones},
		{"clock set back: what was read in the future is read again", setBack, everyones},
		{"times of before are no changes", onlyTimes, everyones},
	}
}

func oddTimes() []time.Time {
	return []time.Time{
		time.Unix(0, 0), time.Unix(-1, 5), time.Date(1970, 1, 2, 0, 0, 0, 1, time.UTC), time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC),
		time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Now().Add(time.Hour), time.Now().Add(-time.Hour),
	}
}

// anyTime rewrites files to the same size and gives them the old time again.
func anyTime(d *desk) {
	for _, slack := range []time.Duration{1, time.Hour} {
		d.reopen(checkpoint.Options{Slack: slack})
		name := func(i int) string { return fmt.Sprintf("file%d", i) }
		for i, at := range oddTimes() {
			d.write(name(i), "first")
			d.must(os.Chtimes(d.at(name(i)), at, at))
		}
		first, firstTree := d.create(), d.tree()
		var changes []checkpoint.Change
		for i, at := range oddTimes() {
			d.write(name(i), "again")
			d.must(os.Chtimes(d.at(name(i)), at, at))
			changes = append(changes, checkpoint.Change{Path: name(i), Kind: diff.Modified})
		}
		second, secondTree := d.create(), d.tree()
		d.wantDiff(first, second, changes...)
		d.exact(first)
		d.wantTree(firstTree)
		d.exact(second)
		d.wantTree(secondTree)
	}
}

// setBack has files that are newer than the present moment, as after the clock
// was set back, and rewrites them again and again within what may be one tick.
func setBack(d *desk) {
	later := time.Now().Add(24 * time.Hour)
	last := ""
	for i := range 10 {
		content := fmt.Sprintf("%04d", i)
		d.write("file", content)
		d.must(os.Chtimes(d.at("file"), later, later))
		later = later.Add(-time.Minute)
		id := d.create()
		d.wantRead(id, "file", content, nil)
		if last != "" {
			d.wantDiff(last, id, checkpoint.Change{Path: "file", Kind: diff.Modified})
		}
		last = id
	}
}

func onlyTimes(d *desk) {
	d.write("folder/file", "1")
	first := d.create()
	for _, at := range oddTimes() {
		d.must(os.Chtimes(d.at("folder/file"), at, at))
		d.must(os.Chtimes(d.at("folder"), at, at))
		stamp, err := stampOf(d.at("folder/file"))
		d.must(err)
		second := d.create()
		d.wantDiff(first, second)
		if result := d.exact(first); result.Written+result.Deleted != 0 {
			d.Fatalf("result: %+v", result)
		}
		if after, err := stampOf(d.at("folder/file")); err != nil || after != stamp {
			d.Fatalf("a file that only has another time was touched: %v", err)
		}
	}
}
