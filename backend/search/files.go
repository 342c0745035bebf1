package search

import (
	"context"
	"slices"
	"strings"
)

// DefaultMaxFiles bounds a file search that names no bound.
const DefaultMaxFiles = 512

// mostCached is how many listings are kept; a caller that forgets to clear its
// keys costs no more.
const mostCached = 8

// FileQuery is which files to find. Include and exclude patterns are as the
// package comment says.
type FileQuery struct {
	// Pattern is matched loosely: its letters must occur in the path in their
	// order, whatever is between them. Pieces separated by spaces must all match;
	// one with a slash is matched with the whole path, others with the file's
	// name or, if that fails, the path. Only the first 16 pieces count. Empty: every
	// file.
	Pattern        string
	Include        []string
	Exclude        []string
	UseIgnoreFiles bool
	Hidden         bool
	Max            int // 0 is DefaultMaxFiles
	// CacheKey makes queries with the same key, root and filters share one look
	// at the disk, until ClearCache. Empty: look each time.
	CacheKey string
	// NoWait has [Engine.Entries] answer from the look before while the one for
	// CacheKey goes on.
	NoWait bool
}

// FileResult is the files found, best first; with an empty pattern by path.
type FileResult struct {
	Paths    []string // relative to the root, with forward slashes
	LimitHit bool     // there are more than Max
}

// Files finds files below root by their paths.
func (e *Engine) Files(ctx context.Context, root string, q FileQuery) (FileResult, error) {
	if _, err := start(ctx, root, "."); err != nil {
		return FileResult{}, err
	}
	f, err := newFilter(q.Include, q.Exclude)
	if err != nil {
		return FileResult{}, err
	}
	where := scope{root: root, folder: "./", useIgnoreFiles: q.UseIgnoreFiles, hidden: q.Hidden}
	l, err := e.listing(ctx, where, f, q.CacheKey)
	if err != nil {
		return FileResult{}, err
	}
	most := q.Max
	if most <= 0 {
		most = DefaultMaxFiles
	}
	result := l.find(ctx, q.Pattern, most)
	result.LimitHit = result.LimitHit || l.cut
	return result, ctx.Err()
}

// listingKey is what cached listings are told apart by.
type listingKey struct {
	key, include, exclude string
	where                 scope
}

// cachedListing is a listing that is, or is being, read.
type cachedListing struct {
	id     listingKey
	cancel context.CancelFunc
	done   chan struct{} // closed when the two below are set
	list   *listing
	err    error
}

// listing returns the files of a scope that a filter lets through.
func (e *Engine) listing(ctx context.Context, where scope, f filter, key string) (*listing, error) {
	if key == "" {
		return e.filtered(ctx, where, f)
	}
	c := e.shared(ctx, where, f, key)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.done:
	}
	return e.done(c)
}

// known is listing without waiting: while it is being read, the one that was read
// before with the same filters is returned, or an empty one, and reading is set.
func (e *Engine) known(ctx context.Context, where scope, f filter, key string) (l *listing, reading bool, err error) {
	c := e.shared(ctx, where, f, key)
	select {
	case <-c.done:
		l, err = e.done(c)
		return l, false, err
	default:
	}
	id := c.id
	id.key = ""
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.before == nil || e.before.id != id {
		e.before = &cachedListing{id: id, list: &listing{}}
	}
	return e.before.list, true, nil
}

// done returns what a cached listing holds that has been read.
func (e *Engine) done(c *cachedListing) (*listing, error) {
	if c.err != nil {
		e.forget(func(other *cachedListing) bool { return other == c })
		return nil, c.err
	}
	return c.list, nil
}

func (e *Engine) filtered(ctx context.Context, where scope, f filter) (*listing, error) {
	l, err := e.list(ctx, where, f, nil)
	if err != nil {
		return nil, err
	}
	l.keep(f)
	return l, nil
}

// shared returns the cached listing of a key, or starts it. It goes on when the
// one who asked first does not wait for it: with every letter typed another
// one asks.
func (e *Engine) shared(ctx context.Context, where scope, f filter, key string) *cachedListing {
	id := listingKey{key: key, include: strings.Join(f.includes, "\x00"), exclude: strings.Join(f.excludes, "\x00"), where: where}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.cached {
		if c.id == id {
			return c
		}
	}
	c := &cachedListing{id: id, done: make(chan struct{})}
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	e.group.Go(func() {
		defer c.cancel()
		defer close(c.done)
		c.list, c.err = e.filtered(ctx, where, f)
		if c.err == nil {
			e.keep(id, c.list)
		}
	})
	e.cached = append(e.cached, c)
	if len(e.cached) > mostCached {
		e.cached[0].cancel()
		e.cached = slices.Delete(e.cached, 0, 1)
	}
	return c
}

// keep has a listing stand in for the next one with its filters, see known.
func (e *Engine) keep(id listingKey, list *listing) {
	id.key = ""
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.before != nil && e.before.id == id {
		e.before.list = list
	}
}

// ClearCache forgets the listings of a key. Files that wait for one get
// context.Canceled.
func (e *Engine) ClearCache(key string) {
	e.forget(func(c *cachedListing) bool { return c.id.key == key })
}

// Close forgets every listing and waits for the processes that make them.
func (e *Engine) Close() error {
	e.forget(func(*cachedListing) bool { return true })
	e.group.Wait()
	return nil
}

func (e *Engine) forget(which func(*cachedListing) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cached = slices.DeleteFunc(e.cached, func(c *cachedListing) bool {
		if which(c) {
			c.cancel()
			return true
		}
		return false
	})
}
