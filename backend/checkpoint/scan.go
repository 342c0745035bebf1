package checkpoint

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// policyVersion changes whenever other paths are covered than before.
const policyVersion = "keel policy 1\n"

// scan reads the workspace into a manifest. With a batch it keeps the contents;
// without, it only hashes them.
type scan struct {
	store   *Store
	keep    *batch
	started int64 // on the disk's clock

	own     []fs.FileInfo // folders of the program itself, should they lie in the workspace
	device  uint64
	policy  []byte
	entries []entry // in the order of comparePaths, as sorted names give it
	fresh   map[string]cached
	dirty   bool // fresh differs from the store's cache
}

// own looks at the folders that are the program's own; those that are not there
// yet cannot be met.
func (s *Store) own() ([]fs.FileInfo, error) {
	info, err := os.Stat(s.dir)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	own := []fs.FileInfo{info}
	for _, folder := range s.o.Own {
		info, err := os.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("looking at %q, which is not to be captured: %w", folder, err)
		}
		own = append(own, info)
	}
	return own, nil
}

// scan reads the workspace as it is now. The caller holds s.busy.
func (s *Store) scan(ctx context.Context, keep *batch) (*manifest, error) {
	started, err := clock(s.dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return nil, fmt.Errorf("opening workspace: %w", err)
	}
	defer root.Close()
	top, err := root.Stat(".")
	if err != nil {
		return nil, fmt.Errorf("opening workspace: %w", err)
	}
	own, err := s.own()
	if err != nil {
		return nil, err
	}
	c := &scan{
		store: s, keep: keep, started: started, own: own, device: identify(top).device,
		policy:  fmt.Appendf(nil, "%sfile %d, bulk %d files %d bytes\n", policyVersion, s.o.MaxFile, bulkFiles, bulkBytes),
		entries: make([]entry, 0, len(s.cache)+64),
		fresh:   make(map[string]cached, len(s.cache)),
	}
	if err := c.folder(ctx, root, ".", rules{}); err != nil {
		return nil, err
	}
	// An unlinked folder lists as empty, which would read as "all deleted".
	if still, err := os.Stat(s.root); err != nil || !os.SameFile(still, top) {
		return nil, errors.Join(fmt.Errorf("reading workspace %q: it was moved or deleted meanwhile", s.root), err)
	}
	c.dirty = c.dirty || len(c.fresh) != len(s.cache)
	s.cache, s.cacheDirty = c.fresh, s.cacheDirty || c.dirty
	return &manifest{policy: sha256.Sum256(c.policy), entries: c.entries}, nil
}

// folder takes in what a folder holds. Errors of single paths become entries;
// an error returned ends the scan.
func (c *scan) folder(ctx context.Context, folder *os.Root, path string, above rules) error {
	listed, err := names(folder)
	if err == nil {
		err = c.store.o.Faults.read(path)
	}
	if err != nil {
		if path == "." {
			return fmt.Errorf("listing workspace: %w", err)
		}
		c.add(entry{path: path, kind: KindUncaptured, cause: causeUnreadable, reason: reasonOf(err)})
		return nil
	}
	inside := above.enter(path, c.ignoreFile(folder, path, listed))
	if path != "." {
		name := path[lastSlash(path)+1:]
		if inside.ignored {
			if why := bulk(folder, name, listed, !inside.within); why != "" {
				c.add(entry{path: path, kind: KindUncaptured, cause: causeBulk, reason: why})
				return nil
			}
		}
		info, err := folder.Stat(".")
		if err != nil {
			c.add(entry{path: path, kind: KindUncaptured, cause: causeUnreadable, reason: reasonOf(err)})
			return nil
		}
		c.add(entry{path: path, kind: KindFolder, mode: bits(info.Mode())})
	}
	for _, name := range listed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if atomicfile.IsTemporary(name) {
			continue
		}
		if err := c.child(ctx, folder, name, join(path, name), inside); err != nil {
			return err
		}
	}
	return nil
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return i
		}
	}
	return -1
}

// ignoreFile returns the text of a folder's ignore file and notes it in the
// policy.
func (c *scan) ignoreFile(folder *os.Root, path string, listed []string) string {
	const name = ".gitignore"
	if !slices.Contains(listed, name) {
		return ""
	}
	info, err := folder.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > ignoreLimit {
		return ""
	}
	content, _, err := readStable(folder, name, info, noFault)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(content)
	c.policy = append(appendText(c.policy, path), sum[:]...)
	return string(content)
}

// child takes in one name of a folder, trying again while it changes.
func (c *scan) child(ctx context.Context, folder *os.Root, name, path string, above rules) error {
	if isGit(name) {
		c.add(entry{path: path, kind: KindUncaptured, cause: causeGit, reason: "git's own data"})
		return nil
	}
	const tries = 3
	for try := 1; ; try++ {
		err := c.once(ctx, folder, name, path, above)
		switch {
		case errors.Is(err, errKeeping) || err != nil && ctx.Err() != nil:
			return err
		case err == nil || errors.Is(err, fs.ErrNotExist): // gone: it is absent
			return nil
		case retry(err) && try < tries:
			continue
		case retry(err):
			c.add(entry{path: path, kind: KindUncaptured, cause: causeUnstable, reason: reasonOf(err)})
			return nil
		}
		c.add(entry{path: path, kind: KindUncaptured, cause: causeUnreadable, reason: reasonOf(err)})
		return nil
	}
}

func (c *scan) once(ctx context.Context, folder *os.Root, name, path string, above rules) error {
	info, err := folder.Lstat(name)
	if err != nil {
		return err
	}
	id := identify(info)
	switch mode := info.Mode(); {
	case id.device != c.device:
		c.add(entry{path: path, kind: KindUncaptured, cause: causeDevice, reason: "on another device"})
		return nil
	case mode.IsDir():
		return c.subfolder(ctx, folder, name, path, info, above)
	case mode&fs.ModeSymlink != 0:
		target, err := folder.Readlink(name)
		if err != nil {
			return err
		}
		c.add(entry{path: path, kind: KindSymlink, size: int64(len(target)), target: target})
		return nil
	case !mode.IsRegular():
		c.add(entry{path: path, kind: KindSpecial, cause: causeSpecial, reason: specialReason(mode)})
		return nil
	case info.Size() > c.store.o.MaxFile:
		c.add(entry{path: path, kind: KindUncaptured, size: info.Size(), cause: causeTooLarge,
			reason: fmt.Sprintf("larger than %d bytes", c.store.o.MaxFile)})
		return nil
	}
	return c.file(folder, name, path, info)
}

func (c *scan) subfolder(ctx context.Context, parent *os.Root, name, path string, info fs.FileInfo, above rules) error {
	if slices.ContainsFunc(c.own, func(own fs.FileInfo) bool { return os.SameFile(info, own) }) {
		c.add(entry{path: path, kind: KindUncaptured, cause: causeOwn, reason: "Keel's own data"})
		return nil
	}
	folder, err := openFolder(parent, name)
	if errors.Is(err, errNotFolder) {
		return errSwapped
	}
	if err != nil {
		return err
	}
	defer folder.Close()
	return c.folder(ctx, folder, path, rules{patterns: above.patterns, ignored: above.match(path), within: above.ignored})
}

// file takes in a regular file, from the stat cache where that is safe.
func (c *scan) file(folder *os.Root, name, path string, info fs.FileInfo) error {
	at := stampOf(info)
	if old, ok := c.store.cache[path]; ok && old.clean(at, int64(c.store.o.Slack)) && c.store.blobs.has(old.hash) {
		c.fresh[path] = old
		c.add(entry{path: path, kind: KindFile, mode: at.mode, size: at.size, hash: old.hash})
		return nil
	}
	if err := c.store.o.Faults.read(path); err != nil {
		return err
	}
	content, at, err := readStable(folder, name, info, c.store.o.Faults.during(path))
	if err != nil {
		return err
	}
	sum := hash(sha256.Sum256(content))
	if c.keep != nil {
		if err := c.keep.add(sum, content); err != nil {
			return fmt.Errorf("%w %q: %w", errKeeping, path, err)
		}
	}
	c.fresh[path] = cached{stamp: at, readAt: c.started, hash: sum}
	c.dirty = true
	c.add(entry{path: path, kind: KindFile, mode: at.mode, size: at.size, hash: sum})
	return nil
}

func (c *scan) add(e entry) { c.entries = append(c.entries, e) }

// errKeeping is a failure of the store, not of a path.
var errKeeping = errors.New("keeping the content of")

// reasonOf says in words why a path could not be read, without its name.
func reasonOf(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err.Error()
	}
	return err.Error()
}

func specialReason(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a file, folder or link"
}
