package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inBackground runs a command that must go on in the background. GATE in it is a
// file that open makes.
func inBackground(t *testing.T, r *Runner, owner, command string, output func([]byte)) (result Result, open func()) {
	t.Helper()
	gate := filepath.Join(t.TempDir(), "gate")
	command = strings.NewReplacer("WAIT", "until [ -e GATE ]; do sleep 0.01; done", "GATE", gate).Replace(command)
	command = strings.ReplaceAll(command, "GATE", gate)
	result, err := r.Run(t.Context(), Spec{Command: command, Folder: "/", Keep: 100 * time.Millisecond, Owner: owner}, output)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Running || result.ID == "" {
		t.Fatalf("not in the background: %+v", result)
	}
	return result, func() {
		if err := os.WriteFile(gate, nil, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// The reader of Run and the one that follows get every byte once between them,
// whenever the command went to the background.
func TestNoByteIsLostOnTheWayToTheBackground(t *testing.T) {
	for _, logs := range []string{"", t.TempDir()} {
		r := newRunner(t, Options{LogDir: logs})
		var before, after recorder
		result, open := inBackground(t, r, "s", "i=0; while [ ! -e GATE ]; do echo line $i; i=$((i+1)); done; echo $i > GATE.count; exit 4", before.take)
		open()
		ended, err := r.Follow(t.Context(), result.ID, result.Offset, after.take)
		if err != nil {
			t.Fatal(err)
		}
		if ended.ExitCode != 4 || ended.Cancelled {
			t.Errorf("ended %+v", ended)
		}
		if int64(len(before.String())) != result.Offset {
			t.Errorf("the first reader got %d bytes, the other one began at %d", len(before.String()), result.Offset)
		}
		got := before.String() + after.String()
		var want strings.Builder
		for i := range strings.Count(got, "\n") {
			fmt.Fprintf(&want, "line %d\n", i)
		}
		if got != want.String() || strings.Count(got, "\n") < 2 {
			t.Errorf("got %d bytes in %d lines that do not follow each other", len(got), strings.Count(got, "\n"))
		}
	}
}

func TestLook(t *testing.T) {
	r := newRunner(t, Options{LogDir: t.TempDir()})
	result, open := inBackground(t, r, "s", `printf 'first\n10%%'; WAIT; printf '\r\033[1m20%%\033[0m\nlast\n'; exit 3`, nil)
	if result.Head != "first\n10%" {
		t.Errorf("head %q", result.Head)
	}
	view, err := r.Look(t.Context(), result.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The line that is not whole yet is shown again.
	if view.Head != "10%" || !view.Running {
		t.Errorf("nothing new: %+v", view)
	}
	open()
	var got strings.Builder
	for view.Running {
		if view, err = r.Look(t.Context(), result.ID, time.Minute); err != nil {
			t.Fatal(err)
		}
		got.WriteString(view.Head)
	}
	if got.String() != "20%\nlast\n" || view.Result.ExitCode != 3 {
		t.Errorf("got %q, %+v", got.String(), view)
	}
	if view, err = r.Look(t.Context(), result.ID, time.Minute); err != nil || view.Head != "" || view.Running {
		t.Errorf("after the end: %+v, %v", view, err)
	}
	want := []Info{{ID: result.ID, ExitCode: 3}}
	list := r.List("s")
	for i := range list {
		list[i].Command, list[i].Started = "", time.Time{}
	}
	if d := cmp.Diff(want, list); d != "" {
		t.Errorf("list (-want +got):\n%s", d)
	}
	if others := r.List("another"); len(others) != 0 {
		t.Errorf("another owner has %v", others)
	}
}

func TestALookAtMuchOutputIsBounded(t *testing.T) {
	r := newRunner(t, Options{LogDir: t.TempDir(), LogLimit: 100_000})
	result, open := inBackground(t, r, "s", "WAIT; seq 1 1000000", nil)
	open()
	if _, err := r.Follow(t.Context(), result.ID, 0, func([]byte) {}); err != nil {
		t.Fatal(err)
	}
	view, err := r.Look(t.Context(), result.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(view.Head, "1\n2\n") || !strings.HasSuffix(view.Tail, "\n1000000\n") || len(view.Head)+len(view.Tail) > 2*excerptHalf {
		t.Errorf("%d and %d bytes", len(view.Head), len(view.Tail))
	}
	// What neither the log nor the memory has is said to be missing.
	var got recorder
	if _, err := r.Follow(t.Context(), result.ID, 0, got.take); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.String(), " bytes of output were not kept]\n") || !strings.HasSuffix(got.String(), "\n1000000\n") {
		t.Errorf("%d bytes end with %.20q", len(got.String()), got.String()[len(got.String())-20:])
	}
}

func TestAWaitEnds(t *testing.T) {
	r := newRunner(t, Options{})
	result, open := inBackground(t, r, "s", "WAIT", nil)
	view, err := r.Look(t.Context(), result.ID, 10*time.Millisecond)
	if err != nil || !view.Running || view.Head != "" {
		t.Errorf("got %+v, %v", view, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Look(ctx, result.ID, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a look: %v", err)
	}
	if _, err := r.Follow(ctx, result.ID, 0, func([]byte) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("following: %v", err)
	}
	open()
	if view, err = r.Look(t.Context(), result.ID, time.Hour); err != nil || view.Running {
		t.Errorf("its end is no end of the wait: %+v, %v", view, err)
	}
}

func TestStop(t *testing.T) {
	r := newRunner(t, Options{})
	seconds := word(970)
	result, _ := inBackground(t, r, "s", `trap "" TERM; setsid sleep `+seconds+" & sleep "+seconds, nil)
	if !result.Living() {
		t.Error("it is said not to live")
	}
	if err := r.Stop(t.Context(), result.ID); err != nil {
		t.Fatal(err)
	}
	if n := living(t, "sleep\x00"+seconds); n != 0 || result.Living() {
		t.Errorf("%d processes live on", n)
	}
	view, err := r.Look(t.Context(), result.ID, time.Hour)
	if err != nil || view.Running || !view.Result.Cancelled {
		t.Errorf("afterwards: %+v, %v", view, err)
	}
	if err := r.Stop(t.Context(), result.ID); err != nil {
		t.Errorf("a second time: %v", err)
	}
	for _, err := range []error{
		r.Stop(t.Context(), "nothing"),
		func() error { _, err := r.Look(t.Context(), "nothing", 0); return err }(),
		func() error { _, err := r.Follow(t.Context(), "nothing", 0, nil); return err }(),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
}

func TestStopEndsWhatACommandLeft(t *testing.T) {
	r := newRunner(t, Options{})
	seconds := word(971)
	result, open := inBackground(t, r, "s", "WAIT; sleep "+seconds+" > /dev/null & WAIT", nil)
	open()
	ended, err := r.Follow(t.Context(), result.ID, 0, func([]byte) {})
	if err != nil || len(ended.Remaining) == 0 {
		t.Fatalf("ended %+v, %v", ended, err)
	}
	if err := r.Stop(t.Context(), result.ID); err != nil {
		t.Fatal(err)
	}
	if n := living(t, "sleep\x00"+seconds); n != 0 {
		t.Errorf("%d processes live on", n)
	}
}

func TestATimeLimitCountsInTheBackground(t *testing.T) {
	r := newRunner(t, Options{})
	result, err := r.Run(t.Context(), Spec{Command: "sleep " + word(972), Folder: "/", Keep: time.Millisecond, Timeout: 100 * time.Millisecond}, nil)
	if err != nil || !result.Running {
		t.Fatalf("%+v, %v", result, err)
	}
	ended, err := r.Follow(t.Context(), result.ID, 0, func([]byte) {})
	if err != nil || !ended.TimedOut {
		t.Errorf("ended %+v, %v", ended, err)
	}
}

func TestOnlySoManyRunAtATime(t *testing.T) {
	r := newRunner(t, Options{})
	spec := Spec{Command: "sleep " + word(973), Folder: "/", Keep: time.Millisecond, Owner: "s"}
	var first Result
	for i := range MostRunning {
		result, err := r.Run(t.Context(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = result
		}
	}
	if _, err := r.Run(t.Context(), spec, nil); !errors.Is(err, ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
	other := spec
	other.Owner = "another"
	if _, err := r.Run(t.Context(), other, nil); err != nil {
		t.Errorf("another owner's: %v", err)
	}
	if err := r.Stop(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), spec, nil); err != nil {
		t.Errorf("after one was stopped: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if n := living(t, "sleep\x00"+word(973)); n != 0 {
		t.Errorf("%d live after Close", n)
	}
}

func TestOldEndsAreForgotten(t *testing.T) {
	r := newRunner(t, Options{})
	for range endedKept + 3 {
		result, open := inBackground(t, r, "s", "WAIT", nil)
		open()
		if _, err := r.Follow(t.Context(), result.ID, 0, func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.List("s")); n != endedKept+1 { // one more until the next comes
		t.Errorf("%d are remembered", n)
	}
}

func TestAShortCommandIsNoBackgroundCommand(t *testing.T) {
	r := newRunner(t, Options{})
	result, err := r.Run(t.Context(), Spec{Command: "echo x", Folder: "/", Keep: time.Hour, Owner: "s"}, nil)
	if err != nil || result.Running || result.ID != "" || result.Head != "x\n" || len(r.List("s")) != 0 {
		t.Errorf("%+v, %v, %v", result, err, r.List("s"))
	}
}

// Fifty children that ignore TERM, and theirs, are gone when a cancelled Run
// returns.
func TestCancelEndsFiftyChildrenThatIgnoreTERM(t *testing.T) {
	r := newRunner(t, Options{})
	seconds := word(974)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan Result, 1)
	go func() {
		result, err := r.Run(ctx, Spec{Folder: "/", Command: `trap "" TERM; for i in $(seq 50); do (sleep ` + seconds + `; true) & done; wait`}, nil)
		if err != nil {
			t.Error(err)
		}
		done <- result
	}()
	eventually(t, "all have started", func() bool { return living(t, "sleep\x00"+seconds) == 50 })
	cancel()
	result := <-done
	if n := living(t, seconds); n != 0 || len(result.Remaining) != 0 || !result.Cancelled {
		t.Errorf("%d processes live on; %+v", n, result)
	}
}
