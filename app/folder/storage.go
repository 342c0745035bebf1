package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Storage keeps small texts under keys, one file per scope. Windows share some of
// the files: a change is made to what the file holds by then, key by key, so no
// window takes back what another one has stored. A file that cannot be read as
// such is set aside, not overwritten: the layout starts afresh.
type Storage struct {
	mu    sync.Mutex // one change at a time
	files map[string]string
}

// NewStorage keeps each scope in the named file.
func NewStorage(files map[string]string) *Storage { return &Storage{files: files} }

// Load returns what a scope holds.
func (s *Storage) Load(ctx context.Context, scope string) (map[string]string, error) {
	file, err := s.file(scope)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var values map[string]string
	err = locked(ctx, file, func() error {
		values, err = read(scope, file)
		return err
	})
	return values, err
}

// Update changes a scope and writes it to the disk.
func (s *Storage) Update(ctx context.Context, scope string, set map[string]string, remove []string) error {
	file, err := s.file(scope)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return locked(ctx, file, func() error {
		values, err := read(scope, file)
		if err != nil {
			return err
		}
		maps.Copy(values, set)
		for _, k := range remove {
			delete(values, k)
		}
		text, err := json.MarshalIndent(values, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding storage %q: %w", scope, err)
		}
		return atomicfile.Write(file, text, 0o600)
	})
}

func (s *Storage) file(scope string) (string, error) {
	file, ok := s.files[scope]
	if !ok {
		return "", fmt.Errorf("loading storage %q: no such scope", scope)
	}
	return file, nil
}

// read returns what a file holds. One that is broken is set aside; the file is locked.
func read(scope, file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading storage %q: %w", scope, err)
	}
	var values map[string]string
	if json.Unmarshal(text, &values) != nil || values == nil {
		if err := os.Rename(file, file+".broken"); err != nil {
			return nil, fmt.Errorf("setting broken storage %q aside: %w", scope, err)
		}
		return map[string]string{}, nil
	}
	return values, nil
}
