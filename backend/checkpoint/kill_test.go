//go:build unix

package checkpoint_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

// intent is what a victim is about to do to its workspace, or with an ID a
// checkpoint that it has taken.
type intent struct {
	ID   string              `json:",omitempty"`
	From checkpointtest.Tree // the workspace before
	To   checkpointtest.Tree // and after
}

// victim is the process that TestKilledAnywhere kills. It works on a workspace
// without end, says before each change what will be, and prints a line for each
// call to the disk.
type victim struct {
	root, aside string
	random      *rand.Rand
	log         *os.File
	store       *checkpoint.Store
	now         time.Time
	trees       map[string]checkpointtest.Tree
	ids         []string
	present     checkpointtest.Tree
}

// beVictim runs in the child, and ends only with an error.
func beVictim(seed string) error {
	number, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return err
	}
	base := os.Getenv("KEEL_TEST_DIR")
	v := &victim{
		root: filepath.Join(base, "root"), aside: filepath.Join(base, "aside"), random: rand.New(rand.NewPCG(number, 1)),
		now: time.Now().AddDate(0, 0, int(number)*20-1000), trees: map[string]checkpointtest.Tree{},
	}
	if v.log, err = os.OpenFile(filepath.Join(base, "log"), os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return err
	}
	ctx := context.Background()
	v.store, err = checkpoint.Open(ctx, filepath.Join(base, "store"), v.root, checkpoint.Options{
		Now: func() time.Time { return v.now }, Grace: -1,
		Faults: checkpoint.Faults{Step: func(step string) error {
			_, err := fmt.Println(step)
			return err
		}},
	})
	if err != nil {
		return err
	}
	if v.present, err = checkpointtest.Walk(v.root); err != nil {
		return err
	}
	for err == nil {
		err = v.act(ctx)
	}
	return err
}

func (v *victim) act(ctx context.Context) error {
	v.now = v.now.Add(4 * time.Hour)
	switch n := v.random.IntN(12); {
	case n < 4 || len(v.ids) == 0:
		return errors.Join(v.edit(), v.create(ctx))
	case n < 6:
		return v.edit()
	case n == 6:
		pruned, err := v.store.Prune(ctx, checkpoint.PruneRequest{})
		for _, id := range pruned.Removed {
			delete(v.trees, id)
		}
		return err
	default:
		return v.restore(ctx, n >= 9)
	}
}

func (v *victim) say(what intent) error {
	line, err := json.Marshal(what)
	if err == nil {
		_, err = v.log.Write(append(line, '\n'))
	}
	return err
}

// edit puts a file in the place of another at once.
func (v *victim) edit() error {
	path := fmt.Sprintf("d%d/f%d", v.random.IntN(2), v.random.IntN(6))
	item := checkpointtest.Item{Type: "-", Mode: 0o644, Content: fmt.Sprint(path, v.random.Uint64())}
	to := checkpointtest.Tree{path: item}
	for other, old := range v.present {
		if other != path {
			to[other] = old
		}
	}
	err := v.say(intent{From: v.present, To: to})
	if err == nil {
		err = os.WriteFile(v.aside, []byte(item.Content), 0o644)
	}
	if err == nil {
		err = os.Rename(v.aside, filepath.Join(v.root, path))
	}
	v.present = to
	return err
}

func (v *victim) create(ctx context.Context) error {
	made, err := v.store.Create(ctx, checkpoint.CreateRequest{Reason: checkpoint.PreTool})
	if err != nil {
		return err
	}
	v.trees[made.ID] = v.present
	v.ids = append(v.ids, made.ID)
	return v.say(intent{ID: made.ID, From: v.present, To: v.present})
}

func (v *victim) restore(ctx context.Context, back bool) error {
	id := v.ids[v.random.IntN(len(v.ids))]
	before, to := v.present, v.trees[id]
	if to == nil {
		return nil // it was cleaned up
	}
	if err := v.say(intent{From: before, To: to}); err != nil {
		return err
	}
	result, err := v.store.Restore(ctx, checkpoint.RestoreRequest{ID: id})
	if err != nil {
		return err
	}
	v.present = to
	if !back {
		return nil
	}
	if err := v.say(intent{From: to, To: before}); err != nil {
		return err
	}
	_, err = v.store.Undo(ctx, result.Undo)
	v.present = before
	return err
}

// TestKilledAnywhere kills a process at whatever it does. The next one finds the
// workspace as it was before or after that, and every checkpoint.
func TestKilledAnywhere(t *testing.T) {
	base, random := quickDir(t), rand.New(rand.NewPCG(3, 4))
	root, log := filepath.Join(base, "root"), filepath.Join(base, "log")
	for i := range 12 {
		write(t, filepath.Join(root, fmt.Sprintf("d%d/f%d", i%2, i/2)), "first")
	}
	write(t, log, "")
	first := walk(t, root)
	known, last := map[string]checkpointtest.Tree{}, intent{From: first, To: first}
	read, kills := int64(0), 0
	for started := time.Now(); kills < 40 && time.Since(started) < 20*time.Second; kills++ {
		step := killSomewhere(t, base, kills, 1+random.IntN(400))
		for _, one := range intents(t, log, &read) {
			last = one
			if one.ID != "" {
				known[one.ID] = one.To
			}
		}
		store, err := checkpoint.Open(t.Context(), filepath.Join(base, "store"), root, checkpoint.Options{Grace: -1})
		if err != nil {
			t.Fatalf("kill %d, around %q: %v", kills, step, err)
		}
		got := walk(t, root)
		if !cmp.Equal(got, last.From) && !cmp.Equal(got, last.To) {
			t.Fatalf("kill %d, around %q: neither as before nor as after (-before +got):\n%s(-after +got):\n%s", kills, step, cmp.Diff(last.From, got), cmp.Diff(last.To, got))
		}
		last = intent{From: got, To: got}
		readable(t, store, known)
		must(t, store.Close())
	}
	t.Logf("%d kills, %d checkpoints known", kills, len(known))
	if kills < 5 || len(known) == 0 {
		t.Errorf("only %d kills, %d checkpoints", kills, len(known))
	}
}

// killSomewhere kills a new victim once it has printed some lines, and returns
// the last of them.
func killSomewhere(t *testing.T, base string, seed, lines int) string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), "KEEL_TEST_VICTIM="+strconv.Itoa(seed), "KEEL_TEST_DIR="+base)
	var complaint bytes.Buffer
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	steps := bufio.NewScanner(out)
	for range lines {
		if !steps.Scan() {
			break
		}
	}
	must(t, child.Process.Kill())
	_ = child.Wait() // killed, as the status shows
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL || complaint.Len() > 0 {
		t.Fatalf("the child ended by itself: %v\n%s", child.ProcessState, &complaint)
	}
	return steps.Text()
}

// intents reads what was added to a log. A line that was cut off stands for
// nothing that was done; it is taken off.
func intents(t *testing.T, log string, read *int64) []intent {
	t.Helper()
	data, err := os.ReadFile(log)
	must(t, err)
	whole := bytes.LastIndexByte(data, '\n') + 1
	must(t, os.Truncate(log, int64(whole)))
	var out []intent
	for line := range bytes.Lines(data[*read:whole]) {
		var one intent
		must(t, json.Unmarshal(line, &one))
		out = append(out, one)
	}
	*read = int64(whole)
	return out
}

// readable fails unless all checkpoints can be read, and are as they are known.
func readable(t *testing.T, store *checkpoint.Store, known map[string]checkpointtest.Tree) {
	t.Helper()
	report, err := store.Verify(t.Context(), checkpoint.VerifyRequest{ReadData: true})
	must(t, err)
	if len(report.Damages) > 0 {
		t.Fatalf("damages: %+v", report.Damages)
	}
	list, err := store.List(t.Context())
	must(t, err)
	for _, c := range list {
		if _, err := store.Preview(t.Context(), checkpoint.RestoreRequest{ID: c.ID}); err != nil {
			t.Fatalf("checkpoint %s: %v", c.ID, err)
		}
		for path, item := range known[c.ID] {
			if item.Type != "-" {
				continue
			}
			if got, _, err := store.ReadFile(t.Context(), c.ID, path); err != nil || string(got) != item.Content {
				t.Fatalf("checkpoint %s: %s is %q, %v; want %q", c.ID, path, got, err, item.Content)
			}
		}
	}
}
