package instance_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

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
	register, err := instance.Open(data)
	if err != nil {
		return err
	}
	claim, err := register.Join(context.Background(), func(context.Context, instance.Request) <-chan struct{} {
		return make(chan struct{}) // nothing that is waited for ever ends
	})
	if err != nil {
		return err
	}
	if err := claim.Take(context.Background(), folder); err != nil {
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
	register, err := instance.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	return register, data
}

func join(t *testing.T, register *instance.Register, handle instance.Handler) *instance.Claim {
	t.Helper()
	claim, err := register.Join(t.Context(), handle)
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
	folder := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	end, _ := startOther(t, data, folder)
	claim := join(t, register, nil)
	for _, path := range []string{folder, link} {
		taken, ok := errors.AsType[*instance.TakenError](claim.Take(t.Context(), path))
		if !ok || taken.Window.Folder() != folder {
			t.Fatalf("taking %q: %+v", path, taken)
		}
	}
	end()
	if err := claim.Take(t.Context(), folder); err != nil {
		t.Fatalf("after the other window has closed: %v", err)
	}
	if all := windows(t, register); len(all) != 1 || all[0].Folder() != folder {
		t.Errorf("windows: %+v", all)
	}
	if err := claim.Drop(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if all := windows(t, register); all[0].Folder() != "" {
		t.Errorf("after dropping it: %+v", all)
	}
}

func TestACrashBlocksNothing(t *testing.T) {
	register, data := place(t)
	folder := t.TempDir()
	_, kill := startOther(t, data, folder)
	other := windows(t, register)[0]
	waited := make(chan error)
	go func() { waited <- instance.Tell(t.Context(), other, instance.Request{Wait: true}) }()
	// The one that waits is connected once another start can be, too.
	if err := instance.Tell(t.Context(), other, instance.Request{}); err != nil {
		t.Fatal(err)
	}
	kill()
	if err := <-waited; err == nil {
		t.Error("who waited for a window that was killed is told that all is well")
	}
	if all := windows(t, register); len(all) != 0 {
		t.Errorf("windows: %+v", all)
	}
	if _, err := os.Lstat(other.Address); !os.IsNotExist(err) {
		t.Errorf("its socket: %v", err)
	}
	if err := join(t, register, nil).Take(t.Context(), folder); err != nil {
		t.Error(err)
	}
}

func TestRequestsArriveAndAreWaitedFor(t *testing.T) {
	register, _ := place(t)
	got := make(chan instance.Request, 1)
	ended := make(chan struct{})
	claim := join(t, register, func(_ context.Context, request instance.Request) <-chan struct{} {
		got <- request
		return ended
	})
	if err := claim.Take(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	window := windows(t, register)[0]
	want := instance.Request{Folder: window.Folder(), File: window.Folder() + "/a:1", Line: 3, Column: 2, Wait: true}
	waited := make(chan error, 1)
	go func() { waited <- instance.Tell(t.Context(), window, want) }()
	if request := <-got; request != want {
		t.Errorf("got %+v", request)
	}
	select {
	case err := <-waited:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	close(ended)
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

func TestWhoNoLongerWaitsIsLetGo(t *testing.T) {
	register, _ := place(t)
	gone := make(chan struct{})
	asked := make(chan struct{})
	join(t, register, func(ctx context.Context, _ instance.Request) <-chan struct{} {
		close(asked)
		context.AfterFunc(ctx, func() { close(gone) })
		return make(chan struct{})
	})
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error, 1)
	window := windows(t, register)[0]
	go func() { waited <- instance.Tell(ctx, window, instance.Request{Wait: true}) }()
	<-asked
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waited: %v", err)
	}
	<-gone
}

func TestAWindowThatClosesEndsTheWait(t *testing.T) {
	register, _ := place(t)
	asked := make(chan struct{})
	claim, err := register.Join(t.Context(), func(context.Context, instance.Request) <-chan struct{} {
		close(asked)
		return make(chan struct{})
	})
	if err != nil {
		t.Fatal(err)
	}
	window := windows(t, register)[0]
	waited := make(chan error, 1)
	go func() { waited <- instance.Tell(t.Context(), window, instance.Request{Wait: true}) }()
	<-asked
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
	if all := windows(t, register); len(all) != 0 {
		t.Errorf("windows: %+v", all)
	}
}

func TestTheWindowUsedLastComesFirst(t *testing.T) {
	register, _ := place(t)
	first, second := join(t, register, nil), join(t, register, nil)
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
	if err := instance.Tell(t.Context(), instance.Window{Address: filepath.Join(data, "none")}, instance.Request{}); err == nil {
		t.Error("a window that is not there took a request")
	}
}
