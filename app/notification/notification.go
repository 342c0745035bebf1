// Package notification shows a notification of the system, for a person who
// looks at another window.
//
// # Promises
//
// There is at most one: a later one takes the place of the one before, and it
// can be taken away. Its text is plain, short and holds only what can be seen,
// whoever wrote it. Nothing waits longer than [Limit] for the system, and no bus
// is started for it. A click on it calls [Options.Raise], nothing else.
//
// On Linux it speaks the desktop's own protocol over the session's D-Bus
// (https://specifications.freedesktop.org/notification/latest/). Elsewhere there
// is no notification yet: [Notifier.Show] says so with [errors.ErrUnsupported].
package notification

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Limit is how long the system may take for one request.
const Limit = 2 * time.Second

// longest is how many characters of a text are shown, by the system's leave.
const longest = 200

// Options are what a notifier may be told; zero is a good choice.
type Options struct {
	// Address is the bus, as in DBUS_SESSION_BUS_ADDRESS, which it is by default.
	// Without one there are no notifications.
	Address string
	// Raise is called when a person clicks on the notification.
	Raise func()
}

// plain makes a text what a notification may hold: one line of characters that
// can be seen, no longer than it is read there.
func plain(text string) string {
	var shown strings.Builder
	count := 0
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if count == longest {
			shown.WriteRune('…')
			break
		}
		count++
		if unicode.IsPrint(r) {
			shown.WriteRune(r)
		} else {
			fmt.Fprintf(&shown, "‹U+%04X›", r)
		}
	}
	return shown.String()
}

// escaped is a text for a server that reads markup in it.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
