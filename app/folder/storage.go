package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Storage keeps small texts under keys, one file per scope. A file that cannot
// be read as such is set aside, not overwritten: the layout starts afresh.
type Storage struct {
	mu    sync.Mutex // guards the files and values
	files map[string]string
	kept  map[string]map[string]string
}

// NewStorage keeps each scope in the named file.
func NewStorage(files map[string]string) *Storage {
	return &Storage{files: files, kept: map[string]map[string]string{}}
}

// Load returns a copy of what a scope holds.
func (s *Storage) Load(_ context.Context, scope string) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	values, err := s.load(scope)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(values))
	for k, v := range values {
		out[k] = v
	}
	return out, nil
}

// Update changes a scope and writes it to the disk.
func (s *Storage) Update(_ context.Context, scope string, set map[string]string, remove []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	values, err := s.load(scope)
	if err != nil {
		return err
	}
	for k, v := range set {
		values[k] = v
	}
	for _, k := range remove {
		delete(values, k)
	}
	text, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding storage %q: %w", scope, err)
	}
	file := s.files[scope]
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("making the folder of storage %q: %w", scope, err)
	}
	return atomicfile.Write(file, text, 0o600)
}

func (s *Storage) load(scope string) (map[string]string, error) {
	if values, ok := s.kept[scope]; ok {
		return values, nil
	}
	file, ok := s.files[scope]
	if !ok {
		return nil, fmt.Errorf("loading storage %q: no such scope", scope)
	}
	values := map[string]string{}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("reading storage %q: %w", scope, err)
	case json.Unmarshal(text, &values) != nil:
		values = map[string]string{}
		if err := os.Rename(file, file+".broken"); err != nil {
			return nil, fmt.Errorf("setting broken storage %q aside: %w", scope, err)
		}
	}
	s.kept[scope] = values
	return values, nil
}
