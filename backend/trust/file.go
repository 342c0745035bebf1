package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// largest is how long a file may be that is still read, in bytes.
const largest = 4 << 20

// file is a JSON file with what it held when it was last read. Without a path it
// is empty. The store's mu is held around its methods.
type file[T any] struct {
	path  string
	held  T
	state stamp
}

// stamp tells one state of a file from another.
type stamp struct {
	info fs.FileInfo // nil for none
	size int64
	at   time.Time
}

func (s stamp) same(info fs.FileInfo) bool {
	return s.info != nil && os.SameFile(s.info, info) && s.size == info.Size() && s.at.Equal(info.ModTime())
}

// read returns what the file holds now; of one that cannot be read, nothing.
func (f *file[T]) read(s *Store) T {
	held, err := f.load(s)
	if err != nil {
		s.o.Log.Error("reading what is trusted", "file", f.path, "error", err)
	}
	return held
}

// load is read with the reason for which there is nothing; a file that is missing
// or was damaged, and is set aside now, is no error.
func (f *file[T]) load(s *Store) (T, error) {
	var none T
	if f.path == "" {
		return none, nil
	}
	info, err := os.Stat(f.path)
	if err == nil && f.state.same(info) {
		return f.held, nil
	}
	f.held, f.state = none, stamp{}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return none, nil
	case err != nil:
		return none, err
	case !info.Mode().IsRegular() || info.Size() > largest:
		return none, f.setAside(s)
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return none, err
	}
	var held T
	if json.Unmarshal(data, &held) != nil {
		return none, f.setAside(s)
	}
	f.held, f.state = held, stamp{info, info.Size(), info.ModTime()}
	return held, nil
}

// setAside moves a damaged file out of the way.
func (f *file[T]) setAside(s *Store) error {
	aside := fmt.Sprintf("%s.damaged-%s", f.path, s.o.Now().UTC().Format("20060102T150405.000000000"))
	if err := os.Rename(f.path, aside); err != nil {
		return fmt.Errorf("setting a damaged file aside: %w", err)
	}
	s.o.Log.Warn("set a damaged file aside", "file", f.path, "aside", aside)
	s.o.Damaged(f.path, aside)
	return nil
}

// change reads the file, has it changed and writes it, while no other window can.
func (f *file[T]) change(s *Store, change func(*T) error) error {
	if err := errors.Join(os.MkdirAll(s.paths.Data, 0o700), os.MkdirAll(filepath.Dir(f.path), 0o700)); err != nil {
		return fmt.Errorf("changing what is trusted: %w", err)
	}
	release, err := s.locks.take()
	if err != nil {
		return fmt.Errorf("changing what is trusted: %w", err)
	}
	defer release()
	// What is held is never written to: it may be with a reader.
	held, err := f.load(s)
	if err != nil {
		return fmt.Errorf("changing what is trusted: %w", err)
	}
	next, err := clone(held)
	if err != nil {
		return err
	}
	if err := change(&next); err != nil {
		return err
	}
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return fmt.Errorf("changing what is trusted: %w", err)
	}
	if err := atomicfile.Write(f.path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("changing what is trusted: %w", err)
	}
	f.state = stamp{} // what others see is what is read next
	return nil
}

func clone[T any](held T) (T, error) {
	var copied T
	data, err := json.Marshal(held)
	if err != nil {
		return copied, fmt.Errorf("changing what is trusted: %w", err)
	}
	return copied, json.Unmarshal(data, &copied)
}
