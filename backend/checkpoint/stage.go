package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// stageAll writes everything that will be placed into the stage, each content
// checked against its hash, and makes it durable. Nothing of the workspace is
// changed yet.
func (s *Store) stageAll(ctx context.Context, j *journal) error {
	if err := s.writeJournal(j, prepared); err != nil {
		return err
	}
	if err := s.o.Faults.step("make stage"); err != nil {
		return err
	}
	if err := os.Mkdir(j.Stage, 0o700); err != nil {
		return fmt.Errorf("making stage: %w", err)
	}
	toSync := []string{j.Stage}
	for i, one := range j.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if one.onlyMode() {
			one.Whole = s.hasOtherNames(DecodePath(one.Path))
			j.Steps[i] = one
		}
		written, err := s.stageOne(j, one)
		if err != nil {
			return fmt.Errorf("preparing %q: %w", one.Path, err)
		}
		if written != "" {
			toSync = append(toSync, written)
		}
	}
	if err := s.o.Faults.step("sync stage"); err != nil {
		return err
	}
	if err := syncPaths(toSync); err != nil {
		return fmt.Errorf("syncing stage: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.writeJournal(j, staged)
}

// stageOne makes the new object of a step in its slot, and returns the file to
// sync, if any.
func (s *Store) stageOne(j *journal, one step) (string, error) {
	if one.Want == nil || one.onlyMode() || one.Want.Kind == KindFolder && one.Now == nil {
		return "", nil
	}
	if err := s.o.Faults.step("stage %s", one.Path); err != nil {
		return "", err
	}
	slot := filepath.Join(j.Stage, one.Slot)
	switch one.Want.Kind {
	case KindFolder:
		return "", os.Mkdir(slot, 0o700)
	case KindSymlink:
		return "", os.Symlink(DecodePath(one.Want.Target), slot)
	case KindFile, KindSpecial, KindUncaptured:
	}
	sum, err := parseHash(one.Want.Hash)
	if err != nil {
		return "", err
	}
	content, err := s.blobs.read(sum)
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(slot, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(fileMode(one.Want.Mode))
	}
	return slot, errors.Join(err, file.Close())
}

// hasOtherNames tells whether the file at a path has more than one name. What
// cannot be looked at is not: its step will say what is wrong.
func (s *Store) hasOtherNames(raw string) bool {
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return false
	}
	defer root.Close()
	parent, name, err := openParent(root, raw)
	if err != nil {
		return false
	}
	defer parent.Close()
	info, err := parent.Lstat(name)
	return err == nil && hardLinked(info)
}

// onlyMode tells whether a file is changed in place, as its content stays.
func (t step) onlyMode() bool {
	return !t.Whole && t.Want != nil && t.Now != nil && t.Want.Kind == KindFile && t.Now.Kind == KindFile && t.Want.Hash == t.Now.Hash
}
