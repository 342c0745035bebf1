package data

import "context"

// Cleared is what a [Clear] has done, also where it ends in between. What is in
// neither list is in its place, whole.
type Cleared struct {
	Gone   []Item
	Partly []Rest
}

// Rest is an item that may be removed in part, and is not all gone.
type Rest struct {
	Item Item
	Path string // where what is left of it lies; the item's own path, or what the next Clear removes
}

// Clear removes what is there of some kinds, and what an earlier one has left.
// Nothing is removed when anything that Keel keeps is in use, but for what can be
// made again at any time.
func Clear(ctx context.Context, places Places, kinds []Kind) (Cleared, error) {
	items, live, err := chosen(ctx, places, kinds)
	if err != nil {
		return Cleared{}, err
	}
	left, err := Leftovers(ctx, places)
	if err != nil || len(items)+len(left) == 0 {
		return Cleared{}, err
	}
	if live {
		left = nil // they may be another removal's that goes on
	} else {
		var release func()
		if items, left, release, err = held(ctx, places, kinds); err != nil {
			return Cleared{}, err
		}
		// Until the end: what is not removed after all comes back to its place, where
		// nobody may have made another one meanwhile.
		defer release()
	}
	moved, err := putAside(ctx, items)
	if err != nil {
		return Cleared{Partly: putBack(moved)}, err
	}
	return remove(ctx, append(inPlace(left), moved...))
}

// held keeps everybody out until release, and returns what there is then.
func held(ctx context.Context, places Places, kinds []Kind) (items, left []Item, release func(), err error) {
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
	if left, err = Leftovers(ctx, places); err != nil {
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

// Leftovers are what removals that did not come to their end have left. A Clear
// of what cannot go at any time removes them, too.
func Leftovers(ctx context.Context, places Places) ([]Item, error) {
	var left []Item
	folders := []string{places.Config}
	if !sameFolder(places.Config, places.Data) {
		folders = append(folders, places.Data)
	}
	for _, place := range folders {
		names, err := children(place, ".")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !isAside(name) || !isFolder(place, name) {
				continue
			}
			item := itemAt(place, name, "")
			if item.Size, item.Files, err = measure(ctx, place, name); err != nil {
				return nil, err
			}
			left = append(left, item)
		}
	}
	return left, nil
}
