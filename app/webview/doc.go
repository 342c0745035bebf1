// Package webview serves what extensions draw: pages of their own, each in a
// frame of the window.
//
// VS Code gives a webview an origin of its own and a service worker that loads
// its files. The window's web view has no service workers, so the page hands
// each document to this package, which serves it below an address that holds a
// random name; its files are loaded from below the same address.
//
// # Promises
//
// A document is served with a policy in its header, which no text of an
// extension can take back. It gives the document an origin that equals no other
// (sandbox without allow-same-origin), so it reaches neither the page, nor
// another webview, nor what they store; it loads only from its own address, and
// from https where the network is open to it; it opens no windows, submits no
// forms, and holds no frames but those it writes itself.
//
// A file is served only when it lies below one of the folders that were
// registered for this very webview and inside the opened folder, links
// resolved. Everything else is asked of the page, which knows what else an
// extension may read. What is served is never a page of its own: it is named
// text where it is HTML, and its header forbids it to run.
//
// Only a page with an origin can register documents or answer for them.
//
// Where the way from any frame to Go's bound methods is not closed, there are
// no webviews; see the package gate.
package webview
