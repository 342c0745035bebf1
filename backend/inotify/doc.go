// Package inotify is the Linux kernel's queue of file system events, and no
// more: opening it, watching a folder, reading what came. Elsewhere it is empty.
//
// It is not fsnotify, because that one names folders by path where here an open
// folder is meant, and keeps a renamed folder under its old name when it is
// added again before the rename has been read.
//
// # Promises
//
// Events come in the kernel's order and none is left out: what the kernel could
// not queue is told by an event IN_Q_OVERFLOW. Nothing is started in the
// background. After Close every method gives [os.ErrClosed], and a Wait that is
// under way ends with it.
package inotify
