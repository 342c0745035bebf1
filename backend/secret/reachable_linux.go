package secret

import (
	"errors"
	"fmt"
	"os"
)

const wayOut = "Start a keychain such as GNOME Keyring, KWallet or KeePassXC in your desktop session, then try again."

// reachable looks for the session bus where the D-Bus library does. Without
// one that library would start a bus of its own, which nobody ends.
func reachable() error {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			return nil
		}
	}
	return errors.New("no session bus: DBUS_SESSION_BUS_ADDRESS is not set")
}
