package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// How a blob's bytes follow its first byte.
const (
	blobRaw  = 0
	blobZstd = 1
)

// What is worth compressing, and the most a blob may unfold to.
const (
	compressFrom = 128
	blobLimit    = 4 << 30
)

// blobs keeps contents by their hash: blobs/ab/cdef…, each written to a
// temporary file, made durable and then renamed, so that what has its name is
// whole.
type blobs struct {
	folder, temporary string
	encoder           *zstd.Encoder
	decoder           *zstd.Decoder

	mu    sync.Mutex // guards known
	known map[hash]bool
}

func openBlobs(dir string) (*blobs, error) {
	b := &blobs{folder: filepath.Join(dir, "blobs"), temporary: filepath.Join(dir, "tmp"), known: map[hash]bool{}}
	for _, folder := range []string{b.folder, b.temporary} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("making the store: %w", err)
		}
	}
	var err error
	if b.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, fmt.Errorf("preparing compression: %w", err)
	}
	if b.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(blobLimit)); err != nil {
		return nil, fmt.Errorf("preparing decompression: %w", err)
	}
	return b, b.load()
}

// load notes which blobs exist, so that an unchanged file costs no look-up.
func (b *blobs) load() error {
	shelves, err := os.ReadDir(b.folder)
	if err != nil {
		return fmt.Errorf("listing blobs: %w", err)
	}
	for _, shelf := range shelves {
		names, err := os.ReadDir(filepath.Join(b.folder, shelf.Name()))
		if err != nil {
			return fmt.Errorf("listing blobs: %w", err)
		}
		for _, name := range names {
			var h hash
			if raw, err := hex.DecodeString(shelf.Name() + name.Name()); err == nil && len(raw) == len(h) {
				copy(h[:], raw)
				b.known[h] = true
			}
		}
	}
	return nil
}

func (b *blobs) close() {
	b.decoder.Close()
}

func (b *blobs) path(h hash) string {
	name := h.String()
	return filepath.Join(b.folder, name[:2], name[2:])
}

// has tells whether the content is kept. Another process may have added it.
func (b *blobs) has(h hash) bool {
	b.mu.Lock()
	known := b.known[h]
	b.mu.Unlock()
	if known {
		return true
	}
	if _, err := os.Lstat(b.path(h)); err != nil {
		return false
	}
	b.note(h)
	return true
}

func (b *blobs) note(h hash) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[h] = true
}

// read returns a content, checked against its hash.
func (b *blobs) read(h hash) ([]byte, error) {
	data, err := os.ReadFile(b.path(h))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading blob %s: %w: it is missing", h, ErrDamaged)
		}
		return nil, fmt.Errorf("reading blob %s: %w", h, err)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("reading blob %s: %w: it is empty", h, ErrDamaged)
	}
	content := data[1:]
	if data[0] == blobZstd {
		if content, err = b.decoder.DecodeAll(content, nil); err != nil {
			return nil, fmt.Errorf("reading blob %s: %w: %w", h, ErrDamaged, err)
		}
	}
	if sha256.Sum256(content) != h {
		return nil, fmt.Errorf("reading blob %s: %w: its content has another hash", h, ErrDamaged)
	}
	return content, nil
}

// batch collects new blobs in the temporary folder until all are made durable
// at once. Only the owner of the store's lock makes one.
type batch struct {
	blobs   *blobs
	pending map[hash]string // path of the temporary file
}

func (b *blobs) batch() *batch { return &batch{blobs: b, pending: map[hash]string{}} }

// add keeps a content.
func (t *batch) add(h hash, content []byte) error {
	if _, ok := t.pending[h]; ok || t.blobs.has(h) {
		return nil
	}
	encoded := append(make([]byte, 0, len(content)+1), blobRaw)
	encoded = append(encoded, content...)
	if len(content) >= compressFrom {
		short := t.blobs.encoder.EncodeAll(content, append(make([]byte, 0, len(content)/2), blobZstd))
		if len(short) < len(encoded)-len(encoded)/10 {
			encoded = short
		}
	}
	name := filepath.Join(t.blobs.temporary, "blob"+strconv.Itoa(len(t.pending)))
	if err := os.WriteFile(name, encoded, 0o600); err != nil {
		return fmt.Errorf("writing blob: %w", err)
	}
	t.pending[h] = name
	return nil
}

// flush makes the collected blobs durable and gives them their names.
func (t *batch) flush() error {
	if len(t.pending) == 0 {
		return nil
	}
	temporary := make([]string, 0, len(t.pending))
	shelves := map[string]bool{}
	for h, name := range t.pending {
		temporary = append(temporary, name)
		shelves[filepath.Dir(t.blobs.path(h))] = true
	}
	if err := syncPaths(temporary); err != nil {
		return fmt.Errorf("syncing blobs: %w", err)
	}
	folders := []string{t.blobs.folder}
	for shelf := range shelves {
		if err := os.MkdirAll(shelf, 0o700); err != nil {
			return fmt.Errorf("making blob folder: %w", err)
		}
		folders = append(folders, shelf)
	}
	for h, name := range t.pending {
		if err := os.Rename(name, t.blobs.path(h)); err != nil {
			return fmt.Errorf("placing blob: %w", err)
		}
	}
	if err := syncPaths(folders); err != nil {
		return fmt.Errorf("syncing blob folders: %w", err)
	}
	for h := range t.pending {
		t.blobs.note(h)
	}
	t.pending = map[hash]string{}
	return nil
}

// drop forgets what was not flushed.
func (t *batch) drop() {
	for _, name := range t.pending {
		_ = os.Remove(name) // the next operation empties the folder anyway
	}
}
