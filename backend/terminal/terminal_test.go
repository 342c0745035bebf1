//go:build unix

package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func newTerminals(t testing.TB) *Terminals {
	t.Helper()
	s := New(Options{Grace: 200 * time.Millisecond})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// bash opens a shell without the machine's start-up files.
func bash(t testing.TB, s *Terminals, args ...string) Info {
	t.Helper()
	if len(args) == 0 {
		args = []string{"--norc", "--noprofile"}
	}
	folder := t.TempDir()
	inputrc := filepath.Join(folder, ".inputrc")
	if err := os.WriteFile(inputrc, []byte("set enable-bracketed-paste off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := s.Open(t.Context(), Spec{
		Shell: "/bin/bash", Args: args, Folder: folder,
		Env: map[string]string{"PS1": "$ ", "HISTFILE": "", "INPUTRC": inputrc}, Columns: 100, Rows: 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func follow(t testing.TB, s *Terminals, id string, from int64) *Reader {
	t.Helper()
	r, err := s.Read(t.Context(), id, from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func write(t testing.TB, s *Terminals, id, text string) {
	t.Helper()
	if err := s.Write(t.Context(), id, text); err != nil {
		t.Fatal(err)
	}
}

// until reads and acknowledges until the text has come, or the end.
func until(t testing.TB, r *Reader, want string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var all strings.Builder
	for {
		chunk, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("waiting for %q: %v; got %.2000q", want, err, all.String())
		}
		all.WriteString(chunk.Text)
		r.Ack(chunk.Bytes)
		if want != "" && strings.Contains(all.String(), want) {
			return all.String()
		}
		if chunk.Exit != nil {
			if want != "" {
				t.Fatalf("ended before %q; got %.2000q", want, all.String())
			}
			return all.String()
		}
	}
}

func exitFrom(t testing.TB, r *Reader) Exit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		chunk, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		r.Ack(chunk.Bytes)
		if chunk.Exit != nil {
			if _, err := r.Next(ctx); !errors.Is(err, io.EOF) {
				t.Errorf("after the exit: %v", err)
			}
			return *chunk.Exit
		}
	}
}

func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

func TestShellIsInteractive(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	tests := []struct{ type_, want string }{
		{"echo one$((1+1))", "one2\r\n"},
		{"[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo is-a-tty:$?", "is-a-tty:0"},
		{"case $- in *i*) echo inter''active;; esac", "interactive"},
		{"echo $TERM,$COLORTERM,$TERM_PROGRAM", "xterm-256color,truecolor,keel"},
		{"stty size", "30 100"},
		{"stty -a | grep -q -- -iutf8 && echo o''ff || echo iutf8''=on", "iutf8=on"},
		{"pwd -P; echo en''d", filepath.Base(info.Folder) + "\r\nend"},
		{"echo naïve 日本 🎉 | cat", "naïve 日本 🎉\r\n"},
		{"sleep 1000 & echo jo''bs; jobs", "Running"},
	}
	for _, test := range tests {
		write(t, s, info.ID, test.type_+"\n")
		until(t, r, test.want)
	}
	if d := cmp.Diff([]Info{info}, s.List(t.Context())); d != "" {
		t.Error(d)
	}
}

func TestInterruptAndEndOfInput(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	// The program says itself that it is in the foreground.
	write(t, s, info.ID, "sh -c 'echo re\"\"ady; exec sleep 1000'; echo not''-reached\n")
	until(t, r, "ready")
	write(t, s, info.ID, "\x03")
	until(t, r, "$ ")
	write(t, s, info.ID, "(echo code=$?; exit 12)\n")
	until(t, r, "code=130\r\n$ ") // at the prompt, or the key would be lost
	write(t, s, info.ID, "\x04")
	if d := cmp.Diff(Exit{Code: 12}, exitFrom(t, r)); d != "" {
		t.Error(d)
	}
}

func TestExit(t *testing.T) {
	tests := []struct {
		name, type_ string
		want        Exit
	}{
		{"code", "exit 3", Exit{Code: 3}},
		{"signal", "kill -KILL $$", Exit{Code: 137, Signal: "SIGKILL"}},
		{"hang-up", "kill -HUP $$", Exit{Code: 129, Signal: "SIGHUP"}},
		{"a background job holds the terminal", "(trap '' HUP; exec sleep 5) & disown; exit 4", Exit{Code: 4}},
		{"a background job floods it", "(trap '' HUP PIPE; while echo x; do :; done) & disown; exit 5", Exit{Code: 5}},
		{"nobody holds the terminal for a while", "exec 0<&- 1<&- 2<&- 255<&-; sleep 0.1; exec > /dev/tty; echo; exit 6", Exit{Code: 6}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newTerminals(t)
			info := bash(t, s, "--norc", "--noprofile", "-c", test.type_)
			r := follow(t, s, info.ID, 0)
			if d := cmp.Diff(test.want, exitFrom(t, r)); d != "" {
				t.Error(d)
			}
			if list := s.List(t.Context()); len(list) > 0 {
				t.Errorf("still listed: %v", list)
			}
			if err := s.Write(t.Context(), info.ID, "x"); !errors.Is(err, ErrClosed) {
				t.Errorf("writing: %v", err)
			}
			if err := s.Resize(t.Context(), info.ID, 10, 10); err != nil {
				t.Errorf("resizing: %v", err)
			}
		})
	}
}

func TestOutputOutlivesTheShell(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "seq 1 5000; printf 'last line'; exit 7")
	first := follow(t, s, info.ID, 0)
	want := until(t, first, "")
	if !strings.HasPrefix(want, "1\r\n2\r\n") || !strings.HasSuffix(want, "5000\r\nlast line") {
		t.Errorf("output %.40q…", want)
	}
	again := follow(t, s, info.ID, 0)
	if d := cmp.Diff(want, until(t, again, "")); d != "" {
		t.Errorf("%.300s", d)
	}
	tail := follow(t, s, info.ID, int64(len(want))-9)
	if d := cmp.Diff("last line", until(t, tail, "")); d != "" {
		t.Error(d)
	}
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context(), info.ID, 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestOldExitedTerminalsAreForgotten(t *testing.T) {
	s := newTerminals(t)
	var infos []Info
	for range exitedKept + 2 {
		info := bash(t, s, "-c", "exit 0")
		exitFrom(t, follow(t, s, info.ID, 0))
		infos = append(infos, info)
	}
	bash(t, s)
	for i, info := range infos {
		_, err := s.Read(t.Context(), info.ID, 0)
		if got, want := errors.Is(err, ErrNotFound), i < 2; got != want {
			t.Errorf("terminal %d: %v", i, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("not a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		spec Spec
		want error
	}{
		{"no folder", Spec{Folder: filepath.Join(folder, "gone")}, ErrNoFolder},
		{"relative folder", Spec{Folder: "."}, ErrNoFolder},
		{"file as folder", Spec{Folder: file}, ErrNoFolder},
		{"no such shell", Spec{Shell: "/no/such", Folder: folder}, ErrNoShell},
		{"no such name", Spec{Shell: "no-such-shell", Folder: folder}, ErrNoShell},
		{"not a program", Spec{Shell: file, Folder: folder}, ErrNoShell},
	}
	s := newTerminals(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := s.Open(t.Context(), test.spec); !errors.Is(err, test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := s.Open(t.Context(), Spec{Folder: folder, Env: map[string]string{"A=B": ""}}); err == nil {
		t.Error("a bad variable was taken")
	}
	if list := s.List(t.Context()); len(list) > 0 {
		t.Errorf("list %v", list)
	}
	for name, err := range map[string]error{
		"write":  s.Write(t.Context(), "none", "x"),
		"resize": s.Resize(t.Context(), "none", 1, 1),
		"kill":   s.Kill(t.Context(), "none"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestResize(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	for _, bad := range [][2]int{{0, 24}, {80, 0}, {-1, 24}, {80, -1}, {maximumSize + 1, 24}, {80, 1 << 30}} {
		if err := s.Resize(t.Context(), info.ID, bad[0], bad[1]); err != nil {
			t.Errorf("resizing to %v: %v", bad, err)
		}
	}
	write(t, s, info.ID, "stty size\n")
	until(t, r, "30 100")
	write(t, s, info.ID, "trap 'echo win''ch' WINCH\n")
	until(t, r, "$ ")
	if err := s.Resize(t.Context(), info.ID, 132, 43); err != nil {
		t.Fatal(err)
	}
	write(t, s, info.ID, "stty size\n")
	until(t, r, "43 132")

	odd, err := s.Open(t.Context(), Spec{Shell: "bash", Args: []string{"-c", "stty size"}, Folder: "/", Columns: -5})
	if err != nil {
		t.Fatal(err)
	}
	until(t, follow(t, s, odd.ID, 0), "24 80")
}

func TestNothingIsLostWhileAReaderIsSlow(t *testing.T) {
	const total = 4 << 20
	s := newTerminals(t)
	info := bash(t, s, "-c", fmt.Sprintf("seq -f '%%015.0f' 1 %d", total/17))
	slow := follow(t, s, info.ID, 0)
	quick := follow(t, s, info.ID, 0)
	term := s.all[info.ID]
	end := func() int64 {
		term.mu.Lock()
		defer term.mu.Unlock()
		return term.kept.end()
	}
	var group sync.WaitGroup
	check := func(r *Reader) {
		var expected strings.Builder
		for i := range total / 17 {
			fmt.Fprintf(&expected, "%015d\r\n", i+1)
		}
		if got := until(t, r, ""); got != expected.String() {
			t.Errorf("%d bytes instead of %d, or others", len(got), expected.Len())
		}
	}
	group.Go(func() { check(quick) })
	eventually(t, "the shell waits for the slow reader", func() bool { return end() > unacknowledged })
	if most := int64(unacknowledged + replaySlack); end() > most {
		t.Errorf("%d bytes were read ahead of the slow reader, at most %d should be", end(), most)
	}
	if term.exited() {
		t.Error("the shell did not wait")
	}
	check(slow)
	group.Wait()
}

func TestClosedReaderIsNotWaitedFor(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 9")
	stuck := follow(t, s, info.ID, 0)
	term := s.all[info.ID]
	eventually(t, "the shell waits", func() bool { return term.behind() > unacknowledged })
	waiting := make(chan error)
	for stuckAt := int64(0); stuckAt < unacknowledged; { // so that Next has to wait
		chunk, err := stuck.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stuckAt += chunk.Bytes
	}
	go func() {
		for {
			if _, err := stuck.Next(t.Context()); err != nil {
				waiting <- err
				return
			}
		}
	}()
	if err := stuck.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	eventually(t, "the shell ran to its end without readers", term.exited)
	r := follow(t, s, info.ID, 0)
	chunk, err := r.Next(t.Context())
	if err != nil || chunk.Offset != 3000000-replayLimit {
		t.Errorf("replay begins at %d, %v", chunk.Offset, err)
	}
	r.Ack(1 << 40)
	r.Ack(-5)
	if got := exitFrom(t, r); got.Code != 9 {
		t.Errorf("exit %+v", got)
	}
}

func TestNextHonoursItsContext(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := s.Read(ctx, info.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// The context of Read was for the call only.
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if got := exitFrom(t, r); got.Signal != "SIGHUP" {
		t.Errorf("exit %+v", got)
	}
}

func TestWriteKeepsOrderAndSize(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	file := filepath.Join(t.TempDir(), "typed")
	write(t, s, info.ID, "stty -echo; echo rea''dy; cat > "+file+"; echo do''ne\n")
	until(t, r, "ready")
	var want strings.Builder
	for i := range 20000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		write(t, s, info.ID, line)
	}
	write(t, s, info.ID, "\x04")
	until(t, r, "done")
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.String(), string(got)); d != "" {
		t.Errorf("%.300s", d)
	}
}

func TestWriteToAProgramThatDoesNotRead(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "stty raw -echo; echo ready; sleep 1000")
	until(t, follow(t, s, info.ID, 0), "ready")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stuck := make(chan error, 1)
	go func() {
		for {
			if err := s.Write(ctx, info.ID, strings.Repeat("x", inputLimit)); err != nil {
				stuck <- err
				return
			}
		}
	}()
	term := s.all[info.ID]
	eventually(t, "the line is full", func() bool {
		term.input.mu.Lock()
		defer term.input.mu.Unlock()
		return term.input.room != nil
	})
	cancel()
	if err := <-stuck; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	go func() { stuck <- s.Write(t.Context(), info.ID, strings.Repeat("x", inputLimit)) }()
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-stuck; !errors.Is(err, ErrClosed) && !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestInvalidBytes(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", `printf 'a\377b\303'; printf '(\342\202\254)\360\237'; printf '\216'; printf '\211\342\202'`)
	got := until(t, follow(t, s, info.ID, 0), "")
	if d := cmp.Diff("a\ufffdb\ufffd(€)🎉\ufffd\ufffd", got); d != "" || !utf8.ValidString(got) {
		t.Error(d)
	}
}

func TestNoGoroutineStays(t *testing.T) {
	before := runtime.NumGoroutine()
	s := New(Options{Grace: 100 * time.Millisecond})
	for _, script := range []string{"sleep 1000", "yes", "exit 1", "trap '' HUP TERM; while :; do sleep 1000; done", "exec 0<&- 1<&- 2<&-; sleep 1000"} {
		info := bash(t, s, "-c", script)
		follow(t, s, info.ID, 0) // never acknowledges
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
	if _, err := s.Open(t.Context(), Spec{Folder: "/"}); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkThroughput(b *testing.B) {
	const size = 64 << 20
	s := newTerminals(b)
	b.SetBytes(size)
	for b.Loop() {
		info := bash(b, s, "-c", fmt.Sprintf("stty raw; yes 'a line of output, as a build would print it' | head -c %d", size))
		r, err := s.Read(b.Context(), info.ID, 0)
		if err != nil {
			b.Fatal(err)
		}
		var seen int64
		for {
			chunk, err := r.Next(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			seen += chunk.Bytes
			r.Ack(chunk.Bytes)
			if chunk.Exit != nil {
				break
			}
		}
		if seen != size {
			b.Fatalf("%d bytes instead of %d", seen, size)
		}
		if err := s.Kill(b.Context(), info.ID); err != nil {
			b.Fatal(err)
		}
	}
}
