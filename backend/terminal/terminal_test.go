//go:build unix

package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
