// Package extension installs extensions of VS Code from Open VSX and from files,
// and keeps them.
//
// A plan says everything that an extension would bring along. Once the person has
// agreed to it, each of its items can be installed: fetched, compared with the
// registry's SHA-256 and signature, looked at, unpacked beside its place and put
// there. A package is data here: nothing of it is run, and what it says of itself
// is a stranger's text.
//
// # Promises
//
// An extension is there whole or not at all: a process that is killed leaves
// nothing that another one takes for an extension, and what it leaves is swept.
// Nothing is installed that is in no plan that was agreed to, that is not what its
// plan says (publisher, name, version), whose hash or signature is wrong, or that
// could do nothing here, such as an extension for Node. A package is unpacked only
// below its own folder, and only up to limits of number and size that hold
// whatever the package says of itself. Without the registry, what is installed is
// there as before.
//
// The registry's own host may be anywhere, as the user has named it. What its
// answers lead to has to be a public address.
//
// # Ordering
//
// Several processes share one folder: each change of the list happens under the
// lock of a file, and a folder is put in its place before the list names it and
// taken away after the list does not.
package extension

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/outbound"
)

// DefaultGallery is Open VSX.
const DefaultGallery = "https://open-vsx.org"

// Options is what [New] stands on; Folder and Outbound are required.
type Options struct {
	Folder   string              // where extensions are kept
	Cache    string              // where pictures and texts of the registry are kept; empty: nowhere
	Outbound *outbound.Transport // reaches other machines
	// Gallery is the address of the registry, looked at each time; nil: [DefaultGallery].
	Gallery func() string
	// Public says which addresses the registry may lead to; nil: [fetch.Public].
	Public func(netip.Addr) bool
	// Patience is how long an answer may take; 0: 20 s. Silence is how long a
	// download may stand still; 0: 30 s.
	Patience, Silence time.Duration
	Now               func() time.Time // nil: time.Now
	Log               *slog.Logger     // nil: none
}

func (o Options) withDefaults() Options {
	if o.Gallery == nil {
		o.Gallery = func() string { return DefaultGallery }
	}
	if o.Patience == 0 {
		o.Patience = answerTime
	}
	if o.Silence == 0 {
		o.Silence = silence
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// feedLimit is how many events a slow reader may be behind.
const feedLimit = 256

// Extensions are those of one user. It is safe for concurrent use.
type Extensions struct {
	options Options
	store   *store
	reach   *reach
	cache   *cache
	fault   func(point string) error // for tests: what happens at a point

	ctx      context.Context //nolint:containedctx // it ends with Close; jobs and the watch go on between calls
	cancel   context.CancelFunc
	group    sync.WaitGroup
	slots    chan struct{} // holds a value for each job that works
	changes  *event.Feed[struct{}]
	progress *event.Feed[Progress]

	mu      sync.Mutex // guards what follows
	closed  bool
	watched bool
	plans   map[string]*plan
	files   map[string]*given // by token
	jobs    map[string]context.CancelFunc
	texts   map[string]texts  // of extensions, by folder and hash
	served  map[string]string // hashes by folder, of those that were in the list
}

// New returns the extensions in a folder. It reads and reaches nothing.
func New(options Options) *Extensions {
	o := options.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	return &Extensions{
		options: o,
		store:   newStore(o.Folder, o.Now, o.Log),
		reach:   newReach(o.Outbound, o.Public, o.Patience, o.Silence),
		cache:   &cache{folder: o.Cache},
		fault:   func(string) error { return nil },
		ctx:     ctx, cancel: cancel,
		slots:   make(chan struct{}, 2),
		changes: event.New[struct{}](feedLimit), progress: event.New[Progress](feedLimit),
		plans: map[string]*plan{}, files: map[string]*given{}, jobs: map[string]context.CancelFunc{}, texts: map[string]texts{},
		served: map[string]string{},
	}
}

// Close ends the jobs, which leave nothing behind, and waits for them.
func (e *Extensions) Close() error {
	e.mu.Lock()
	e.closed = true
	files := e.files
	e.files = map[string]*given{}
	e.mu.Unlock()
	e.cancel()
	e.group.Wait()
	for _, each := range files {
		each.work.end()
	}
	e.changes.Close()
	e.progress.Close()
	return nil
}

// start runs work until it or the extensions end; false after Close.
func (e *Extensions) start(work func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.group.Go(work)
	return true
}

// Gallery is the address of the registry.
func (e *Extensions) Gallery() string { return e.options.Gallery() }

func (e *Extensions) registry() (*registry, error) {
	base, err := registryAt(e.options.Gallery())
	if err != nil {
		return nil, err
	}
	return &registry{base: base, reach: e.reach}, nil
}

// Sweep takes away what was left behind: by processes that have died, and by
// extensions that others have taken the place of. Only a program whose window
// alone shows extensions calls it.
func (e *Extensions) Sweep(ctx context.Context) error { return e.store.sweep(ctx, true) }

// Changes tells, after each change, that what is installed is no longer the same,
// also when another process has done it.
func (e *Extensions) Changes(ctx context.Context) *event.Subscription[struct{}] {
	e.watch()
	return e.changes.Subscribe(ctx)
}

// Progress tells how far jobs are.
func (e *Extensions) Progress(ctx context.Context) *event.Subscription[Progress] {
	return e.progress.Subscribe(ctx)
}

// Installed is an extension that is there.
type Installed struct {
	ID, Version, Folder string
	Kind                Kind
	DisplayName         string // for a person, on one line
	Manifest            string // package.json
	Translations        string // package.nls.json; empty: none
	Metadata            string
	Readme, Changelog   string
	Source, Registry    string
	SHA256              string
	Signed              bool
	Size, InstalledAt   int64
}

// texts are what State reads of an extension's files.
type texts struct{ manifest, translations, shown string }

// List returns what is installed, in the order in which it was.
func (e *Extensions) List(ctx context.Context) ([]Installed, error) {
	now, err := e.store.load(ctx)
	if err != nil {
		return nil, err
	}
	all := []Installed{}
	for _, each := range now.Extensions {
		read, ok := e.read(each)
		if !ok {
			e.options.Log.Warn("an installed extension has lost its files", "extension", each.ID)
			continue
		}
		all = append(all, Installed{
			ID: each.ID, Version: each.Version, Folder: each.Folder, Kind: each.Kind,
			DisplayName: read.shown, Manifest: read.manifest, Translations: read.translations, Metadata: each.Metadata,
			Readme: each.Readme, Changelog: each.Changelog, Source: each.Source, Registry: each.Registry,
			SHA256: each.SHA256, Signed: each.Signed, Size: each.Size, InstalledAt: each.InstalledAt,
		})
	}
	return all, nil
}

// read reads the manifests of an extension once.
func (e *Extensions) read(r record) (texts, bool) {
	key := r.Folder + " " + r.SHA256
	e.mu.Lock()
	known, ok := e.texts[key]
	e.mu.Unlock()
	if ok {
		return known, true
	}
	folder := filepath.Join(e.options.Folder, r.Folder)
	manifest, err := readSmall(filepath.Join(folder, "package.json"))
	if err != nil {
		return texts{}, false
	}
	m, err := ReadManifest(manifest)
	if err != nil || !sameID(m.ID(), r.ID) || m.Version != r.Version {
		return texts{}, false
	}
	translations, err := readSmall(filepath.Join(folder, "package.nls.json"))
	if err != nil {
		translations = nil
	}
	read := texts{manifest: tame(manifest), translations: tame(translations), shown: m.Shown(translations)}
	e.mu.Lock()
	e.texts[key] = read
	e.mu.Unlock()
	return read, true
}

// readSmall reads a file that is no larger than a manifest may be.
func readSmall(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostManifest {
		return nil, ErrTooLarge
	}
	return os.ReadFile(path)
}

// SetMetadata keeps the workbench's own JSON with an extension.
func (e *Extensions) SetMetadata(ctx context.Context, id, metadata string) error {
	if len(metadata) > mostMetadata {
		return &Error{Message: "What is to be kept with the extension is too large; nothing was changed.", Err: ErrTooLarge}
	}
	err := e.store.change(ctx, func(l *list) error {
		at := l.index(id)
		if at < 0 {
			return notInstalled(id)
		}
		l.Extensions[at].Metadata = metadata
		return nil
	})
	if err == nil {
		e.changes.Send(struct{}{})
	}
	return err
}

// mostMetadata is how many bytes the workbench may keep with an extension.
const mostMetadata = 64 << 10

// Has tells whether an extension is installed.
func (e *Extensions) Has(ctx context.Context, id string) (bool, error) {
	there, err := e.installed(ctx)
	return err == nil && there(id), err
}

// Uninstall takes an extension away.
func (e *Extensions) Uninstall(ctx context.Context, id string) error {
	err := e.store.remove(ctx, id)
	if err == nil {
		e.changes.Send(struct{}{})
	}
	return err
}

func notInstalled(id string) error {
	return &Error{Message: Plain(id, 2*mostName) + " is not installed.", Err: ErrNotFound}
}
