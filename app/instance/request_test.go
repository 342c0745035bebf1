package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/instance"
)

// A window says how what was waited for has ended, and only a person's closing it
// counts as well.
func TestRequestsArriveAndAreWaitedFor(t *testing.T) {
	register, _ := place(t)
	got := make(chan instance.Request, 1)
	waits := make(chan chan bool, 1)
	join(t, register, t.TempDir(), func(_ context.Context, request instance.Request) (<-chan bool, error) {
		got <- request
		return <-waits, nil
	})
	window := windows(t, register)[0]
	for name, test := range map[string]struct {
		end  func(closed chan bool)
		want error
	}{
		"closed":  {func(closed chan bool) { closed <- true }, nil},
		"failed":  {func(closed chan bool) { closed <- false }, instance.ErrFailed},
		"dropped": {func(closed chan bool) { close(closed) }, instance.ErrFailed},
	} {
		closed := make(chan bool, 1)
		waits <- closed
		want := instance.Request{Folder: window.Folder(), File: window.Folder() + "/a:1", Line: 3, Column: 2, Wait: true}
		asked, err := register.Ask(t.Context(), window, want)
		if err != nil {
			t.Fatal(err)
		}
		if request := <-got; request != want {
			t.Errorf("%s: got %+v", name, request)
		}
		test.end(closed)
		if err := asked.Wait(t.Context()); !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAWindowDoesNotTake(t *testing.T) {
	register, _ := place(t)
	answers := make(chan error, 1)
	join(t, register, "", func(context.Context, instance.Request) (<-chan bool, error) { return nil, <-answers })
	window := windows(t, register)[0]
	for _, test := range []struct{ said, want error }{
		{instance.ErrElsewhere, instance.ErrElsewhere},
		{instance.ErrGone, instance.ErrGone},
		{errors.New("something else"), instance.ErrGone},
	} {
		answers <- test.said
		if err := register.Tell(t.Context(), window, instance.Request{}); !errors.Is(err, test.want) {
			t.Errorf("%v: %v", test.said, err)
		}
	}
	answers <- &instance.RefusedError{Message: "Too many.\nBye."}
	refused, ok := errors.AsType[*instance.RefusedError](register.Tell(t.Context(), window, instance.Request{}))
	if !ok || refused.Message != "Too many. Bye." {
		t.Errorf("refused: %v", refused)
	}
}

// A start that has lost the answer may ask again.
func TestARepeatedRequestIsDoneOnce(t *testing.T) {
	register, _ := place(t)
	var done atomic.Int64
	answers := make(chan error, 1)
	join(t, register, "", func(context.Context, instance.Request) (<-chan bool, error) {
		done.Add(1)
		select {
		case answer := <-answers:
			return nil, answer
		default:
			return nil, nil
		}
	})
	window := windows(t, register)[0]
	answers <- instance.ErrElsewhere
	if err := register.Tell(t.Context(), window, instance.Request{ID: "a"}); err == nil {
		t.Error("what was not taken is taken")
	}
	for _, id := range []string{"a", "a", "b", "a", "", ""} {
		if err := register.Tell(t.Context(), window, instance.Request{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if done.Load() != 5 {
		t.Errorf("it was asked %d times, want 5", done.Load())
	}
}

func TestWhoNoLongerWaitsIsLetGo(t *testing.T) {
	register, _ := place(t)
	gone := make(chan struct{})
	join(t, register, "", func(ctx context.Context, _ instance.Request) (<-chan bool, error) {
		context.AfterFunc(ctx, func() { close(gone) })
		return make(chan bool), nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	asked, err := register.Ask(ctx, windows(t, register)[0], instance.Request{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := asked.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waited: %v", err)
	}
	<-gone
}

// A process that is stopped takes no connection from its queue. It is asked once, and
// named.
func TestAWindowThatHangsIsNamed(t *testing.T) {
	_, data := place(t)
	register, err := instance.Open(data, instance.Options{AnswerLimit: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	address := filepath.Join(t.TempDir(), "s")
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "unix", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	window := instance.Window{PID: 7, Folders: []instance.Folder{{Path: "/a"}}, Address: address}
	err = register.Tell(t.Context(), window, instance.Request{})
	if _, ok := errors.AsType[*instance.SilentError](err); !ok || err.Error() != "The Keel window of /a (process 7) does not answer; end it, then try again" {
		t.Errorf("it is told: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := register.Tell(ctx, window, instance.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after Ctrl+C: %v", err)
	}
}

// What a window finds in its queue when it goes on is nobody's any more.
func TestARequestThatWasGivenUpIsNotDone(t *testing.T) {
	register, _ := place(t)
	join(t, register, "", func(_ context.Context, request instance.Request) (<-chan bool, error) {
		t.Errorf("it does %+v", request)
		return nil, nil
	})
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "unix", windows(t, register)[0].Address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := json.NewEncoder(connection).Encode(instance.Request{Until: time.Now().Add(-time.Second).UnixMilli()}); err != nil {
		t.Fatal(err)
	}
	if n, err := connection.Read(make([]byte, 8)); n != 0 || err == nil {
		t.Errorf("it says %d bytes", n)
	}
}

// In a temporary folder that others share, the place for sockets is the user's alone.
func TestSocketsLieWhereNobodyElseComes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing there")
	}
	register, _ := place(t)
	temporary := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("TMPDIR", temporary)
	claim, err := register.Join(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Dir(windows(t, register)[0].Address)
	if filepath.Dir(own) != temporary {
		t.Errorf("it lies in %q", own)
	}
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(own, 0o755); err != nil { //nolint:gosec // that is what is refused
		t.Fatal(err)
	}
	if _, err := register.Join(t.Context(), "", nil); err == nil || !strings.Contains(err.Error(), "alone") {
		t.Errorf("a folder that others can enter: %v", err)
	}
}
