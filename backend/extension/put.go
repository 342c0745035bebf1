package extension

import (
	"context"
	"os"
	"path/filepath"
)

// asideName is where the extension whose place another one takes is meanwhile.
const asideName = "before"

// put moves what was unpacked to its place and writes it into the list. Between
// the two there is a folder that the list does not name, which is swept.
func (s *store) put(ctx context.Context, w *workspace, r record, fault func(string) error) error {
	return s.change(ctx, func(l *list) error {
		place := filepath.Join(s.folder, r.Folder)
		aside := filepath.Join(w.path, asideName) // goes with the workspace
		old := os.Rename(place, aside) == nil
		err := fault("before rename")
		if err == nil {
			err = os.Rename(filepath.Join(w.path, "extension"), place)
		}
		if err == nil {
			err = syncDir(s.folder)
		}
		if err == nil {
			err = fault("before list")
		}
		if err != nil {
			if old {
				_ = os.RemoveAll(place)
				_ = os.Rename(aside, place)
			}
			return keeping(err)
		}
		l.put(r)
		return nil
	})
}

// remove takes an extension out of the list, then its folder away.
func (s *store) remove(ctx context.Context, id string) error {
	w, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	var gone record
	err = s.change(ctx, func(l *list) error {
		found, ok := l.find(id)
		if !ok {
			return notInstalled(id)
		}
		gone = found
		l.remove(id)
		return nil
	})
	if err != nil {
		return err
	}
	// Whatever stays of it is no extension any more, and is swept.
	_ = os.Rename(filepath.Join(s.folder, gone.Folder), filepath.Join(w.path, "gone"))
	return nil
}
