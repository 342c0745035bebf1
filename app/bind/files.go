package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/workspace"
)

// Files is the tree of each area. Bytes do not cross here but over the asset
// handler: GET and PUT of /keel/file/AREA?path=PATH.
type Files struct{ seam *Seam }

// NewFiles binds files.
func NewFiles(seam *Seam) *Files { return &Files{seam} }

// Stat returns one entry.
func (b *Files) Stat(area wire.Area, path string) (wire.FileEntry, error) {
	return home(b.seam, "Files.Stat", func(ctx context.Context, f *folder.Folder) (wire.FileEntry, error) {
		tree, err := f.Area(area)
		if err != nil {
			return wire.FileEntry{}, err
		}
		entry, err := tree.Stat(ctx, path)
		return fileEntry(entry), err
	})
}

// List returns the entries of a folder.
func (b *Files) List(area wire.Area, path string) ([]wire.FileEntry, error) {
	return home(b.seam, "Files.List", func(ctx context.Context, f *folder.Folder) ([]wire.FileEntry, error) {
		tree, err := f.Area(area)
		if err != nil {
			return nil, err
		}
		entries, err := tree.List(ctx, path)
		if err != nil {
			return nil, err
		}
		out := make([]wire.FileEntry, len(entries))
		for i, entry := range entries {
			out[i] = fileEntry(entry)
		}
		return out, nil
	})
}

// MakeFolder makes a folder and those above it.
func (b *Files) MakeFolder(area wire.Area, path string) error {
	return b.on(area, "Files.MakeFolder", func(ctx context.Context, tree *workspace.Workspace) error {
		return tree.MakeFolder(ctx, path)
	}, path)
}

// Delete removes a path; a folder that is not empty only when recursive.
func (b *Files) Delete(area wire.Area, path string, recursive bool) error {
	return b.on(area, "Files.Delete", func(ctx context.Context, tree *workspace.Workspace) error {
		return tree.Delete(ctx, path, recursive)
	}, path)
}

// Move renames a path.
func (b *Files) Move(area wire.Area, from, to string, overwrite bool) error {
	return b.on(area, "Files.Move", func(ctx context.Context, tree *workspace.Workspace) error {
		return tree.Move(ctx, from, to, overwrite)
	}, from, to)
}

// Copy copies a file or a whole folder.
func (b *Files) Copy(area wire.Area, from, to string, overwrite bool) error {
	return b.on(area, "Files.Copy", func(ctx context.Context, tree *workspace.Workspace) error {
		return tree.Copy(ctx, from, to, overwrite)
	}, to)
}

// on does work that changes paths of an area.
func (b *Files) on(area wire.Area, name string, work func(ctx context.Context, tree *workspace.Workspace) error, paths ...string) error {
	return homeDo(b.seam, name, func(ctx context.Context, f *folder.Folder) error {
		tree, err := f.Area(area)
		if err != nil {
			return err
		}
		if err := work(ctx, tree); err != nil {
			return err
		}
		f.NoteUserChange(area, paths...)
		return nil
	})
}

func fileEntry(e workspace.Entry) wire.FileEntry {
	return wire.FileEntry{
		Path:       e.Path,
		Name:       e.Name,
		Kind:       string(e.Kind),
		Target:     string(e.Target),
		Size:       e.Size,
		ModifiedAt: e.ModifiedAt,
		CreatedAt:  e.CreatedAt,
		ReadOnly:   e.ReadOnly,
		Version:    e.Version,
	}
}
