package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/search"
)

// Search finds text and files in the opened folder.
type Search struct{ seam *Seam }

// NewSearch binds search.
func NewSearch(seam *Seam) *Search { return &Search{seam} }

// Text starts a search; matches come as "search" events with the request's ID,
// the last of them Done.
func (b *Search) Text(request wire.TextSearch) error {
	return do(b.seam, "Search.Text", func(_ context.Context, f *folder.Folder) error {
		return f.Searches.Start(request)
	})
}

// Cancel ends a search; its last event still comes.
func (b *Search) Cancel(id string) error {
	return do(b.seam, "Search.Cancel", func(_ context.Context, f *folder.Folder) error {
		f.Searches.Cancel(id)
		return nil
	})
}

// Files returns the files whose names fit, best first.
func (b *Search) Files(request wire.FileSearch) (wire.FileMatches, error) {
	return with(b.seam, "Search.Files", func(ctx context.Context, f *folder.Folder) (wire.FileMatches, error) {
		engine, err := f.SearchEngine()
		if err != nil {
			return wire.FileMatches{}, err
		}
		result, err := engine.Files(ctx, f.Workspace.Path(), search.FileQuery{
			Pattern:        request.Pattern,
			Include:        request.Include,
			Exclude:        request.Exclude,
			UseIgnoreFiles: request.UseIgnoreFiles,
			Hidden:         true,
			Max:            request.MaxResults,
			CacheKey:       request.CacheKey,
		})
		return wire.FileMatches{Paths: result.Paths, LimitHit: result.LimitHit}, err
	})
}

// ClearCache forgets the list of files kept under key.
func (b *Search) ClearCache(key string) error {
	return do(b.seam, "Search.ClearCache", func(_ context.Context, f *folder.Folder) error {
		engine, err := f.SearchEngine()
		if err != nil {
			return err
		}
		engine.ClearCache(key)
		return nil
	})
}
