// Package workspace reads, writes and watches the files of one opened folder.
//
// # Promises
//
// Nothing outside the folder is read or written, whatever a path or a symbolic
// link says: every operation goes through an [os.Root], and a link that leads
// outside is listed as a link but cannot be opened ([ErrOutside]). Bytes pass
// as they are: no encoding, line ending or byte order mark is touched. A file
// is replaced whole or not at all; what another program changed since it was
// read is not overwritten ([ErrChanged]).
//
// # Paths
//
// Every path is relative to the folder, with forward slashes; "." is the folder
// itself. Names are bytes and need not be UTF-8.
//
// # Links
//
// A symbolic link that leads to a place inside the folder works like that
// place, also when its target is written as an absolute path. Writing through
// it keeps the link; deleting, moving and copying act on the link.
package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Options are the choices of [Open].
type Options struct {
	// Consent says that the user has agreed to open a folder that is likely too
	// large: the home folder, one above it, or the top of a file system.
	Consent bool
}

// Workspace is an opened folder. Its methods may be called by several
// goroutines at once.
type Workspace struct {
	path  string // absolute, symbolic links resolved
	given string // absolute, as it was opened
	root  *os.Root
	user  user

	mu      sync.Mutex
	watches map[*Watch]struct{} // guarded by mu; those to end with the workspace
	closed  bool                // guarded by mu
}

// Open opens a folder. Its errors are [ErrMissing], [ErrNotFolder],
// [ErrUnreadable] and [ErrNeedsConsent].
func Open(ctx context.Context, folder string, o Options) (*Workspace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	given, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("opening folder %q: %w", folder, err)
	}
	real, err := filepath.EvalSymlinks(given)
	if err != nil {
		return nil, openError(folder, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, openError(folder, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening folder %q: %w", folder, ErrNotFolder)
	}
	if !o.Consent && needsConsent(real) {
		return nil, fmt.Errorf("opening folder %q: %w", folder, ErrNeedsConsent)
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, openError(folder, err)
	}
	if err := probe(root); err != nil {
		return nil, errors.Join(openError(folder, err), root.Close())
	}
	return &Workspace{path: real, given: given, root: root, user: currentUser(), watches: map[*Watch]struct{}{}}, nil
}

// probe reads one entry of the folder and looks at it: a folder may be
// readable without being searchable, and the other way round.
func probe(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := root.Lstat(names[0]); errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func openError(folder string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("opening folder %q: %w (%w)", folder, ErrMissing, cause(err))
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("opening folder %q: %w (%w)", folder, ErrUnreadable, cause(err))
	case isNotFolder(err):
		return fmt.Errorf("opening folder %q: %w (%w)", folder, ErrNotFolder, cause(err))
	}
	return fmt.Errorf("opening folder %q: %w", folder, cause(err))
}

// needsConsent reports whether real is the home folder, lies above it, or is
// the top of a file system tree.
func needsConsent(real string) bool {
	if filepath.Dir(real) == real {
		return true
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return false
	}
	if resolved, err := filepath.EvalSymlinks(home); err == nil {
		home = resolved
	}
	return home == real || strings.HasPrefix(home, real+string(filepath.Separator))
}

// Path is the folder's absolute path with symbolic links resolved.
func (w *Workspace) Path() string { return w.path }

// Name is the folder's own name.
func (w *Workspace) Name() string { return filepath.Base(w.path) }

// ID is 16 hexadecimal digits that stand for the folder's path.
func (w *Workspace) ID() string {
	sum := sha256.Sum256([]byte(w.path))
	return hex.EncodeToString(sum[:8])
}

// Close ends the workspace and its watches.
func (w *Workspace) Close() error {
	w.mu.Lock()
	w.closed = true
	watches := w.watches
	w.watches = nil
	w.mu.Unlock()
	var failed error
	for watch := range watches {
		failed = errors.Join(failed, watch.Close())
	}
	return errors.Join(failed, w.root.Close())
}
