// Package gate closes the way from the frames of the window to Go.
//
// In WebKitGTK every document of a web view, in whatever frame and of whatever
// origin, is given window.webkit.messageHandlers, and what it posts to Wails'
// handler is taken for a call of the window's page: bound methods, the
// clipboard, ending the program. Wails looks at the address of the window only,
// and a property that a page deletes is there again in the next empty frame.
//
// WebKit keeps such a handler for one script world. Close takes Wails' handler
// out of the world that documents run in and puts it into a world of its own.
// In that world runs one script, in the top frame only; it passes on what the
// top frame's document says by an event on its own window, which a document of
// another origin cannot reach. So there is nothing to guess and no secret to keep:
// in the frames there is no handler at all.
//
// The scripts are in place before the window's first document: whoever serves it
// waits for Close.
package gate

import "errors"

// Why the way is not closed.
var (
	ErrOpen    = errors.New("closing the way from frames to Go: the window's web view was not found")
	ErrNotHere = errors.New("closing the way from frames to Go: not possible on this system")
)
