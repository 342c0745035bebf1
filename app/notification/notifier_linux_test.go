package notification

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/notification/notificationtest"
)

const patience = 30 * time.Second

// bus starts a bus of its own and returns its address.
func bus(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Fatalf("dbus-daemon is not installed; build/setup.sh test installs it (%v)", err)
	}
	socket := filepath.Join(t.TempDir(), "bus")
	command := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path="+socket, "--print-address=1")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("waiting for the bus: %v", err)
	}
	return strings.TrimSpace(address)
}

func desktop(t *testing.T, address string, abilities ...string) *notificationtest.Server {
	t.Helper()
	server, err := notificationtest.Serve(address, abilities...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func notifier(t *testing.T, options Options) *Notifier {
	t.Helper()
	n := New(options)
	t.Cleanup(func() { _ = n.Close() }) // its bus may have gone before
	return n
}

func next(t *testing.T, server *notificationtest.Server) notificationtest.Call {
	t.Helper()
	select {
	case call := <-server.Calls():
		return call
	case <-time.After(patience):
		t.Fatal("nothing was asked for")
		return notificationtest.Call{}
	}
}

func TestOneReplacesTheOtherAndIsTakenAway(t *testing.T) {
	address := bus(t)
	server := desktop(t, address, "actions", "body")
	n := notifier(t, Options{Address: address})
	if err := n.Withdraw(t.Context()); err != nil {
		t.Errorf("without a notification: %v", err)
	}
	for _, title := range []string{"first", "second"} {
		if err := n.Show(t.Context(), title, "a < b"); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Withdraw(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.Show(t.Context(), "third", ""); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	actions := []string{"default", "Show"}
	want := []notificationtest.Call{
		{Method: "Notify", ID: 1, Title: "first", Body: "a < b", Actions: actions},
		{Method: "Notify", ID: 1, Replaces: 1, Title: "second", Body: "a < b", Actions: actions},
		{Method: "CloseNotification", ID: 1},
		{Method: "Notify", ID: 2, Title: "third", Actions: actions},
		{Method: "CloseNotification", ID: 2},
	}
	var got []notificationtest.Call
	for range want {
		got = append(got, next(t, server))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if err := n.Show(t.Context(), "late", ""); err == nil {
		t.Error("a closed notifier shows something")
	}
}

func TestTheTextIsPlain(t *testing.T) {
	address := bus(t)
	server := desktop(t, address, "body", "body-markup")
	n := notifier(t, Options{Address: address})
	body := "run <img src=\"http://example.com/x\"> &\n\u202efile\u200b\x1b[2J? " + strings.Repeat("ö", 1000)
	if err := n.Show(t.Context(), "a\nb <b>", body); err != nil {
		t.Fatal(err)
	}
	got := next(t, server)
	if want := "a b <b>"; got.Title != want {
		t.Errorf("title %q, want %q", got.Title, want)
	}
	if want := "run &lt;img src=\"http://example.com/x\"&gt; &amp; ‹U+202E›file‹U+200B›‹U+001B›[2J? ö"; !strings.HasPrefix(got.Body, want) {
		t.Errorf("body %q, want it to begin with %q", got.Body, want)
	}
	if count := strings.Count(got.Body, "ö"); count >= 200 || !strings.HasSuffix(got.Body, "…") {
		t.Errorf("%d characters at its end, want fewer than 200 and a sign that there is more", count)
	}
	if len(got.Actions) != 0 {
		t.Errorf("actions %q for a server without", got.Actions)
	}
}

func TestAClickRaisesTheWindow(t *testing.T) {
	address := bus(t)
	server := desktop(t, address, "actions")
	raised := make(chan struct{}, 10)
	n := notifier(t, Options{Address: address, Raise: func() { raised <- struct{}{} }})
	if err := n.Show(t.Context(), "one", ""); err != nil {
		t.Fatal(err)
	}
	id := next(t, server).ID
	if err := server.Click(id + 1); err != nil { // another program's
		t.Fatal(err)
	}
	if err := server.Click(id); err != nil {
		t.Fatal(err)
	}
	select {
	case <-raised:
	case <-time.After(patience):
		t.Fatal("the click raised nothing")
	}
	if err := server.Dismiss(id); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); n.shown() != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what was waved away is still known")
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if len(raised) != 0 {
		t.Error("another program's notification raised the window")
	}
}

func TestTheBusMayComeAndGo(t *testing.T) {
	address := bus(t)
	n := notifier(t, Options{Address: address})
	if err := n.Show(t.Context(), "no one shows it", ""); err == nil {
		t.Error("shown without a desktop")
	}
	server := desktop(t, address)
	if err := n.Show(t.Context(), "now", ""); err != nil {
		t.Fatal(err)
	}
	next(t, server)
	if err := n.conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := n.Show(t.Context(), "again", ""); err != nil {
		t.Fatal(err)
	}
	if got := next(t, server); got.Replaces != 0 {
		t.Errorf("replaces %d, which another connection has shown", got.Replaces)
	}
}

// A bus that takes the connection and says nothing must not hold anyone up.
func TestASilentBusIsGivenUp(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	done := make(chan error, 1)
	go func() { done <- notifier(t, Options{Address: "unix:path=" + socket}).Show(t.Context(), "x", "") }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a silent bus showed something")
		}
	case <-time.After(patience):
		t.Fatal("it still waits")
	}
}

func TestNothingIsStartedForIt(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	for _, address := range []string{"", "unixexec:path=/usr/bin/touch,argv1=" + mark, "autolaunch:", "unix:path=/nowhere;unixexec:path=/usr/bin/touch,argv1=" + mark} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if err := notifier(t, Options{}).Show(t.Context(), "x", ""); err == nil {
			t.Errorf("%q: shown", address)
		}
	}
	if found, err := filepath.Glob(mark); err != nil || len(found) > 0 {
		t.Errorf("a program was started: %q, %v", found, err)
	}
}
