//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// warmRows are about the first reading of a workspace.
func warmRows() []row {
	return []row{
		{"R19 the first reading can be cancelled, and what was read is kept", warmCancelled, ours},
		{"R19 a checkpoint can be cancelled at any file", captureCancelled, ours},
		{"R21 targets are captured while the first reading runs", targetsFirst, ours},
		{"warm, then as cold", warmIsRight, ours},
	}
}

func warmCancelled(d *desk) {
	d.numbered(100, "1")
	var mu sync.Mutex
	reads := map[string]int{}
	ctx, cancel := context.WithCancel(d.Context())
	defer cancel()
	d.reopen(checkpoint.Options{Slack: 1, Faults: checkpoint.Faults{Read: func(path string) error {
		mu.Lock()
		defer mu.Unlock()
		reads[path]++
		if len(reads) == 50 {
			cancel()
		}
		return nil
	}}})
	if err := d.store.Warm(ctx); !errors.Is(err, context.Canceled) {
		d.Fatalf("warming: %v", err)
	}
	mu.Lock()
	read := len(reads)
	mu.Unlock()
	if read > 90 {
		d.Errorf("%d paths were read after the cancel", read)
	}
	if left := d.ids(); len(left) > 0 {
		d.Errorf("checkpoints: %v", left)
	}
	d.exact(d.create())
	d.must(d.store.Warm(d.Context()))
}

func captureCancelled(d *desk) {
	d.numbered(50, "1")
	for _, at := range []int{1, 10, 40} {
		ctx, cancel := context.WithCancel(d.Context())
		var mu sync.Mutex
		n := 0
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Read: func(string) error {
			mu.Lock()
			defer mu.Unlock()
			if n++; n == at {
				cancel()
			}
			return nil
		}}})
		if made, err := d.store.Create(ctx, checkpoint.CreateRequest{}); !errors.Is(err, context.Canceled) {
			d.Errorf("cancelled at %d: %+v, %v", at, made, err)
		}
		cancel()
		if left := d.ids(); len(left) > 0 {
			d.Errorf("cancelled at %d: checkpoints %v", at, left)
		}
	}
}

// targetsFirst holds the first reading at one file, and meanwhile captures
// another, which a tool is about to write.
func targetsFirst(d *desk) {
	d.numbered(20, "1")
	d.write("zz/held", "1")
	d.write("target", "1")
	held, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Read: func(path string) error {
		if path == "zz/held" {
			once.Do(func() { close(held) })
			<-goOn
		}
		return nil
	}}})
	warm, created := make(chan error, 1), make(chan checkpoint.Checkpoint, 1)
	go func() { warm <- d.store.Warm(d.Context()) }()
	select {
	case <-held:
	case err := <-warm:
		d.Fatalf("warming read nothing: %v", err)
	}
	failed := make(chan error, 1)
	go func() {
		made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: checkpoint.PreTool, Targets: []string{"target"}})
		failed <- err
		created <- made
	}()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	select {
	case err := <-failed:
		d.must(err)
	case <-patience.C:
		d.Error("a checkpoint for one target waits for the first reading")
		close(goOn)
		d.must(<-failed)
		<-created
		d.must(<-warm)
		return
	}
	made := <-created
	d.write("target", "2") // as the tool does
	close(goOn)
	d.must(<-warm)
	d.wantRead(made.ID, "target", "1", nil)
	d.wantRead(made.ID, "zz/held", "1", nil)
	d.wantRead(made.ID, "files/7", "1", nil)
}

// warmIsRight has everything change after the reading, and nothing missed.
func warmIsRight(d *desk) {
	d.numbered(30, "1")
	d.must(d.store.Warm(d.Context()))
	for round := range 10 {
		d.write(fmt.Sprintf("files/%d", round), fmt.Sprint(round))
		d.remove(fmt.Sprintf("files/%d", round+15))
		d.write(fmt.Sprintf("new%d/deep/er/file", round), "1")
		want := d.tree()
		id := d.create()
		d.remove("files")
		d.exact(id)
		d.wantTree(want)
		d.wantDiff(id, "")
	}
}
