package data

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
)

// asidePrefix begins the names of folders with what is being removed; what
// [rand.Text] gives ends them.
const asidePrefix = ".removing-"

// isAside tells whether a name is one that [putAside] gives.
func isAside(name string) bool {
	return regexp.MustCompile(`^\.removing-[A-Z2-7]{26}$`).MatchString(name)
}

// moved is an item that is about to be removed, and where it is now.
type moved struct {
	item Item
	name string // below the item's place; the item's own where it could not be moved
}

func (m moved) inPlace() bool { return m.name == m.item.name }

func (m moved) path() string { return filepath.Join(m.item.place, filepath.FromSlash(m.name)) }

func inPlace(items []Item) []moved {
	var all []moved
	for _, item := range items {
		all = append(all, moved{item: item, name: item.name})
	}
	return all
}

// putAside moves items out of their places, at once and each as a whole, so that
// nobody finds one of which a part is gone.
func putAside(ctx context.Context, items []Item) (all []moved, failed error) {
	folders := map[string]string{} // by place
	for i, item := range items {
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		folder := folders[item.place]
		if folder == "" {
			folder = asidePrefix + rand.Text()
			folders[item.place] = folder
		}
		m := moved{item: item, name: path.Join(folder, strconv.Itoa(i))}
		err := inRoot(item.place, m.take)
		switch {
		case errors.Is(err, fs.ErrNotExist): // it has just gone
		case onDiskOfItsOwn(err):
			m.name = item.name
			all = append(all, m)
		case err != nil:
			return all, fmt.Errorf("removing %q: %w", item.Path, err)
		default:
			all = append(all, m)
		}
	}
	return all, nil
}

// onDiskOfItsOwn tells whether something could not be moved since a disk is
// mounted there, or above it.
func onDiskOfItsOwn(err error) bool {
	return errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EBUSY)
}

// take moves the item, and takes the folder's data away with it once that is empty.
func (m moved) take(root *os.Root) error {
	folder := path.Dir(m.name)
	if err := root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := root.Rename(m.item.name, m.name); err != nil {
		_ = root.Remove(folder) // it stays while there is something in it
		return err
	}
	if m.item.Folder != "" {
		_ = root.Remove(path.Dir(m.item.name)) // as that one
	}
	return nil
}

// putBack moves items into their places again, and returns those that stay aside.
func putBack(all []moved) []Rest {
	var rest []Rest
	for _, m := range all {
		if m.inPlace() {
			continue
		}
		if err := inRoot(m.item.place, m.back); err != nil {
			rest = append(rest, Rest{Item: m.item, Path: m.path()})
		}
	}
	return rest
}

func (m moved) back(root *os.Root) error {
	if err := root.MkdirAll(path.Dir(m.item.name), 0o700); err != nil {
		return err
	}
	if _, err := root.Lstat(m.item.name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%q: %w", m.item.name, fs.ErrExist) // made anew by a window that is open
	}
	if err := root.Rename(m.name, m.item.name); err != nil {
		return err
	}
	_ = root.Remove(path.Dir(m.name)) // it stays while there is something in it
	return nil
}

// remove deletes what is aside. What cannot be deleted keeps nothing else; where it
// is ended, the rest comes back.
func remove(ctx context.Context, all []moved) (done Cleared, failed error) {
	for i, m := range all {
		if ctx.Err() != nil {
			done.Partly = append(done.Partly, putBack(all[i:])...)
			return done, errors.Join(failed, ctx.Err())
		}
		err := inRoot(m.item.place, m.remove)
		switch {
		case err == nil:
			done.Gone = append(done.Gone, m.item)
			continue
		case isFolder(m.item.place, m.name):
			done.Partly = append(done.Partly, Rest{Item: m.item, Path: m.path()})
		default: // one file is there or is not
			done.Partly = append(done.Partly, putBack([]moved{m})...)
		}
		failed = errors.Join(failed, fmt.Errorf("removing %q: %w", m.path(), err))
	}
	return done, failed
}

func (m moved) remove(root *os.Root) error {
	err := root.RemoveAll(m.name)
	if errors.Is(err, syscall.EBUSY) {
		// A disk is mounted there: with nothing on it there is nothing left.
		if entries, listing := fs.ReadDir(root.FS(), m.name); listing == nil && len(entries) == 0 {
			err = nil
		}
	}
	if err == nil && !m.inPlace() {
		_ = root.Remove(path.Dir(m.name)) // it stays while there is something in it
	}
	return err
}

// inRoot does something below a place, and never leaves it.
func inRoot(place string, do func(*os.Root) error) error {
	root, err := os.OpenRoot(place)
	if err != nil {
		return err
	}
	return errors.Join(do(root), root.Close())
}
