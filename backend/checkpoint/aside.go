package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// SetAside moves all that a store in dir holds into a folder of its own inside
// it, which it returns, so that [Open] begins anew: for a history that a newer
// version wrote, or that [Rescue] cannot find again. Nothing is deleted; moved
// back, it is as it was. The folder goes with [Store.Forget] and [Store.Purge].
func SetAside(ctx context.Context, dir string, o Options) (string, error) {
	o = o.withDefaults()
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("setting checkpoints aside: %w", err)
	}
	s := &Store{dir: dir, o: o, faults: o.Faults.calls()}
	release, err := s.exclude(ctx, o.LockWait)
	if err != nil {
		return "", err
	}
	defer release()
	aside, err := s.setAllAside(o.Now())
	if err != nil {
		return "", fmt.Errorf("setting checkpoints aside: %w", orFull(readOnly(err)))
	}
	return aside, nil
}

// setAllAside moves the record first and the format last: cut off in between, the
// next Open refuses what is left as this one did, or as a lost record, but never
// takes it for a history.
func (s *Store) setAllAside(now time.Time) (string, error) {
	listed, err := os.ReadDir(s.dir)
	if err != nil {
		return "", err
	}
	first := []string{databaseName, databaseName + "-wal", databaseName + "-shm"}
	last := []string{packsName, formatName}
	var names []string
	for _, one := range listed {
		switch name := one.Name(); {
		case name == lockName, isAside(one), slices.Contains(first, name), slices.Contains(last, name):
		default:
			names = append(names, name)
		}
	}
	aside, err := s.freeName(asidePrefix, now)
	if err != nil {
		return "", err
	}
	if err := s.faults.Before("make folder aside"); err != nil {
		return "", err
	}
	if err := os.Mkdir(aside, 0o700); err != nil {
		return "", err
	}
	for _, name := range slices.Concat(first, names, last) {
		if err := s.faults.Before("set aside %s", name); err != nil {
			return "", err
		}
		if err := os.Rename(filepath.Join(s.dir, name), filepath.Join(aside, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, syncIn(s.dir, []string{"."})
}

// Folders in a store that hold what is not of use to it any more.
const (
	asidePrefix  = "aside-"  // a whole history, by SetAside
	lostPrefix   = "lost-"   // a record, by Rescue
	formatPrefix = "format-" // what the first version kept
)

func isAside(one fs.DirEntry) bool {
	return one.IsDir() && slices.ContainsFunc([]string{asidePrefix, lostPrefix, formatPrefix}, func(prefix string) bool {
		return strings.HasPrefix(one.Name(), prefix)
	})
}

// leftAside lists what older versions, rescues and SetAside left.
func (s *Store) leftAside() []string {
	listed, err := os.ReadDir(s.dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, one := range listed {
		if isAside(one) {
			out = append(out, one.Name())
		}
	}
	return out
}

// freeName is a path in the store that nothing lies at, with the time in it.
func (s *Store) freeName(prefix string, now time.Time) (string, error) {
	name := filepath.Join(s.dir, prefix+now.UTC().Format("20060102-150405"))
	free := name
	for n := 2; ; n++ {
		_, err := os.Lstat(free)
		if errors.Is(err, fs.ErrNotExist) {
			return free, nil
		}
		if err != nil {
			return "", err
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
