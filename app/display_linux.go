package app

import (
	"context"
	"net"
	"os"
	"strings"
	"time"
)

// display says whether there is somewhere to draw, and readies the environment
// for WebKit.
func display() error {
	if os.Getenv("WAYLAND_DISPLAY") == "" && !reachable(os.Getenv("DISPLAY")) {
		return errNoDisplay
	}
	// Without this some machines show a blank window. Children of Keel are given
	// an environment of their own, which this is no part of.
	if os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") == "" {
		return os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
	}
	return nil
}

// reachable tells whether an X server answers; a display on another host is
// taken at its word.
func reachable(display string) bool {
	host, number, ok := strings.Cut(display, ":")
	if !ok {
		return false
	}
	if host != "" && host != "unix" {
		return true
	}
	number, _, _ = strings.Cut(number, ".")
	dialer := net.Dialer{Timeout: time.Second}
	for _, address := range []string{"/tmp/.X11-unix/X" + number, "\x00/tmp/.X11-unix/X" + number} {
		if connection, err := dialer.DialContext(context.Background(), "unix", address); err == nil {
			connection.Close()
			return true
		}
	}
	return false
}
