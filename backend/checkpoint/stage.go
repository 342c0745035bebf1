package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// stageAll writes everything that will be placed into the stage, each content
// checked against its hash, and makes it durable. Nothing of the workspace is
// changed yet.
func (s *Store) stageAll(ctx context.Context, j *journal) error {
	if err := s.writeJournal(j, prepared); err != nil {
		return err
	}
	if err := s.faults.Before("make stage"); err != nil {
		return err
	}
	if err := os.Mkdir(j.Stage, 0o700); err != nil {
		return fmt.Errorf("making stage: %w", err)
	}
	folders := j.slotFolders()
	for _, folder := range folders {
		if err := s.faults.Before("make stage %s", folder); err != nil {
			return err
		}
		if err := os.Mkdir(filepath.Join(j.Stage, folder), 0o700); err != nil {
			return fmt.Errorf("making stage: %w", err)
		}
	}
	toSync, err := s.stageSteps(ctx, j)
	if err != nil {
		return err
	}
	if err := s.faults.Before("sync stage"); err != nil {
		return err
	}
	if err := syncIn(j.Stage, append(append(toSync, folders...), ".")); err != nil {
		return fmt.Errorf("syncing stage: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.writeJournal(j, staged)
}

// syncIn makes what is in a folder durable, by name.
func syncIn(folder string, names []string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return syncNames(len(names), func(yield func(*os.Root, string) bool) {
		for _, name := range names {
			if !yield(root, name) {
				return
			}
		}
	})
}

// stageSteps makes the new objects side by side, unless a test counts the steps.
// It returns the slots to sync.
func (s *Store) stageSteps(ctx context.Context, j *journal) ([]string, error) {
	if err := s.keepOtherNames(j); err != nil {
		return nil, err
	}
	work := pool.NewWithResults[string]().WithErrors().WithFirstError().WithContext(ctx).WithCancelOnError().WithMaxGoroutines(s.atOnce())
	for i := range j.Steps {
		one := &j.Steps[i]
		work.Go(func(ctx context.Context) (string, error) {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			j.counted.Add(1)
			written, err := s.stageOne(j, *one)
			if err != nil {
				return "", fmt.Errorf("preparing %q: %w", one.Path, err)
			}
			return written, nil
		})
	}
	written, err := work.Wait()
	return slices.DeleteFunc(written, func(slot string) bool { return slot == "" }), err
}

// atOnce is how many files are written or read side by side.
func (s *Store) atOnce() int {
	const most = 8
	if s.o.Faults.Step != nil || s.o.Faults.Fail != nil {
		return 1
	}
	return most
}

// stageOne makes the new object of a step in its slot, and returns the slot if
// it is a file to sync.
func (s *Store) stageOne(j *journal, one step) (string, error) {
	if one.Want == nil || one.onlyMode() || one.Want.Kind == KindFolder && one.Now == nil {
		return "", nil
	}
	if err := s.faults.Before("stage %s", one.Path); err != nil {
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
	sum, err := node.Parse(one.Want.Hash)
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(slot, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	if err = s.faults.Before("fill stage %s", one.Path); err == nil {
		err = s.copyTo(file, sum)
	}
	if err == nil {
		err = file.Chmod(fileMode(one.Want.Mode))
	}
	return one.Slot, errors.Join(err, file.Close())
}

// keepOtherNames finds the files of which only the mode changes and that have
// more than one name. What cannot be looked at has one: its step will say what
// is wrong.
func (s *Store) keepOtherNames(j *journal) error {
	if !slices.ContainsFunc(j.Steps, step.onlyMode) {
		return nil
	}
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return fmt.Errorf("opening workspace: %w", err)
	}
	defer root.Close()
	way, err := newGuide(root)
	if err != nil {
		return err
	}
	defer way.close()
	for i := range j.Steps {
		one := &j.Steps[i]
		if !one.onlyMode() {
			continue
		}
		parent, name, err := way.look(DecodePath(one.Path))
		if err != nil {
			continue
		}
		info, err := parent.Lstat(name)
		one.Whole = err == nil && hardLinked(info)
	}
	return nil
}

// onlyMode tells whether a file is changed in place, as its content stays.
func (t step) onlyMode() bool {
	return !t.Whole && t.Want != nil && t.Now != nil && t.Want.Kind == KindFile && t.Now.Kind == KindFile && t.Want.Hash == t.Now.Hash
}
