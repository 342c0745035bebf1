package extension

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// mostCached is how many bytes of pictures and texts are kept.
const mostCached = 64 << 20

// cache keeps what the registry has of a version, which never changes. Losing it
// costs a request.
type cache struct {
	folder string // empty: nothing is kept

	mu   sync.Mutex // guards size
	size int64      // bytes in the folder; 0: not counted yet
}

func (c *cache) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(c.folder, hex.EncodeToString(sum[:]))
}

// get returns a kept answer with its media type.
func (c *cache) get(key string) (data []byte, kind string, ok bool) {
	if c.folder == "" {
		return nil, "", false
	}
	path := c.path(key)
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, "", false
	}
	head, data, ok := bytes.Cut(raw, []byte("\n"))
	if ok {
		now := time.Now()
		_ = os.Chtimes(path, now, now) // what is used stays longest
	}
	return data, string(head), ok
}

// put keeps an answer; where it cannot, it is asked for again.
func (c *cache) put(key, kind string, data []byte) {
	if c.folder == "" || os.MkdirAll(c.folder, 0o700) != nil {
		return
	}
	raw := append([]byte(kind+"\n"), data...)
	if atomicfile.Write(c.path(key), raw, 0o600) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += int64(len(raw))
	if c.size == int64(len(raw)) || c.size > mostCached {
		c.prune()
	}
}

// prune counts what is kept and lets go of what was not used for the longest time;
// mu is held.
func (c *cache) prune() {
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		return
	}
	var all []os.FileInfo
	c.size = 0
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			all = append(all, info)
			c.size += info.Size()
		}
	}
	slices.SortFunc(all, func(a, b os.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, info := range all {
		if c.size <= mostCached*3/4 {
			return
		}
		if os.Remove(filepath.Join(c.folder, info.Name())) == nil {
			c.size -= info.Size()
		}
	}
}
