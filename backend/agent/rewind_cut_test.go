package agent

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A journal that was cut while the conversation went back or forward opens, with
// nothing lost: what is not in the session is in the copy, and comes back.
func TestCutWhileGoingBackAndForward(t *testing.T) {
	b := newBench(t, setup{}, says("one"), calls("write", `{"path":"a","content":"x"}`, "read", `{"path":"a"}`), says("two"), says("three"))
	b.turn("one")
	second := b.turn("two")
	b.turn("three")
	before := b.state()
	own := filepath.Join(b.dir, b.id+".jsonl")
	start, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Rewind(t.Context(), b.id, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(b.dir, got.Copy+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	parts := 0
	for n := len(start); n <= len(whole); n++ {
		if n > len(start) && n < len(whole) && whole[n-1] != '\n' && whole[n] != '\n' && n%97 != 0 {
			continue // syncing takes its time: inside a line some places must do
		}
		if err := errors.Join(os.WriteFile(own, whole[:n], 0o600), os.WriteFile(filepath.Join(b.dir, got.Copy+".jsonl"), kept, 0o600)); err != nil {
			t.Fatal(err)
		}
		a := New(Options{Sessions: b.store, Tools: b.disk, Policy: policy{}, Checkpoints: b.disk})
		cut, err := a.Session(t.Context(), b.id)
		if err != nil {
			t.Fatalf("at %d: %v", n, err)
		}
		if n := len(cut.Turns); n > 3 || n < 1 {
			t.Fatalf("at %d: %d turns", n, len(cut.Turns))
		}
		if d := cmp.Diff(before.Turns, cut.Turns); d != "" {
			parts++
			if err := a.Unrewind(t.Context(), b.id, got.Copy); err != nil {
				t.Fatalf("at %d: %v", n, err)
			}
		}
		again, err := a.Session(t.Context(), b.id)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before.Turns, again.Turns); d != "" {
			t.Fatalf("at %d (-want +got):\n%s", n, d)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(b.dir, "deleted", got.Copy+".jsonl"))
	}
	if parts < 5 {
		t.Errorf("only %d cuts were in between", parts)
	}
}

// What could not be written of going back is written once there is room.
func TestRewindThatCouldNotBeWritten(t *testing.T) {
	b := newBench(t, setup{}, says("one"), says("two"))
	b.turn("one")
	second := b.turn("two")
	l, err := b.live(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.journal.Close(); err != nil { // as if the disk were full
		t.Fatal(err)
	}
	if _, err := b.Rewind(t.Context(), b.id, second.ID); err == nil {
		t.Error("nothing is said of what is not on the disk")
	}
	journal, _, err := b.store.Open(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.journal = journal
	l.mu.Unlock()
	if err := l.sync(); err != nil {
		t.Fatal(err)
	}
	if got := b.load(b.id); len(got.Turns) != 1 || got.Draft != "two" {
		t.Errorf("%d turns and draft %q on the disk", len(got.Turns), got.Draft)
	}
}
