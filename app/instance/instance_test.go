package instance_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/app/instance"
)

// TestMain is also another window, for the tests with two processes.
func TestMain(m *testing.M) {
	if data := os.Getenv("KEEL_TEST_WINDOW"); data != "" {
		if err := otherWindow(data, os.Getenv("KEEL_TEST_FOLDER")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func otherWindow(data, folder string) error {
	register, err := instance.Open(data, instance.Options{})
	if err != nil {
		return err
	}
	claim, err := register.Join(context.Background(), folder, func(context.Context, instance.Request) (<-chan bool, error) {
		return make(chan bool), nil // nothing that is waited for ever ends
	})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return claim.Close()
}

// startOther starts another window and returns what ends it well and what kills it.
func startOther(t *testing.T, data, folder string) (end, kill func()) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), "KEEL_TEST_WINDOW="+data, "KEEL_TEST_FOLDER="+folder)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the other window says %q, %v", line, err)
	}
	end = func() {
		_ = in.Close()
		_ = command.Wait()
	}
	kill = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	return end, kill
}

// place is a register and a data folder, with a runtime folder of its own.
func place(t *testing.T) (*instance.Register, string) {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	data := t.TempDir()
	register, err := instance.Open(data, instance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return register, data
}

func join(t *testing.T, register *instance.Register, folder string, handle instance.Handler) *instance.Claim {
	t.Helper()
	claim, err := register.Join(t.Context(), folder, handle)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := claim.Close(); err != nil {
			t.Error(err)
		}
	})
	return claim
}

func windows(t *testing.T, register *instance.Register) []instance.Window {
	t.Helper()
	all, err := register.Windows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFolderIsInOneProcess(t *testing.T) {
	register, data := place(t)
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	end, _ := startOther(t, data, folder)
	claim := join(t, register, "", nil)
	for _, path := range []string{folder, link} {
		taken, ok := errors.AsType[*instance.TakenError](claim.Take(t.Context(), path))
		if !ok || taken.Folder != folder || taken.Window.Folder() != folder {
			t.Fatalf("taking %q: %+v", path, taken)
		}
		_, err := register.Join(t.Context(), path, nil)
		if _, ok := errors.AsType[*instance.TakenError](err); !ok {
			t.Fatalf("joining with %q: %v", path, err)
		}
	}
	if all := windows(t, register); len(all) != 2 {
		t.Errorf("who could not join is in the register: %+v", all)
	}
	end()
	if err := claim.Take(t.Context(), link); err != nil {
		t.Fatalf("after the other window has closed: %v", err)
	}
	if err := claim.Only(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := windows(t, register); len(all) != 1 || all[0].Folder() != folder || len(all[0].Folders) != 1 {
		t.Errorf("windows: %+v", all)
	}
	if err := claim.Drop(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if all := windows(t, register); all[0].Folder() != "" {
		t.Errorf("after dropping it: %+v", all)
	}
}

// Whoever looks between two steps of another start sees one window of one folder.
func TestManyStartsOfOneFolderAreOneWindow(t *testing.T) {
	register, _ := place(t)
	for _, path := range []string{"", t.TempDir()} {
		var group sync.WaitGroup
		claims := make(chan *instance.Claim, 8)
		for range cap(claims) {
			group.Go(func() {
				claim, err := register.Join(t.Context(), path, nil)
				if _, taken := errors.AsType[*instance.TakenError](err); err != nil && !taken {
					t.Error(err)
				}
				if claim != nil {
					claims <- claim
				}
			})
		}
		group.Wait()
		close(claims)
		if len(claims) != 1 {
			t.Errorf("%d windows of %q", len(claims), path)
		}
		for claim := range claims {
			if err := claim.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// What another window has open is compared by what is written down of it: its folder
// may lie on a disk that does not answer.
func TestTheFolderOfAnotherWindowIsNotTouched(t *testing.T) {
	register, data := place(t)
	folder := t.TempDir()
	other := join(t, register, folder, nil)
	record := filepath.Join(data, "windows", other.ID()+".json")
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	var window instance.Window
	if err := json.Unmarshal(text, &window); err != nil {
		t.Fatal(err)
	}
	window.Folders[0].Path = filepath.Join(data, "gone") // nothing is there to be looked at
	if text, err = json.Marshal(window); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, text, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, ok := errors.AsType[*instance.TakenError](join(t, register, "", nil).Take(t.Context(), folder))
	if !ok || taken.Folder != window.Folders[0].Path {
		t.Errorf("taken: %+v", taken)
	}
}

func TestWhoHoldsTheRegisterIsNamed(t *testing.T) {
	_, data := place(t)
	register, err := instance.Open(data, instance.Options{LockLimit: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := register.Windows(t.Context()); err != nil {
		t.Fatal(err)
	}
	held := flock.New(filepath.Join(data, "windows", "register.lock"))
	if ok, err := held.TryLock(); !ok || err != nil {
		t.Fatalf("locking it: %v, %v", ok, err)
	}
	defer held.Close()
	named := func(want string) {
		t.Helper()
		_, err := register.Windows(t.Context())
		if _, ok := errors.AsType[*instance.HeldError](err); !ok || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("while another process holds it: %v, want %q", err, want)
		}
	}
	named("Another process holds") // such as one that clears the data
	if err := os.WriteFile(filepath.Join(data, "windows", "register.holder"), []byte("7"), 0o600); err != nil {
		t.Fatal(err)
	}
	named("Process 7 holds")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = register.Windows(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after Ctrl+C: %v", err)
	}
}

func TestACrashBlocksNothing(t *testing.T) {
	register, data := place(t)
	folder := t.TempDir()
	_, kill := startOther(t, data, folder)
	other := windows(t, register)[0]
	asked, err := register.Ask(t.Context(), other, instance.Request{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	kill()
	if err := asked.Wait(t.Context()); !errors.Is(err, instance.ErrLost) {
		t.Errorf("who waited for a window that was killed is told %v", err)
	}
	if all := windows(t, register); len(all) != 0 {
		t.Errorf("windows: %+v", all)
	}
	if _, err := os.Lstat(other.Address); !os.IsNotExist(err) {
		t.Errorf("its socket: %v", err)
	}
	join(t, register, folder, nil)
}

func TestAWindowThatClosesTakesNothing(t *testing.T) {
	register, _ := place(t)
	folder := t.TempDir()
	claim, err := register.Join(t.Context(), folder, func(context.Context, instance.Request) (<-chan bool, error) {
		return make(chan bool), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	window := windows(t, register)[0]
	waiting, err := register.Ask(t.Context(), window, instance.Request{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Shut(); err != nil {
		t.Fatal(err)
	}
	if err := register.Tell(t.Context(), window, instance.Request{}); !errors.Is(err, instance.ErrGone) {
		t.Errorf("it is asked: %v", err)
	}
	if all := windows(t, register); len(all) != 1 || !all[0].Closing {
		t.Errorf("windows: %+v", all)
	}
	if _, err := register.Join(t.Context(), folder, nil); err == nil {
		t.Error("its folder is free before it has closed")
	}
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	if err := waiting.Wait(t.Context()); !errors.Is(err, instance.ErrFailed) {
		t.Errorf("who waits is told %v", err)
	}
	if all := windows(t, register); len(all) != 0 {
		t.Errorf("windows: %+v", all)
	}
}

// Its socket may be swept away with the temporary folder.
func TestAWindowCanBeReachedAgainOnceItIsUsed(t *testing.T) {
	register, _ := place(t)
	claim := join(t, register, "", nil)
	window := windows(t, register)[0]
	if err := os.Remove(window.Address); err != nil {
		t.Fatal(err)
	}
	if err := register.Tell(t.Context(), window, instance.Request{}); !errors.Is(err, instance.ErrGone) {
		t.Errorf("without its socket: %v", err)
	}
	for range 2 {
		if err := claim.Used(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := register.Tell(t.Context(), window, instance.Request{}); err != nil {
			t.Error(err)
		}
	}
}

func TestTheWindowUsedLastComesFirst(t *testing.T) {
	register, _ := place(t)
	first, second := join(t, register, t.TempDir(), nil), join(t, register, t.TempDir(), nil)
	for _, used := range []*instance.Claim{first, second, first} {
		for windows(t, register)[0].UsedAt >= time.Now().UnixMilli() {
			time.Sleep(time.Millisecond) // the clock has to go on
		}
		if err := used.Used(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all := windows(t, register); all[0].ID != used.ID() {
			t.Errorf("the one used last is not the first of %+v", all)
		}
	}
}

func TestADamagedRecordIsNoWindow(t *testing.T) {
	register, data := place(t)
	for name, text := range map[string]string{"dead.json": `{"id":"dead"}`, "dead.lock": "", "odd.json": "{"} {
		if err := os.WriteFile(filepath.Join(data, "windows", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all := windows(t, register); len(all) != 0 {
		t.Errorf("windows: %+v", all)
	}
	if err := register.Tell(t.Context(), instance.Window{Address: filepath.Join(data, "none")}, instance.Request{}); !errors.Is(err, instance.ErrGone) {
		t.Errorf("a window that is not there: %v", err)
	}
}
