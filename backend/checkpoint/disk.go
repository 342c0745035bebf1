package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// readDisk is ReadFile of the present state.
func (s *Store) readDisk(raw string) ([]byte, Entry, error) {
	at := EncodePath(raw)
	if raw == "." {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, ErrNotFile)
	}
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return nil, Entry{}, fmt.Errorf("opening workspace: %w", err)
	}
	defer root.Close()
	parent, name, err := openParent(root, raw)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotFolder) {
		return nil, Entry{}, &PathError{Path: at, Err: ErrNotInCheckpoint}
	}
	if err != nil {
		return nil, Entry{}, err
	}
	defer parent.Close()
	e, err := describe(parent, name, s.o.MaxFile)
	if err != nil {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, err)
	}
	if e == nil {
		return nil, Entry{}, &PathError{Path: at, Err: ErrNotInCheckpoint}
	}
	e.path = raw
	switch {
	case !e.known() || isGit(name):
		return nil, e.export(), &PathError{Path: at, Reason: e.reason, Err: ErrNotCovered}
	case e.kind == KindFolder:
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, ErrNotFile)
	case e.kind == KindSymlink:
		return []byte(e.target), e.export(), nil
	}
	info, err := parent.Lstat(name)
	if err != nil {
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, err)
	}
	content := collector{}
	stamp, err := readStable(parent, name, info, &content)
	if err != nil {
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, err)
	}
	e.hash, e.size, e.mode = node.Sum(content), stamp.size, stamp.mode
	return content, e.export(), nil
}
