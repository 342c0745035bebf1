package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// living counts the processes whose command line holds the word, by walking
// /proc on its own.
func living(t *testing.T, word string) int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err == nil && bytes.Contains(line, []byte(word)) {
			count++
		}
	}
	return count
}

// word is a number of seconds to sleep that no other test uses.
func word(n int) string { return fmt.Sprintf("3600.%d%03d", os.Getpid(), n) }

func TestEndLeavesNothing(t *testing.T) {
	ignore := `trap "" TERM; `
	tests := []struct {
		name    string
		command string // SLEEP stands for a sleep that can be counted
		count   int
	}{
		{"one", "SLEEP", 1},
		{"children", "SLEEP & SLEEP & wait", 2},
		{"TERM ignored all over the tree", ignore + `(SLEEP; true) & bash -c 'trap "" TERM; SLEEP & SLEEP; wait' & SLEEP; wait`, 4},
		{"own session", "setsid SLEEP & wait", 1},
		{"own session, ignoring TERM", ignore + "setsid bash -c 'SLEEP & SLEEP & wait' & wait", 2},
		{"orphans in their own session", "(setsid SLEEP &) ; (setsid setsid SLEEP &) ; SLEEP", 3},
		{"orphans, ignoring TERM", ignore + "(setsid SLEEP > /dev/null 2>&1 &) ; SLEEP", 2},
		{"cleared environment", "env -i /bin/sleep SECONDS & wait", 1},
		{"cleared environment and own session below a living parent", "bash -c 'setsid env -i /bin/sleep SECONDS & wait' & wait", 1},
		{"a new group each", "set -m; SLEEP & SLEEP & wait", 2},
		{"stopped", `SLEEP & until read name < /proc/$!/comm && [ "$name" = sleep ]; do :; done; kill -STOP $!; wait`, 1},
		{"no output pipe", "SLEEP > /dev/null 2>&1", 1},
	}
	for i, test := range tests {
		ways := []string{"cancel", "close"}
		if i%4 == 2 { // a timeout takes the time it takes; the end is the same
			ways = append(ways, "timeout")
		}
		for _, how := range ways {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				t.Parallel()
				seconds := word(i*10 + len(how))
				command := strings.NewReplacer("SLEEP", "sleep "+seconds, "SECONDS", seconds).Replace(test.command)
				// sleep's own line counts, the shell's that starts it does not.
				pattern := "sleep\x00" + seconds

				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r := newRunner(t, Options{})
				spec := Spec{Command: command, Folder: "/"}
				if how == "timeout" {
					spec.Timeout = 5 * time.Second
				}
				results := make(chan Result, 1)
				go func() {
					result, err := r.Run(ctx, spec, nil)
					if err != nil {
						t.Error(err)
					}
					results <- result
				}()
				eventually(t, "all have started", func() bool { return living(t, pattern) == test.count })
				switch how {
				case "cancel":
					cancel()
				case "close":
					if err := r.Close(); err != nil {
						t.Error(err)
					}
				}
				result := <-results
				if n := living(t, pattern); n != 0 {
					t.Errorf("%d processes live on", n)
				}
				if result.Cancelled != (how != "timeout") || result.TimedOut != (how == "timeout") || len(result.Remaining) != 0 {
					t.Errorf("result %+v", result)
				}
				if result.ExitCode == 0 {
					t.Error("ended, yet exit code 0")
				}
			})
		}
	}
}

func TestDefaultGraceIsUsed(t *testing.T) {
	r := New(Options{})
	defer func() { _ = r.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	seconds := word(900)
	var got recorder
	done := make(chan Result)
	go func() {
		// TERM gives the command time to tidy up.
		result, _ := r.Run(ctx, Spec{Command: "trap 'echo tidy; exit 3' TERM; sleep " + seconds + " & wait", Folder: "/"}, got.take)
		done <- result
	}()
	eventually(t, "started", func() bool { return living(t, "sleep\x00"+seconds) == 1 })
	cancel()
	result := <-done
	if result.ExitCode != 3 || result.Head != "tidy\n" || got.String() != "tidy\n" {
		t.Errorf("result %+v", result)
	}
}

func TestCancellingOneLeavesTheOther(t *testing.T) {
	r := newRunner(t, Options{})
	run := func(ctx context.Context, seconds string) <-chan Result {
		done := make(chan Result, 1)
		go func() {
			result, _ := r.Run(ctx, Spec{Command: "setsid sleep " + seconds + " & wait", Folder: "/"}, nil)
			done <- result
		}()
		eventually(t, "started", func() bool { return living(t, "sleep\x00"+seconds) == 1 })
		return done
	}
	first, cancelFirst := context.WithCancel(t.Context())
	second, cancelSecond := context.WithCancel(t.Context())
	one, other := run(first, word(910)), run(second, word(911))
	cancelFirst()
	<-one
	if n := living(t, "sleep\x00"+word(911)); n != 1 {
		t.Errorf("%d of the other command live", n)
	}
	cancelSecond()
	<-other
}

func TestLeftover(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	seconds := word(920)
	r := newRunner(t, Options{LogDir: t.TempDir()})
	command := fmt.Sprintf("(until [ -e %s ]; do sleep 0.01; done; echo later; exec sleep %s) & echo now", gate, seconds)
	var got recorder
	result, err := r.Run(t.Context(), Spec{Command: command, Folder: "/"}, got.take)
	if err != nil {
		t.Fatal(err)
	}
	if result.ExitCode != 0 || result.Head != "now\n" || len(result.Remaining) == 0 || result.Cancelled {
		t.Fatalf("result %+v", result)
	}
	for _, id := range result.Remaining {
		if _, err := os.Stat("/proc/" + strconv.Itoa(id)); err != nil && len(result.Remaining) == 1 {
			t.Error(err)
		}
	}
	if !result.Living() {
		t.Error("what was left is said to have ended")
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its output reaches the log", func() bool {
		log, _ := os.ReadFile(result.LogPath)
		return string(log) == "now\nlater\n"
	})
	eventually(t, "it goes on", func() bool { return living(t, "sleep\x00"+seconds) == 1 })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if n := living(t, "sleep\x00"+seconds); n != 0 {
		t.Errorf("%d leftovers live after Close", n)
	}
	if result.Living() {
		t.Error("what Close has ended is said to live")
	}
	if d := cmp.Diff("now\n", got.String()); d != "" {
		t.Errorf("output came after Run: %s", d)
	}
	if _, err := r.Run(t.Context(), Spec{Command: "true", Folder: "/"}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestNoGoroutineStays(t *testing.T) {
	before := runtime.NumGoroutine()
	r := New(Options{LogDir: t.TempDir(), Grace: 50 * time.Millisecond})
	for _, command := range []string{"true", "sleep " + word(930) + " &", "sleep " + word(931) + " > /dev/null &"} {
		if _, err := r.Run(t.Context(), Spec{Command: command, Folder: "/"}, func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}

func TestEnvironmentReachesTheCommand(t *testing.T) {
	t.Setenv("BASH_ENV", "/tmp/evil")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	t.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
	t.Setenv("LC_MESSAGES", "C")
	t.Setenv("BASH_FUNC_ls%%", "() { echo fake; }")
	folder := t.TempDir()
	got, err := newRunner(t, Options{}).Run(t.Context(), Spec{Command: "env; ls -d /", Folder: folder}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got.Head, "\n")
	for _, line := range lines {
		for _, name := range []string{"BASH_ENV=", "AWS_", "WEBKIT_", "BASH_FUNC_"} {
			if strings.HasPrefix(line, name) {
				t.Errorf("%s got through", line)
			}
		}
	}
	for _, want := range []string{"LC_MESSAGES=C", "PAGER=cat", "EDITOR=false", "GIT_TERMINAL_PROMPT=0", "PWD=" + folder, "/"} {
		if !strings.Contains("\n"+got.Head, "\n"+want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
}
