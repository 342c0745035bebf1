package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// cached is what a file's content was when its stamp was taken.
type cached struct {
	stamp
	readAt int64 // the start of the capture that read it, on the disk's clock
	hash   hash
}

// clean tells whether a file with this stamp still has the cached content. A
// file stamped so shortly before it was read that a later write could bear the
// same stamp is not.
func (c cached) clean(now stamp, slack int64) bool {
	return c.stamp == now && now.newest() < c.readAt-slack
}

// The stat cache file: a magic line, entries by path, a SHA-256 of all that. It
// may be thrown away at any time: without it every file is read again.
const statMagic = "keel stat 1\n"

func loadStatCache(dir string) map[string]cached {
	data, err := os.ReadFile(filepath.Join(dir, "statcache"))
	if err != nil || len(data) < len(statMagic)+sha256.Size {
		return map[string]cached{}
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if hash(sum) != sha256.Sum256(body) || !bytes.HasPrefix(body, []byte(statMagic)) {
		return map[string]cached{}
	}
	r := &reader{rest: body[len(statMagic):]}
	out := make(map[string]cached, len(r.rest)/100)
	for len(r.rest) > 0 {
		path := r.text()
		var c cached
		c.device, c.inode, c.changed = r.number(), r.number(), int64(r.number())
		c.size, c.mode, c.modified = int64(r.number()), uint32(r.number()), int64(r.number())
		c.readAt = int64(r.number())
		copy(c.hash[:], r.bytes(len(c.hash)))
		if r.err != nil {
			return map[string]cached{}
		}
		out[path] = c
	}
	return out
}

func saveStatCache(dir string, cache map[string]cached) error {
	out := append(make([]byte, 0, 64+140*len(cache)), statMagic...)
	for _, path := range slices.Sorted(maps.Keys(cache)) {
		c := cache[path]
		out = appendText(out, path)
		for _, number := range []uint64{c.device, c.inode, uint64(c.changed), uint64(c.size), uint64(c.mode), uint64(c.modified), uint64(c.readAt)} {
			out = binary.AppendUvarint(out, number)
		}
		out = append(out, c.hash[:]...)
	}
	sum := sha256.Sum256(out)
	out = append(out, sum[:]...)
	temporary := filepath.Join(dir, "tmp", "statcache")
	if err := os.WriteFile(temporary, out, 0o600); err != nil {
		return fmt.Errorf("writing stat cache: %w", err)
	}
	if err := os.Rename(temporary, filepath.Join(dir, "statcache")); err != nil {
		return fmt.Errorf("placing stat cache: %w", err)
	}
	return nil
}
