//go:build unix

package command

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func newRunner(t *testing.T, o Options) *Runner {
	t.Helper()
	if o.Grace == 0 {
		o.Grace = 200 * time.Millisecond
	}
	r := New(o)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// eventually waits for a condition, not for a time.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

type recorder struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (r *recorder) take(data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.data.Write(data)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.String()
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "here.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		command string
		want    Result
	}{
		{"success", "echo hello", Result{Head: "hello\n"}},
		{"in the folder", "ls; pwd", Result{Head: "here.txt\n" + folder + "\n"}},
		{"exit code", "echo no >&2; exit 7", Result{ExitCode: 7, Head: "no\n"}},
		{"both outputs in order", "echo 1; echo 2 >&2; echo 3; echo 4 >&2", Result{Head: "1\n2\n3\n4\n"}},
		{"not found", "no-such-program 2>/dev/null", Result{ExitCode: 127}},
		{"signal", "kill -KILL $$", Result{ExitCode: 137, Signal: "SIGKILL"}},
		{"another signal", "kill -SEGV $$", Result{ExitCode: 139, Signal: "SIGSEGV"}},
		{"signal of a child", "(sh -c 'kill -TERM $$'; exit $?) 2>/dev/null", Result{ExitCode: 143}},
		{"prompt gets the end of input", "read -r answer; echo \"$? <$answer>\"", Result{Head: "1 <>\n"}},
		{"prompt on the terminal fails", "(echo x > /dev/tty) 2>/dev/null || echo none", Result{Head: "none\n"}},
		{"git does not ask", "echo $GIT_TERMINAL_PROMPT $PAGER $EDITOR", Result{Head: "0 cat false\n"}},
		{"several lines", "for i in 1 2; do\n echo $i\ndone", Result{Head: "1\n2\n"}},
		{"bytes kept", "printf '%s' \"ü  'q'\\\\\"", Result{Head: `ü  'q'\`}},
		{"begins with a dash", "-x", Result{ExitCode: 127, Head: "*"}},
		{"bash it is", "[[ -n $BASH_VERSION ]] && echo ${BASH_VERSION:+bash}", Result{Head: "bash\n"}},
		{"not interactive", "case $- in *i*) echo yes;; *) echo no;; esac", Result{Head: "no\n"}},
		{"escapes go", `printf '\033[31mred\033[0m \033]0;title\007done\n10%%\r100%%\n'`, Result{Head: "red done\n100%\n"}},
		{"no output", "true", Result{}},
		{"no newline at the end", "printf end", Result{Head: "end"}},
	}
	r := newRunner(t, Options{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := r.Run(t.Context(), Spec{Command: test.command, Folder: folder}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.want.Head == "*" {
				test.want.Head = got.Head
			}
			if got.Duration <= 0 {
				t.Errorf("duration %v", got.Duration)
			}
			if d := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Result{}, "Duration"), cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRunWithSh(t *testing.T) {
	r := newRunner(t, Options{Shell: "/bin/sh"})
	got, err := r.Run(t.Context(), Spec{Command: `-x 2>/dev/null; echo "$0"`, Folder: "/"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "/bin/sh\n"; got.Head != want {
		t.Errorf("head %q, want %q", got.Head, want)
	}
}

func TestLauncherComesFirst(t *testing.T) {
	r := newRunner(t, Options{Launcher: func(environ []string) (Launcher, error) {
		if !slices.Contains(environ, "PAGER=cat") {
			t.Errorf("launched for %q, which is not what the command gets", environ)
		}
		return Launcher{Arguments: []string{"/bin/sh", "-c", `exec 3>&-; exec env LAUNCHED=yes "$@"`, "launcher"}, Limits: "some"}, nil
	}})
	got, err := r.Run(t.Context(), Spec{Command: "echo $LAUNCHED", Folder: "/"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "yes\n"; got.Head != want {
		t.Errorf("head %q, want %q", got.Head, want)
	}
}

func TestRunRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		options Options
		spec    Spec
		want    error
	}{
		{"empty", Options{}, Spec{Command: " \n", Folder: folder}, ErrInvalid},
		{"NUL", Options{}, Spec{Command: "echo \x00", Folder: folder}, ErrInvalid},
		{"too long", Options{}, Spec{Command: "true " + strings.Repeat("x", 1<<20), Folder: folder}, ErrInvalid},
		{"no folder", Options{}, Spec{Command: "true", Folder: filepath.Join(folder, "gone")}, ErrNoFolder},
		{"folder is a file", Options{}, Spec{Command: "true", Folder: file}, ErrNoFolder},
		{"relative folder", Options{}, Spec{Command: "true", Folder: "."}, ErrNoFolder},
		{"no shell", Options{Shell: "/no/such/shell"}, Spec{Command: "true", Folder: folder}, ErrNoShell},
		{"shell not executable", Options{Shell: file}, Spec{Command: "true", Folder: folder}, ErrNoShell},
		{"log folder is a file", Options{LogDir: file}, Spec{Command: "true", Folder: folder}, fs.ErrExist},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			called := false
			got, err := newRunner(t, test.options).Run(t.Context(), test.spec, func([]byte) { called = true })
			if test.name == "log folder is a file" {
				if err == nil || !strings.Contains(err.Error(), "log folder") {
					t.Errorf("error %v", err)
				}
			} else if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if d := cmp.Diff(Result{}, got); d != "" || called {
				t.Errorf("something ran: %s", d)
			}
		})
	}
}

func TestRunCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := filepath.Join(t.TempDir(), "made")
	_, err := newRunner(t, Options{}).Run(ctx, Spec{Command: "touch " + file, Folder: "/"}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the command ran")
	}
}

func TestOutputIsRawAndOrdered(t *testing.T) {
	var got recorder
	r := newRunner(t, Options{LogDir: t.TempDir()})
	result, err := r.Run(t.Context(), Spec{Command: `printf '\033[1mb\033[0m\r\n\377'; seq 1 20000`, Folder: "/"}, got.take)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(result.LogPath)
	if err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[1mb\x1b[0m\r\n\xff1\n2\n"; !strings.HasPrefix(got.String(), want) || !strings.HasSuffix(got.String(), "\n20000\n") {
		t.Errorf("output begins %.40q", got.String())
	}
	if d := cmp.Diff(string(log), got.String()); d != "" {
		t.Errorf("log and output differ: %.500s", d)
	}
	if want := "b\n\ufffd1\n2\n"; !strings.HasPrefix(result.Head, want) || !strings.HasSuffix(result.Tail, "\n20000\n") {
		t.Errorf("head %.40q, tail ends %q", result.Head, result.Tail[max(0, len(result.Tail)-20):])
	}
}

func TestFloodIsBounded(t *testing.T) {
	const limit = 1 << 20
	r := newRunner(t, Options{LogDir: t.TempDir(), LogLimit: limit})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var seen int64
	result, err := r.Run(t.Context(), Spec{Command: "yes | head -c 1000000000", Folder: "/"}, func(data []byte) {
		seen += int64(len(data))
	})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	info, err := os.Stat(result.LogPath)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() != limit || !result.LogIncomplete {
		t.Errorf("log of %d bytes, incomplete %v", info.Size(), result.LogIncomplete)
	}
	if total := int64(len(result.Head)+len(result.Tail)) + result.Omitted; total != 1_000_000_000 {
		t.Errorf("%d bytes accounted for", total)
	}
	if len(result.Head) != excerptHalf || len(result.Tail) != excerptHalf {
		t.Errorf("head %d, tail %d", len(result.Head), len(result.Tail))
	}
	if seen == 0 {
		t.Error("no output was handed on")
	}
}

func TestStuckReaderDoesNotStopTheCommand(t *testing.T) {
	release := make(chan struct{})
	var got recorder
	stuck := func(data []byte) {
		<-release
		got.take(data)
	}
	r := newRunner(t, Options{})
	result, err := r.Run(t.Context(), Spec{Command: "head -c 20000000 /dev/zero | tr '\\0' x; echo; echo end", Folder: "/"}, stuck)
	close(release)
	if err != nil {
		t.Fatal(err)
	}
	if result.ExitCode != 0 || !strings.HasSuffix(result.Tail, "x\nend\n") {
		t.Errorf("exit code %d, tail ends %q", result.ExitCode, result.Tail[max(0, len(result.Tail)-10):])
	}
}

func TestSlowReaderIsToldWhatItMissed(t *testing.T) {
	var got recorder
	d := newDelivery(nil)
	<-d.done
	release := make(chan struct{})
	d = newDelivery(func(data []byte) {
		<-release
		got.take(data)
	})
	chunk := bytes.Repeat([]byte("x"), deliveryLimit)
	d.offer([]byte("first"))
	eventually(t, "the reader has the first piece", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.pending) == 0
	})
	d.offer(chunk)
	d.offer([]byte("lost"))
	d.offer([]byte("lost too"))
	close(release)
	eventually(t, "room again", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.pending) == 0
	})
	d.offer([]byte("last"))
	d.close()
	want := "first" + string(chunk) + "\r\n[12 bytes of output are not shown here]\r\nlast"
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("%.300s", d)
	}
}

func TestLogsArePruned(t *testing.T) {
	dir := t.TempDir()
	r := newRunner(t, Options{LogDir: dir, LogsKept: 3})
	var paths []string
	for range 5 {
		result, err := r.Run(t.Context(), Spec{Command: "echo x", Folder: "/"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, result.LogPath)
		// Two that ended in the same tick of the clock would be of one age.
		age := time.Now().Add(time.Duration(len(paths)-10) * time.Minute)
		if err := os.Chtimes(result.LogPath, age, age); err != nil {
			t.Fatal(err)
		}
	}
	var kept []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			kept = append(kept, path)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
		}
	}
	if d := cmp.Diff(paths[2:], kept); d != "" {
		t.Error(d)
	}
}

func TestCommandsRunSideBySide(t *testing.T) {
	r := newRunner(t, Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			want := strings.Repeat(string(rune('a'+i)), 3)
			got, err := r.Run(t.Context(), Spec{Command: "echo " + want, Folder: "/"}, nil)
			if err != nil || got.Head != want+"\n" {
				t.Errorf("head %q, error %v", got.Head, err)
			}
		})
	}
	group.Wait()
}
