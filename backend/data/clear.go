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
	"strconv"
	"strings"
)

// asidePrefix begins the names of folders with what is being removed. What is left
// of one is removed by the next [Clear].
const asidePrefix = ".removing-"

// Clear removes what is there of some kinds, and returns what it removed, also
// where it fails in between. Nothing is removed when anything that Keel keeps is
// in use, but for what can be made again at any time.
func Clear(ctx context.Context, places Places, kinds []Kind) ([]Item, error) {
	items, live, err := chosen(ctx, places, kinds)
	if err != nil {
		return nil, err
	}
	left, err := leftovers(places)
	if err != nil || len(items)+len(left) == 0 {
		return nil, err
	}
	release := func() {}
	if live {
		left = nil // they may be another removal's that goes on
	} else if items, left, release, err = held(ctx, places, kinds); err != nil {
		return nil, err
	}
	moved, failed := putAside(ctx, items)
	release() // nothing of it is in its place any more: who waits may go on
	gone, err := remove(ctx, append(left, moved...))
	return gone, errors.Join(failed, err)
}

// held keeps everybody out until release, and returns what there is then.
func held(ctx context.Context, places Places, kinds []Kind) (items []Item, left []aside, release func(), err error) {
	h, err := hold(ctx, places)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() {
		if err != nil {
			h.release()
		}
	}()
	if items, _, err = chosen(ctx, places, kinds); err != nil {
		return nil, nil, nil, err
	}
	for _, item := range items {
		if err := h.hold(item); err != nil {
			return nil, nil, nil, err
		}
	}
	if left, err = leftovers(places); err != nil {
		return nil, nil, nil, err
	}
	h.loose()
	return items, left, h.release, nil
}

// chosen are the items of some kinds, and whether all of them can go at any time.
func chosen(ctx context.Context, places Places, kinds []Kind) (items []Item, live bool, err error) {
	entries, err := List(ctx, places)
	live = true
	for _, kind := range kinds {
		for _, entry := range entries {
			if entry.Kind.Name == kind.Name && !entry.Kind.Fixed {
				items = append(items, entry.Items...)
				live = live && entry.Kind.Live
			}
		}
	}
	return items, live, err
}

// aside is a folder with what is being removed, and which items it holds.
type aside struct {
	place string
	name  string
	items []Item
}

// putAside moves items out of their places, at once and each as a whole, so that
// nobody finds one of which a part is gone.
func putAside(ctx context.Context, items []Item) (moved []aside, failed error) {
	at := map[string]int{} // by place
	for _, item := range items {
		if ctx.Err() != nil {
			return moved, errors.Join(failed, ctx.Err())
		}
		i, ok := at[item.place]
		if !ok {
			i = len(moved)
			at[item.place] = i
			moved = append(moved, aside{place: item.place, name: asidePrefix + rand.Text()})
		}
		if err := moved[i].take(item); err != nil {
			return moved, errors.Join(failed, fmt.Errorf("removing %q: %w", item.Path, err))
		}
	}
	return moved, failed
}

// take moves one item into the folder, and the folder's data with it once it is
// empty.
func (a *aside) take(item Item) error {
	root, err := os.OpenRoot(a.place)
	if err != nil {
		return err
	}
	defer root.Close()
	if len(a.items) == 0 {
		if err := root.Mkdir(a.name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	err = root.Rename(item.name, path.Join(a.name, strconv.Itoa(len(a.items))))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has just gone
	}
	if err != nil {
		err = root.RemoveAll(item.name) // a disk of its own cannot be moved
	}
	if err != nil {
		return err
	}
	a.items = append(a.items, item)
	if item.Folder != "" {
		_ = root.Remove(path.Dir(item.name)) // it stays while there is something in it
	}
	return nil
}

// leftovers are what a removal that was interrupted has left.
func leftovers(places Places) ([]aside, error) {
	var left []aside
	for _, place := range []string{places.Config, places.Data} {
		names, err := children(place, ".")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasPrefix(name, asidePrefix) {
				left = append(left, aside{place: place, name: name})
			}
		}
	}
	return left, nil
}

// remove deletes what is aside.
func remove(ctx context.Context, moved []aside) (gone []Item, failed error) {
	for _, a := range moved {
		if ctx.Err() != nil {
			return gone, errors.Join(failed, ctx.Err())
		}
		root, err := os.OpenRoot(a.place)
		if err == nil {
			err = errors.Join(root.RemoveAll(a.name), root.Close())
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("removing %q: %w", filepath.Join(a.place, a.name), err))
			continue
		}
		gone = append(gone, a.items...)
	}
	return gone, failed
}
