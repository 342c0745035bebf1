package terminal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// living returns the processes whose command line holds the word.
func living(t *testing.T, word string) []int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(line, []byte(word)) {
			continue
		}
		if id, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestKillEndsTheSession(t *testing.T) {
	tests := []struct {
		name, script string
		count        int
	}{
		{"foreground", "SLEEP", 1},
		{"background jobs", "SLEEP & SLEEP & SLEEP", 3},
		{"stopped job", "SLEEP & until grep -q sleep /proc/$!/cmdline; do :; done; kill -STOP $!; SLEEP", 2},
		{"SIGHUP ignored", "trap '' HUP; SLEEP & SLEEP", 2},
		{"nohup and disown", "nohup SLEEP > /dev/null & disown; SLEEP", 2},
		{"a shell in the shell", "bash --norc -ic 'SLEEP & SLEEP'", 2},
		{"a pipeline", "SLEEP | SLEEP | SLEEP", 3},
	}
	for i, test := range tests {
		for _, how := range []string{"kill", "close"} {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				t.Parallel()
				s := newTerminals(t)
				info := bash(t, s)
				r := follow(t, s, info.ID, 0)
				until(t, r, "$ ")
				seconds := fmt.Sprintf("3600.%d%d%d", os.Getpid(), i, len(how))
				write(t, s, info.ID, strings.ReplaceAll(test.script, "SLEEP", "sleep "+seconds)+"\n")
				pattern := "sleep\x00" + seconds
				eventually(t, "all have started", func() bool { return len(living(t, pattern)) == test.count })
				end := func() error { return s.Kill(t.Context(), info.ID) }
				if how == "close" {
					end = s.Close
				}
				if err := end(); err != nil {
					t.Fatal(err)
				}
				if left := living(t, pattern); len(left) > 0 {
					t.Errorf("processes %v live on", left)
				}
				if sessionOf(info.Process) != 0 {
					t.Error("the shell lives on")
				}
				exitFrom(t, r)
			})
		}
	}
}

func TestDaemonsOutliveTheTerminal(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	seconds := fmt.Sprintf("3600.%d99", os.Getpid())
	write(t, s, info.ID, "setsid sleep "+seconds+" &\n")
	var daemon []int
	eventually(t, "the daemon has started", func() bool {
		daemon = living(t, "sleep\x00"+seconds)
		return len(daemon) == 1 && sessionOf(daemon[0]) == daemon[0]
	})
	t.Cleanup(func() { _ = syscall.Kill(daemon[0], syscall.SIGKILL) })
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if left := living(t, "sleep\x00"+seconds); len(left) != 1 {
		t.Errorf("daemons %v", left)
	}
}
