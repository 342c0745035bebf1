//go:build unix

package checkpointtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// Tests that need another process run the test program once more, with only
// the test they are.
const (
	childRole = "KEEL_CHECKPOINT_CHILD"    // what a child is to do
	childDir  = "KEEL_CHECKPOINT_DIR"      // its store
	childRoot = "KEEL_CHECKPOINT_ROOT"     // and workspace
	childID   = "KEEL_CHECKPOINT_ID"       // the checkpoint to restore
	userRole  = "KEEL_CHECKPOINT_ORDINARY" // set in the program that runs as an ordinary user
)

// only is the pattern that selects one test.
func only(name string) string {
	steps := strings.Split(name, "/")
	for i, step := range steps {
		steps[i] = "^" + regexp.QuoteMeta(step) + "$"
	}
	return strings.Join(steps, "/")
}

// child is this test in another process.
func (d *desk) child(role, id string) *exec.Cmd {
	d.Helper()
	command := exec.CommandContext(d.Context(), os.Args[0], "-test.run="+only(d.Name()), "-test.count=1")
	command.Env = append(os.Environ(), childRole+"="+role, childDir+"="+d.dir, childRoot+"="+d.root, childID+"="+id)
	return command
}

// childStore is, in a child, the store to work with.
func (d *desk) childStore(o checkpoint.Options) {
	d.Helper()
	d.close()
	d.dir, d.root = os.Getenv(childDir), os.Getenv(childRoot)
	d.reopen(o)
}

// twoProcesses restores two states at once, each in a process of its own, over
// and over: each restore is whole, and so the workspace always is one of them.
func twoProcesses(d *desk) {
	const times = 5
	if os.Getenv(childRole) != "" {
		d.childStore(checkpoint.Options{})
		for range times {
			// Without a preview, which the other one may outdate.
			result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: os.Getenv(childID)})
			d.must(err)
			if len(result.Conflicts) > 0 {
				d.Fatalf("conflicts: %v", result.Conflicts)
			}
		}
		return
	}
	states := map[string]Tree{}
	var ids []string
	for _, state := range []string{"one", "two"} {
		for i := range 20 {
			d.write(fmt.Sprintf("shared%d", i), state)
			d.write(fmt.Sprintf("%s/own%d", state, i), state)
		}
		d.remove(map[string]string{"one": "two", "two": "one"}[state])
		id := d.create()
		ids = append(ids, id)
		states[id] = d.tree()
	}
	var children []*exec.Cmd
	var outputs []*bytes.Buffer
	for _, id := range ids {
		child, output := d.child("restore", id), new(bytes.Buffer)
		child.Stdout, child.Stderr = output, output
		d.must(child.Start())
		children, outputs = append(children, child), append(outputs, output)
	}
	for i, child := range children {
		if err := child.Wait(); err != nil {
			d.Errorf("child %d: %v\n%s", i, err, outputs[i])
		}
	}
	got := d.createAny()
	all, err := d.store.List(d.Context())
	d.must(err)
	pairs := 0
	for _, c := range all {
		if c.Reason == checkpoint.PreRestore {
			pairs++
		}
	}
	if pairs != 2*times {
		d.Errorf("%d restores are recorded, want %d", pairs, 2*times)
	}
	for _, id := range ids {
		if one, err := d.store.Get(d.Context(), id); err == nil && one.Tree == got.Tree {
			d.wantTree(states[id])
			return
		}
	}
	d.Fatal("the workspace is neither of the two states")
}

// killedHolder has a process die with the store's lock in its hand.
func killedHolder(d *desk) {
	if os.Getenv(childRole) != "" {
		d.childStore(checkpoint.Options{Faults: checkpoint.Faults{Read: func(string) error {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}}})
		_ = d.createAny()
		return
	}
	d.write("a", "1")
	d.close()
	child := d.child("die", "")
	_ = child.Run()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		d.Fatalf("the child ended by itself: %v", child.ProcessState)
	}
	d.reopen(checkpoint.Options{})
	d.exact(d.create())
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}

// memory is a folder where syncing costs nothing, or "", the usual one.
func memory() string {
	const shared = "/dev/shm"
	if _, err := os.Stat(shared); err != nil {
		return ""
	}
	return shared
}

// nobody is an id that no user has rights with.
const nobody = 65534

// asOrdinaryUser runs the suite once more without root's rights, which let
// every file be read and written whatever its mode.
func asOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the whole run is one of an ordinary user")
	}
	if os.Getenv(childRole) != "" {
		t.Skip("this is another test's child")
	}
	place, err := os.MkdirTemp(memory(), "keel-user")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(place); err != nil {
			t.Error(err)
		}
	})
	program := filepath.Join(place, "program")
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{os.WriteFile(program, data, 0o755), os.Chmod(program, 0o755), os.Chmod(place, 0o755), os.Mkdir(place+"/tmp", 0o700), os.Chown(place+"/tmp", nobody, nobody)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	suite, _, _ := strings.Cut(t.Name(), "/")
	runAs(t, program, suite, place+"/tmp")
}

// longRows are those that take most of the time and are not about what a user may
// do; the run before had them, and where nobody is root they are in the only one.
const longRows = "model|2,200_folders_inside_each_other|a_large_file_changed_in_the_middle,_appended_to,_cut_off|only_what_changed_of_a_large_file_is_kept_anew|" +
	"R12_R13_a_kill_at_any_step,_without_exchange|a_change_between_the_kill_and_the_recovery_is_a_conflict|a_flipped_bit_is_found_and_never_restored|" +
	"R9_ignored_files_of_64_MiB_together,_and_no_more|R11_a_path_that_vanishes_at_any_moment"

func runAs(t *testing.T, program, suite, temporary string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "-test.run="+only(suite), "-test.skip=/^("+longRows+")$", "-test.count=1", "-test.v")
	command.Dir = temporary
	command.Env = append(os.Environ(), userRole+"=1", "TMPDIR="+temporary, "HOME="+temporary)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("as an ordinary user: %v\n%s", err, failures(out))
	}
	if !bytes.Contains(out, []byte("--- PASS: "+suite+"/R8")) {
		t.Fatalf("no row ran:\n%s", out)
	}
}

// failures leaves out what went well.
func failures(out []byte) string {
	var kept []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "=== ") && !strings.Contains(line, "--- PASS") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// elsewhere is a folder on another device than the test's own, if there is one.
func (d *desk) elsewhere() string {
	d.Helper()
	here, err := os.Stat(d.root)
	d.must(err)
	for _, place := range []string{memory(), "/tmp", "/var/tmp"} {
		folder, err := os.MkdirTemp(place, "keel-test")
		if err != nil {
			continue
		}
		d.Cleanup(func() {
			d.close()
			d.must(os.RemoveAll(folder))
		})
		there, err := os.Stat(folder)
		d.must(err)
		if deviceOf(there) != deviceOf(here) {
			return folder
		}
	}
	d.Skip("there is no other device to write to")
	return ""
}
