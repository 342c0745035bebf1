package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// index lists what is in the keychain, since a keychain cannot be asked for
// that. It holds no secret.
type index struct {
	Version int `json:"version"`
	// Names are the sealed files of each name, of which there is more than one only
	// while it is being replaced.
	Names map[string][]string `json:"names"`
	// Incomplete: the index was lost once, so a sealed file that is not in it may be
	// somebody's.
	Incomplete bool `json:"incomplete,omitempty"`
}

// readIndex returns the index. Where it is lost or damaged, names come back to
// it as they are read.
func (f folder) readIndex() (index, error) {
	lost := index{Version: 1, Names: map[string][]string{}}
	if f.path == "" {
		return lost, nil
	}
	data, err := f.read(indexFile, largest)
	if errors.Is(err, fs.ErrNotExist) {
		lost.Incomplete = len(f.items()) > 0
		return lost, nil
	}
	if err != nil {
		return lost, err
	}
	var list index
	if err := json.Unmarshal(data, &list); err != nil || list.Version != 1 || list.Names == nil {
		lost.Incomplete = true
		return lost, nil //nolint:nilerr // as said above
	}
	return list, nil
}

// items returns the names of the sealed files that are there.
func (f folder) items() []string {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil
	}
	var files []string
	for _, entry := range entries {
		if isItemFile(entry.Name()) {
			files = append(files, entry.Name())
		}
	}
	return files
}

func (f folder) writeIndex(list index) error {
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the index: %w", err)
	}
	return f.write(indexFile, append(data, '\n'))
}

// noteIndex sets the files of a name; nil takes the name out.
func (f folder) noteIndex(name string, files []string) error {
	if f.path == "" {
		return nil
	}
	list, err := f.readIndex()
	if err != nil {
		return err
	}
	before, listed := list.Names[name]
	if listed == (files != nil) && slices.Equal(before, files) && f.stamp(indexFile).info != nil {
		return nil
	}
	if files == nil {
		delete(list.Names, name)
	} else {
		list.Names[name] = files
	}
	return f.writeIndex(list)
}

// keepOnly sets the files of a name and deletes others. What it cannot do now is
// done by the next sweep: an index that lists too much harms nothing.
func (f folder) keepOnly(name string, files []string, others ...string) {
	if f.path == "" || f.noteIndex(name, files) != nil {
		return
	}
	for _, file := range others {
		if isItemFile(file) {
			_ = f.remove(file)
		}
	}
}

// Listed reports whether the keychain has, or may have, a secret of a name. Of
// names from before there was an index it knows nothing.
func (s *Store) Listed(name string) bool { return s.listed(name) }

// listed reports whether the keychain has, or may have, an entry of a name.
func (s *Store) listed(name string) bool {
	list, err := s.folder.readIndex()
	_, ok := list.Names[name]
	return ok || err != nil
}

// adopt notes a name that was found in the keychain and is in no index, as the
// names of earlier versions are.
func (s *Store) adopt(ctx context.Context, name, file string) {
	if s.options.Folder == "" || s.listed(name) {
		return
	}
	files := []string{}
	if file != "" {
		files = append(files, file)
	}
	_ = s.change(ctx, func() error { // else at the next reading
		if s.listed(name) {
			return nil
		}
		return s.folder.noteIndex(name, files)
	})
}

// settledAge is how old a file has to be before it is taken for one that a crash
// left: a keychain may be waiting for its password meanwhile.
const settledAge = 10 * time.Minute

// sweep deletes what a crash has left, once: sealed files that no name has, and
// of a name with several those that the keychain does not point to. It runs in a
// change.
func (s *Store) sweep(ctx context.Context) {
	s.mu.Lock()
	done := s.swept
	s.swept = true
	s.mu.Unlock()
	if done || s.options.Folder == "" {
		return
	}
	list, err := s.folder.readIndex()
	if err != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(list.Names)) {
		if len(list.Names[name]) > 0 && s.settle(ctx, name, list.Names[name]) != nil {
			return // it does not answer; what is left is swept another time
		}
	}
	named := slices.Concat(slices.Collect(maps.Values(list.Names))...)
	for _, file := range s.folder.items() {
		if !list.Incomplete && !slices.Contains(named, file) {
			_ = s.folder.remove(file)
		}
	}
	s.folder.removeTemporary()
}

// removeTemporary deletes what a process left that was killed while it wrote.
func (f folder) removeTemporary() {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if atomicfile.IsTemporary(entry.Name()) {
			_ = f.remove(entry.Name())
		}
	}
}

// settle keeps of a name's files the one that the keychain points to.
func (s *Store) settle(ctx context.Context, name string, files []string) error {
	for _, file := range files {
		if info := s.folder.stamp(file).info; info != nil && len(files) > 1 && time.Since(info.ModTime()) < settledAge {
			return nil
		}
	}
	var entry string
	err := s.ask(ctx, func() error {
		found, err := s.options.Keychain.Get(s.options.Service, name)
		if err == nil {
			entry = found
		}
		return err
	})
	if errors.Is(err, keyring.ErrNotFound) {
		s.folder.keepOnly(name, nil, files...)
		return nil
	}
	if err != nil {
		return err
	}
	where, sealed := parsePointer(entry)
	if sealed && !slices.Contains(files, where.file) {
		return nil // it is not understood, so it is left
	}
	keep := []string{}
	if sealed {
		keep = []string{where.file}
	}
	others := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return slices.Contains(keep, file) })
	if len(others) > 0 {
		s.folder.keepOnly(name, keep, others...)
	}
	return nil
}

// Names returns the names that begin with prefix and have a secret, or may have
// one. Of a locked file nobody knows what is in it.
func (s *Store) Names(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	list, _ := s.folder.readIndex() // one that cannot be read names nothing
	all := slices.AppendSeq(slices.Collect(maps.Keys(list.Names)), maps.Keys(s.memory))
	if s.vault != nil {
		all = slices.AppendSeq(all, maps.Keys(s.vault.values))
	}
	all = slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(name, prefix) })
	slices.Sort(all)
	return slices.Compact(all)
}
