package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain is, when it is told so, a Keel that runs a command until it is
// killed.
func TestMain(m *testing.M) {
	if folder, ok := os.LookupEnv("TEST_LOGS"); ok {
		keep, _ := time.ParseDuration(os.Getenv("TEST_KEEP"))
		result, err := New(Options{LogDir: folder}).Run(context.Background(), Spec{Command: os.Getenv("TEST_RUN"), Folder: "/", Keep: keep}, nil)
		if result.Running {
			if err := os.WriteFile(filepath.Join(folder, "in background"), nil, 0o600); err == nil {
				select {}
			}
		}
		fmt.Println("not killed:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// keel starts a process of its own that runs a command.
func keel(t *testing.T, logs, command string) *exec.Cmd {
	t.Helper()
	return spawn(t, exec.Command(os.Args[0]), "TEST_LOGS="+logs, "TEST_RUN="+command)
}

// marked starts a process in a session of its own that carries a mark.
func marked(t *testing.T, mark, seconds string) {
	t.Helper()
	spawn(t, exec.Command("sleep", seconds), markVariable+"="+mark)
}

func spawn(t *testing.T, child *exec.Cmd, variables ...string) *exec.Cmd {
	t.Helper()
	child.Env = append(os.Environ(), variables...)
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	return child
}

func owners(t *testing.T, logs string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(logs, "*"+ownerSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestKilledOwner kills one Keel in the middle of a command. The next one ends
// the command, and nothing else: neither a living Keel's command in the same
// folder nor what carries no mark or another one.
func TestKilledOwner(t *testing.T) {
	logs := t.TempDir()
	t.Cleanup(func() { _ = New(Options{LogDir: logs}).Close() }) // the other Keel's command, once that is killed
	count := func(n int) int { return living(t, "sleep\x00"+word(n)) }
	killed := keel(t, logs, fmt.Sprintf("trap '' TERM; sleep %[1]s & (setsid sleep %[1]s &); sleep %[1]s; wait", word(950)))
	eventually(t, "the first Keel's command runs", func() bool { return count(950) == 3 })
	gone := owners(t, logs)
	if len(gone) != 1 {
		t.Fatalf("owners %q", gone)
	}
	mark := filepath.Base(gone[0][:len(gone[0])-len(ownerSuffix)])
	keel(t, logs, "setsid sleep "+word(951)+" & wait")
	spawn(t, exec.Command("sleep", word(952)))
	marked(t, "another."+mark, word(953))
	marked(t, mark+"longer.x", word(954))
	survivors := func() []int { return []int{count(951), count(952), count(953), count(954)} }
	all := []int{1, 1, 1, 1}
	eventually(t, "all others run", func() bool { return cmp.Equal(all, survivors()) })

	// While its owner lives a command is left alone.
	if err := New(Options{LogDir: logs}).Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(950); n != 3 {
		t.Fatalf("%d processes of a living Keel are left", n)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	if n := count(950); n != 3 {
		t.Fatalf("%d processes outlived the kill; there is nothing to test", n)
	}

	r := newRunner(t, Options{LogDir: logs})
	eventually(t, "the killed Keel's command has ended", func() bool { return count(950) == 0 })
	if _, err := r.Run(t.Context(), Spec{Command: "true", Folder: "/"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(all, survivors()); d != "" {
		t.Errorf("others were ended too (-want +got):\n%s", d)
	}
	left := owners(t, logs)
	if len(left) != 1 || left[0] == gone[0] {
		t.Errorf("owners %q, want that of the living Keel", left)
	}
}

// What a killed Keel had in the background is ended as well.
func TestKilledOwnerOfABackgroundCommand(t *testing.T) {
	logs := t.TempDir()
	killed := spawn(t, exec.Command(os.Args[0]), "TEST_LOGS="+logs, "TEST_RUN=sleep "+word(955)+" & wait", "TEST_KEEP=1ms")
	count := func() int { return living(t, "sleep\x00"+word(955)) }
	eventually(t, "it is in the background", func() bool {
		_, err := os.Stat(filepath.Join(logs, "in background"))
		return err == nil && count() == 1
	})
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	if n := count(); n != 1 {
		t.Fatalf("%d processes outlived the kill; there is nothing to test", n)
	}
	newRunner(t, Options{LogDir: logs})
	eventually(t, "it has ended", func() bool { return count() == 0 })
}

// TestWhoIsDead writes owners by hand.
func TestWhoIsDead(t *testing.T) {
	self, ok := identify()
	if !ok {
		t.Fatal("this process cannot be identified")
	}
	tests := []struct {
		name string
		edit func(*owner)
		ends bool
	}{
		{"lives", func(*owner) {}, false},
		{"the id was given to another process", func(o *owner) { o.Started = "1" }, true},
		{"no such process", func(o *owner) { o.Process = 1 << 30 }, true},
		{"from before the system's start", func(o *owner) { o.Boot = "earlier" }, true},
		{"in a container", func(o *owner) { o.Process, o.Namespace = 1<<30, "pid:[1]" }, false},
		{"not the file's mark", func(o *owner) { o.Process, o.Mark = 1<<30, "else" }, false},
		{"no mark", func(o *owner) { o.Process, o.Mark = 1<<30, "" }, false},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			logs, mark, seconds := t.TempDir(), fmt.Sprintf("MARK%d%d", os.Getpid(), i), word(960+i)
			written := self
			written.Mark = mark
			test.edit(&written)
			data, err := json.Marshal(written)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(logs, mark+ownerSuffix)
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			marked(t, mark+".command", seconds)
			pattern := "sleep\x00" + seconds
			eventually(t, "it runs", func() bool { return living(t, pattern) == 1 })
			if err := New(Options{LogDir: logs}).Close(); err != nil { // waits for the background
				t.Fatal(err)
			}
			if n := living(t, pattern); (n == 0) != test.ends {
				t.Errorf("%d processes left", n)
			}
			if _, err := os.Stat(path); (err != nil) != test.ends {
				t.Errorf("its owner's file: %v", err)
			}
		})
	}
}
