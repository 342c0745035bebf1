package secret

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// childVariable is set for the test that runs on the bus.
const childVariable = "KEEL_SECRET_TEST_CHILD"

// session starts a bus, and on it a keyring that is open, runs the test binary,
// and ends them.
const session = `
printf test | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
for i in $(seq 200); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true' && break
  sleep 0.05
done
"$0" -test.run='^TestOnTheBus$' -test.v
code=$?
kill $keyring
exit $code
`

// TestRealKeyring runs TestOnTheBus with GNOME's keyring, on a bus and in a
// home of its own.
func TestRealKeyring(t *testing.T) {
	for _, program := range []string{"dbus-run-session", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed; build/setup.sh test installs it", program)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	command := exec.CommandContext(ctx, "dbus-run-session", "--", "sh", "-c", session, binary)
	command.Env = append(os.Environ(), childVariable+"=1", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("on the bus: %v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func TestOnTheBus(t *testing.T) {
	if os.Getenv(childVariable) == "" {
		t.Skip("runs on a bus of its own, from TestRealKeyring")
	}
	options := Options{Service: "Keel test", Limit: 20 * time.Second}
	s := New(options)
	if got, err := s.Get(t.Context(), "a"); got != "" || err != nil {
		t.Fatalf("an empty keyring: %q, %v", got, err)
	}
	place, why, err := s.Set(t.Context(), "a", "k1 ü")
	if place != InKeychain || why != nil || err != nil {
		t.Fatalf("kept in %q, %v, %v", place, why, err)
	}
	if _, why, err = s.Set(t.Context(), "a", "k2 ü"); why != nil || err != nil {
		t.Fatalf("replacing: %v, %v", why, err)
	}
	if got, err := New(options).Get(t.Context(), "a"); got != "k2 ü" || err != nil {
		t.Errorf("another run got %q, %v", got, err)
	}
	if err := s.Remove(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if got, err := New(options).Get(t.Context(), "a"); got != "" || err != nil {
		t.Errorf("after removal: %q, %v", got, err)
	}
	if err := s.Remove(t.Context(), "a"); err != nil {
		t.Errorf("removing again: %v", err)
	}
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
