package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// ErrInUse is returned by [Clear] where something still uses what would go.
var ErrInUse = errors.New("in use")

// Clear removes what is there of some kinds, and returns what it removed, also
// where it fails in between. Nothing is removed when anything of it is in use.
func Clear(ctx context.Context, places Places, kinds []Kind) ([]Item, error) {
	entries, err := List(ctx, places)
	if err != nil {
		return nil, err
	}
	var items []Item
	live := true
	for _, kind := range kinds {
		for _, entry := range entries {
			if entry.Kind.Name == kind.Name && !entry.Kind.Fixed {
				items = append(items, entry.Items...)
				live = live && entry.Kind.Live
			}
		}
	}
	if !live {
		release, err := closed(ctx, places, items)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	var gone []Item
	for _, item := range items {
		if ctx.Err() != nil {
			return gone, ctx.Err()
		}
		if err := remove(item); err != nil {
			return gone, err
		}
		gone = append(gone, item)
	}
	return gone, nil
}

// remove takes one item away, and the folder's data with it once it is empty.
func remove(item Item) error {
	root, err := os.OpenRoot(item.place)
	if err != nil {
		return fmt.Errorf("opening %q: %w", item.place, err)
	}
	defer root.Close()
	if err := root.RemoveAll(item.name); err != nil {
		return fmt.Errorf("removing %q: %w", item.Path, err)
	}
	if item.Folder != "" {
		_ = root.Remove(path.Dir(item.name)) // it stays while there is something in it
	}
	return nil
}

// closed makes sure that no window is open and nobody works with the items. The
// locks of windows are held until release; those of the items go with them.
func closed(ctx context.Context, places Places, items []Item) (release func(), err error) {
	var held []*flock.Flock
	release = func() {
		for _, lock := range held {
			_ = lock.Close() // with the file goes the lock
		}
	}
	take := func(name string) error {
		lock := flock.New(name, flock.SetFlag(os.O_RDWR), flock.SetPermissions(0o600))
		ok, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("looking whether %q is in use: %w", name, err)
		case !ok:
			return fmt.Errorf("%q: %w", name, ErrInUse)
		}
		held = append(held, lock)
		return nil
	}
	windows, err := locks(ctx, places.Data, ".", false)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{".", "windows"} {
		for _, name := range windows {
			if path.Dir(name) != folder {
				continue
			}
			if err := take(filepath.Join(places.Data, filepath.FromSlash(name))); err != nil {
				release()
				return nil, err
			}
		}
	}
	ofWindows := len(held)
	for _, item := range items {
		names, err := locks(ctx, item.place, item.name, strings.HasSuffix(item.name, "/sessions"))
		if err != nil {
			release()
			return nil, err
		}
		for _, name := range names {
			full := filepath.Join(item.place, filepath.FromSlash(name))
			if taken(held, full) {
				continue
			}
			if err := take(full); err != nil {
				release()
				return nil, err
			}
		}
	}
	// Some systems remove no file that is open.
	for _, lock := range held[ofWindows:] {
		_ = lock.Close()
	}
	held = held[:ofWindows]
	return release, nil
}

func taken(held []*flock.Flock, name string) bool {
	for _, lock := range held {
		if lock.Path() == name {
			return true
		}
	}
	return false
}

// locks names the files below a name that those who use it hold locked. At the
// top of the data folder only its own files and those of windows are looked at.
func locks(ctx context.Context, place, name string, journals bool) ([]string, error) {
	root, err := os.OpenRoot(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", place, err)
	}
	defer root.Close()
	if info, err := root.Lstat(name); err == nil && info.Mode().Type() == fs.ModeSymlink {
		return nil, nil // the link goes, and what it leads to stays
	}
	var names []string
	err = fs.WalkDir(root.FS(), name, func(at string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has just gone
		}
		if err != nil {
			return err // it cannot be told whether it is in use
		}
		if name == "." && entry.IsDir() && at != "." && at != "windows" {
			return fs.SkipDir
		}
		base := entry.Name()
		is := base == "lock" || strings.HasSuffix(base, ".lock") || journals && strings.HasSuffix(base, ".jsonl")
		if is && entry.Type().IsRegular() {
			names = append(names, at)
		}
		return nil
	})
	return names, err
}
