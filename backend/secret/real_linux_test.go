package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	// childVariable names the test that runs on the bus.
	childVariable = "KEEL_SECRET_TEST_CHILD"
	// daemonVariable is the process id of the keyring there.
	daemonVariable = "KEEL_SECRET_TEST_DAEMON"
)

// session starts, on a bus that is there, a keyring that is open, waits until it
// is on the bus, runs one test of this binary, and ends the keyring.
const session = `
printf test | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
export KEEL_SECRET_TEST_DAEMON=$!
for i in $(seq 600); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true' && break
  sleep 0.05
done
"$0" -test.run="^$KEEL_SECRET_TEST_CHILD\$" -test.v
code=$?
kill -CONT $KEEL_SECRET_TEST_DAEMON
kill $KEEL_SECRET_TEST_DAEMON
wait $KEEL_SECRET_TEST_DAEMON
exit $code
`

// bare is a bus without a keyring.
const bare = `exec "$0" -test.run="^$KEEL_SECRET_TEST_CHILD\$" -test.v`

// TestRealKeyring runs each test below with GNOME's keyring, on a bus and in a
// home of its own, and sees that nothing of it is left.
func TestRealKeyring(t *testing.T) {
	for _, program := range []string{"dbus-run-session", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed; build/setup.sh test installs it", program)
		}
	}
	for name, script := range map[string]string{
		"TestOnTheBus": session, "TestLockedKeyring": session, "TestStoppedKeyring": session,
		"TestMovesWithKeyring": session, "TestBusWithoutKeyring": bare,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			binary, err := os.Executable()
			ok(t, err)
			home := t.TempDir()
			command := exec.CommandContext(ctx, "dbus-run-session", "--", "sh", "-c", script, binary)
			command.Env = append(os.Environ(), childVariable+"="+name, "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
			out, err := command.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS: "+name) {
				t.Errorf("on the bus: %v\n%s", err, out)
			}
			// The bus and the keyring end with the session.
			for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				left := processesOf(t, home)
				if len(left) == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("still running: %v", left)
				}
			}
		})
	}
}

// processesOf lists the processes that were started with this home.
func processesOf(t *testing.T, home string) []string {
	t.Helper()
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	ok(t, err)
	var found []string
	for _, file := range environments {
		environment, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(environment), "XDG_DATA_HOME="+home) {
			continue
		}
		name, err := os.ReadFile(filepath.Join(filepath.Dir(file), "comm"))
		if err == nil {
			found = append(found, fmt.Sprintf("%s (%s)", strings.TrimSpace(string(name)), filepath.Base(filepath.Dir(file))))
		}
	}
	return found
}

// onTheBus skips a test that is not run by TestRealKeyring, and gives the others
// a store in a folder of its own.
func onTheBus(t *testing.T, limit time.Duration) (open func() *Store, path string) {
	t.Helper()
	if os.Getenv(childVariable) != t.Name() {
		t.Skip("runs on a bus of its own, from TestRealKeyring")
	}
	path = t.TempDir()
	return func() *Store {
		return New(Options{Folder: path, Service: "Keel test", Limit: limit, Believe: time.Nanosecond, cost: cheap})
	}, path
}

func TestOnTheBus(t *testing.T) {
	open, path := onTheBus(t, 20*time.Second)
	s := open()
	want(t, s, "a", "")
	put(t, s, "a", "k1 ü", InKeychain)
	put(t, s, "a", "k2 ü", InKeychain)
	want(t, open(), "a", "k2 ü")
	ok(t, s.Remove(t.Context(), "a"))
	want(t, open(), "a", "")
	ok(t, s.Remove(t.Context(), "a"))
	big := strings.Repeat("0123456789", 20_000)
	put(t, s, "big", big, InKeychain)
	want(t, open(), "big", big)
	if files := onDisk(t, path, "0123456789"); len(files) != 1 {
		t.Errorf("files %v", files)
	}
	ok(t, s.Remove(t.Context(), "big"))
	if files := onDisk(t, path); len(files) != 0 {
		t.Errorf("files %v", files)
	}
	if state := s.State(); state != (State{Seq: state.Seq, Place: InKeychain}) {
		t.Errorf("%+v", state)
	}
}

func TestMovesWithKeyring(t *testing.T) {
	open, _ := onTheBus(t, 20*time.Second)
	values := map[string]string{"a": "1", "big": strings.Repeat("x", 200_000), "account:github:github.com/1": "{}"}
	s := open()
	for name, value := range values {
		put(t, s, name, value, InKeychain)
	}
	for range 2 {
		ok(t, s.UsePassphrase(t.Context(), phrase))
		if state := s.State(); state.Place != InPassphrase || state.Kept != 3 || state.Message != "" {
			t.Errorf("%+v", state)
		}
		for name := range values {
			if left, err := s.ofKeychain(t.Context(), name); err == nil {
				t.Errorf("%s is still in the keychain: %.20q", name, left)
			}
		}
		s = open()
		ok(t, s.Unlock(t.Context(), phrase))
		for name, value := range values {
			want(t, s, name, value)
		}
		ok(t, s.UseKeychain(t.Context()))
		s = open()
		if state := s.State(); state.Place != InKeychain || state.Kept != 3 {
			t.Errorf("%+v", state)
		}
		for name, value := range values {
			want(t, s, name, value)
		}
	}
}

// A keyring that is locked wants to ask for its password, and there is nobody:
// the call comes back all the same.
func TestLockedKeyring(t *testing.T) {
	open, _ := onTheBus(t, 3*time.Second)
	put(t, New(Options{Service: "Keel test", Limit: 20 * time.Second}), "a", "k", InKeychain)
	bus, err := dbus.SessionBus()
	ok(t, err)
	defer bus.Close()
	service := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	var collection, prompt dbus.ObjectPath
	ok(t, service.Call("org.freedesktop.Secret.Service.ReadAlias", 0, "login").Store(&collection))
	if collection == "/" {
		collection = "/org/freedesktop/secrets/collection/login"
	}
	var done []dbus.ObjectPath
	ok(t, service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{collection}).Store(&done, &prompt))
	if len(done) != 1 {
		t.Fatalf("locked %v, prompt %v", done, prompt)
	}
	s := open()
	if got, err := s.Get(t.Context(), "a"); got != "" || !wellSaid(err) {
		t.Errorf("got %q, %v", got, err)
	}
	put(t, s, "b", "k2", InMemory)
	if state := s.State(); !state.Undecided || state.Message == "" {
		t.Errorf("%+v", state)
	}
	// The person need not wait for it.
	ok(t, s.UsePassphrase(t.Context(), phrase))
	want(t, s, "b", "k2")
}

// A keyring that is stopped answers nothing at all.
func TestStoppedKeyring(t *testing.T) {
	open, _ := onTheBus(t, time.Second)
	patient := New(Options{Service: "Keel test", Limit: 20 * time.Second})
	put(t, patient, "a", "k", InKeychain)
	daemon, err := strconv.Atoi(os.Getenv(daemonVariable))
	ok(t, err)
	ok(t, syscall.Kill(daemon, syscall.SIGSTOP))
	s := open()
	if got, err := s.Get(t.Context(), "a"); got != "" || !errors.Is(err, ErrSlow) || !wellSaid(err) {
		t.Errorf("got %q, %v", got, err)
	}
	put(t, s, "b", "k2", InMemory)
	if state := s.State(); !state.Undecided || !state.Locked {
		t.Errorf("%+v", state)
	}
	ok(t, syscall.Kill(daemon, syscall.SIGCONT))
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if got, err := s.Fresh(t.Context(), "a"); got == "k" && err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("it goes on, but: %q, %v", got, err)
		}
	}
	ok(t, s.UseKeychain(t.Context()))
	want(t, open(), "b", "k2")
}

// A bus with no keyring on it.
func TestBusWithoutKeyring(t *testing.T) {
	open, _ := onTheBus(t, 20*time.Second)
	s := open()
	if _, err := s.Get(t.Context(), "a"); !wellSaid(err) {
		t.Errorf("got %v", err)
	}
	put(t, s, "a", "k", InMemory)
	ok(t, s.UsePassphrase(t.Context(), phrase))
	want(t, s, "a", "k")
	if err := s.UseKeychain(t.Context()); !wellSaid(err) {
		t.Errorf("moving there: %v", err)
	}
	want(t, s, "a", "k")
}

// Without a bus nothing is started, and the keychain is not asked.
func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if _, err := os.Stat("/run/user/0/bus"); err == nil {
		t.Skip("this machine has a bus where the library finds it by itself")
	}
	if os.Getuid() != 0 {
		t.Skip("the user's own bus would be found")
	}
	place, why, err := New(Options{}).Set(t.Context(), "a", "k")
	if place != InMemory || !wellSaid(why) || err != nil {
		t.Errorf("kept in %q, %v, %v", place, why, err)
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		t.Error("a bus was started")
	}
}
