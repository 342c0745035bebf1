package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
)

// emptyRegister is a register where no window is yet, whose windows are given up soon.
func emptyRegister(t *testing.T) launcher {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	register, err := instance.Open(t.TempDir(), instance.Options{AnswerLimit: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return launcher{register: register}
}

func realFolder(t *testing.T) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// joined is a window of a folder, and what it was asked.
func joined(t *testing.T, windows launcher, folder string) (*instance.Claim, <-chan instance.Request) {
	t.Helper()
	asked := make(chan instance.Request, 8)
	claim, err := windows.register.Join(t.Context(), folder, func(_ context.Context, request instance.Request) (<-chan bool, error) {
		asked <- request
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = claim.Close() }) // a test may have closed it
	return claim, asked
}

// A start asks the windows that run, and is a window itself for what is left.
func TestHandOn(t *testing.T) {
	windows := emptyRegister(t)
	here, other := realFolder(t), realFolder(t)
	folder := func(path string) cli.Start { return cli.Start{Paths: []cli.Place{{Path: path}}} }
	with := func(start cli.Start, change func(*cli.Start)) cli.Start { change(&start); return start }
	fresh := func(start *cli.Start) { start.New = true }
	reuse := func(start *cli.Start) { start.Reuse = true }
	step := func(name string, start cli.Start, want *own) {
		t.Helper()
		left, err := newAsking(start, windows).handOn(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, left, cmp.AllowUnexported(own{}), cmpopts.IgnoreFields(instance.Request{}, "ID")); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	itself := &own{folder: other, requests: []instance.Request{{Folder: other}}}
	step("nothing runs", cli.Start{}, &own{})
	step("nothing runs, a folder", folder(other), itself)
	step("nothing runs, a link", cli.Start{Link: "keel://open?folder=" + other},
		&own{requests: []instance.Request{{Link: "keel://open?folder=" + other}}})

	claim, asked := joined(t, windows, "")
	got := func(name string, want instance.Request) {
		t.Helper()
		if d := cmp.Diff(want, <-asked); d != "" {
			t.Errorf("%s: asked (-want +got):\n%s", name, d)
		}
	}
	step("without a folder", cli.Start{New: true}, nil)
	got("without a folder", instance.Request{})
	step("it takes a folder", folder(here), nil)
	got("it takes a folder", instance.Request{Folder: here})
	step("but not a new one", with(folder(here), fresh), &own{folder: here, requests: []instance.Request{{Folder: here}}})

	if err := claim.Take(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	if err := claim.Only(t.Context()); err != nil {
		t.Fatal(err)
	}
	step("the last one", cli.Start{}, nil)
	got("the last one", instance.Request{})
	step("an empty one", cli.Start{New: true}, &own{empty: true})
	step("its folder", with(folder(here), fresh), nil)
	got("its folder", instance.Request{Folder: here})
	step("another folder", folder(other), itself)
	step("in its place", with(folder(other), reuse), nil)
	got("in its place", instance.Request{Folder: other, Replace: true})
	if _, err := newAsking(cli.Start{Link: "keel://open?folder=--help"}, windows).handOn(t.Context()); err == nil {
		t.Error("a hostile link was taken")
	}
	got("a hostile link", instance.Request{Link: "keel://open?folder=--help"})
}

// nobody is a join that must not be asked for.
func nobody(t *testing.T) join {
	return func(_ context.Context, left own) (*instance.Claim, error) {
		t.Errorf("it wants to be a window of %+v", left)
		return nil, errors.New("no")
	}
}

// A window that is asked about another folder is in order: nobody is told to end it.
func TestAWindowThatOpensAnotherFolder(t *testing.T) {
	windows := emptyRegister(t)
	here := realFolder(t)
	claim, err := windows.register.Join(t.Context(), here, func(context.Context, instance.Request) (<-chan bool, error) {
		return nil, instance.ErrElsewhere
	})
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Close()
	_, _, err = enter(t.Context(), cli.Start{Paths: []cli.Place{{Path: here}}}, windows, 0, nobody(t))
	if err == nil || !strings.Contains(err.Error(), "opens another folder. Try again") || strings.Contains(err.Error(), "end it") {
		t.Errorf("it is told: %v", err)
	}
}

// A window that closes is waited for, also with --wait, and then its folder opens.
func TestAStartWaitsForAWindowThatCloses(t *testing.T) {
	windows := emptyRegister(t)
	here := realFolder(t)
	claim, _ := joined(t, windows, here)
	if err := claim.Shut(); err != nil {
		t.Fatal(err)
	}
	start := cli.Start{Paths: []cli.Place{{Path: here}}}
	_, _, err := enter(t.Context(), start, windows, 0, nobody(t))
	if err == nil || !strings.Contains(err.Error(), "its window is still closing (process ") {
		t.Errorf("after a while: %v", err)
	}
	go func() { _ = claim.Close() }()
	left, next, err := enter(t.Context(), start, windows, time.Hour, func(ctx context.Context, left own) (*instance.Claim, error) {
		return windows.register.Join(ctx, left.folder, nil)
	})
	if err != nil || left == nil {
		t.Fatalf("left: %+v, %v", left, err)
	}
	_ = next.Close()
}

// Of two starts at once the slower one asks the faster one.
func TestTwoStartsOfOneFolderAreOneWindow(t *testing.T) {
	windows := emptyRegister(t)
	here := realFolder(t)
	var asked <-chan instance.Request
	left, _, err := enter(t.Context(), cli.Start{Paths: []cli.Place{{Path: here}}}, windows, time.Hour, func(ctx context.Context, left own) (*instance.Claim, error) {
		_, asked = joined(t, windows, here) // the other one, between this one's look and its claim
		return windows.register.Join(ctx, left.folder, nil)
	})
	if left != nil || err != nil {
		t.Fatalf("it is a window of %+v, %v", left, err)
	}
	if request := <-asked; request.Folder != here {
		t.Errorf("asked: %+v", request)
	}
}

// A window that has got another folder meanwhile is left as it is.
func TestAWindowWithoutAFolderTakesOneOnly(t *testing.T) {
	windows := emptyRegister(t)
	first, second := realFolder(t), realFolder(t)
	empty := newRequests(instance.Folder{})
	claim, err := windows.register.Join(t.Context(), "", empty.receive)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = claim.Close() })
	if _, _, err := enter(t.Context(), cli.Start{Paths: []cli.Place{{Path: first}}}, windows, time.Hour, nobody(t)); err != nil {
		t.Fatal(err)
	}
	left, own, err := enter(t.Context(), cli.Start{Paths: []cli.Place{{Path: second}}}, windows, time.Hour, func(ctx context.Context, left own) (*instance.Claim, error) {
		return windows.register.Join(ctx, left.folder, nil)
	})
	if err != nil || left == nil || left.folder != second {
		t.Fatalf("left: %+v, %v", left, err)
	}
	_ = own.Close()
	if taken := empty.take(true); len(taken) != 1 || taken[0].Folder != first {
		t.Errorf("the one without a folder was asked: %+v", taken)
	}
}

// What was taken is not asked again when the rest has to be tried again, and what
// cannot be done of a start is told also where the rest makes a window.
func TestTheRestOfAStart(t *testing.T) {
	windows := emptyRegister(t)
	windows.program = filepath.Join(t.TempDir(), "none")
	here, closing, fresh, more := realFolder(t), realFolder(t), realFolder(t), realFolder(t)
	_, asked := joined(t, windows, here)
	claim, _ := joined(t, windows, closing)
	if err := claim.Shut(); err != nil {
		t.Fatal(err)
	}
	start := cli.Start{Paths: []cli.Place{{Path: here}, {Path: closing}, {Path: fresh}, {Path: more}}}
	left, own, err := enter(t.Context(), start, windows, time.Second, func(ctx context.Context, left own) (*instance.Claim, error) {
		return windows.register.Join(ctx, left.folder, nil)
	})
	if left == nil || left.folder != fresh || own == nil {
		t.Fatalf("left: %+v, %v", left, err)
	}
	defer own.Close()
	if err == nil || !strings.Contains(err.Error(), "still closing") || strings.Count(err.Error(), "starting a window") != 1 {
		t.Errorf("told: %v", err)
	}
	if len(asked) != 1 {
		t.Errorf("the window that took its folder was asked %d times", len(asked))
	}
}

// A window that hangs is named once, and does not keep a plain start from another.
func TestAWindowThatDoesNotAnswer(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	data, here := t.TempDir(), realFolder(t)
	register, err := instance.Open(data, instance.Options{AnswerLimit: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	windows := launcher{register: register}
	claim, asked := joined(t, windows, "")
	hung, _ := joined(t, windows, here)
	// Its record leads to a socket whose owner never says a word.
	address := filepath.Join(t.TempDir(), "s")
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "unix", address)
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 8)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(connection).ReadString('\n')
			said <- line
		}
	}()
	defer listener.Close()
	record := filepath.Join(data, "windows", hung.ID()+".json")
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	var window instance.Window
	if err := json.Unmarshal(text, &window); err != nil {
		t.Fatal(err)
	}
	window.Address, window.UsedAt = address, time.Now().UnixMilli()+1
	if text, err = json.Marshal(window); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = enter(t.Context(), cli.Start{Paths: []cli.Place{{Path: here}}}, windows, time.Hour, nobody(t))
	want := "The Keel window of " + here + " (process "
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "does not answer; end it, then try again") {
		t.Errorf("it is told: %v", err)
	}
	if len(said) != 1 {
		t.Errorf("it was asked %d times", len(said))
	}
	if _, _, err := enter(t.Context(), cli.Start{}, windows, time.Hour, nobody(t)); err != nil {
		t.Fatal(err)
	}
	if request := <-asked; request != (instance.Request{}) {
		t.Errorf("the next one was asked %+v", request)
	}
	_ = claim
}
