package checkpoint

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// How a content is kept.
const (
	blobRaw  = 0
	blobZstd = 1
)

// What is worth compressing, and the most a blob may unfold to.
const (
	compressFrom = 128
	blobLimit    = 4 << 30
)

// blobs keeps contents by their hash, in packs that are never changed once they
// have their name.
type blobs struct {
	folder, temporary string
	encoder           *zstd.Encoder
	decoder           *zstd.Decoder

	mu    sync.Mutex // guards what follows
	packs map[string]bool
	known map[hash]place
}

func openBlobs(dir string) (*blobs, error) {
	b := &blobs{
		folder: filepath.Join(dir, "packs"), temporary: filepath.Join(dir, "tmp"),
		packs: map[string]bool{}, known: map[hash]place{},
	}
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
	return b, b.refresh()
}

// refresh takes in packs that are new, as another process may have written
// some. A content in several packs is taken from the newest: it was written
// anew because the older one is damaged.
func (b *blobs) refresh() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	listed, err := os.ReadDir(b.folder) // sorted
	if err != nil {
		return fmt.Errorf("listing packs: %w", err)
	}
	for _, one := range listed {
		if b.packs[one.Name()] {
			continue
		}
		if err := readPack(filepath.Join(b.folder, one.Name()), func(h hash, at place) { b.known[h] = at }); err != nil {
			return fmt.Errorf("reading pack %q: %w", one.Name(), err)
		}
		b.packs[one.Name()] = true
	}
	return nil
}

func (b *blobs) close() { b.decoder.Close() }

// has tells whether the content is kept, as far as refresh has seen.
func (b *blobs) has(h hash) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.known[h]
	return ok
}

func (b *blobs) place(h hash) (place, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, ok := b.known[h]
	return at, ok
}

// read returns a content, checked against its hash.
func (b *blobs) read(h hash) ([]byte, error) {
	at, ok := b.place(h)
	if !ok {
		if err := b.refresh(); err != nil {
			return nil, err
		}
		if at, ok = b.place(h); !ok {
			return nil, fmt.Errorf("reading blob %s: %w: it is missing", h, ErrDamaged)
		}
	}
	content, err := at.read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading blob %s: %w: its pack is missing", h, ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", h, err)
	}
	if at.encoding == blobZstd {
		if content, err = b.decoder.DecodeAll(content, nil); err != nil {
			return nil, fmt.Errorf("reading blob %s: %w: %w", h, ErrDamaged, err)
		}
	}
	if sha256.Sum256(content) != h {
		return nil, fmt.Errorf("reading blob %s: %w: its content has another hash", h, ErrDamaged)
	}
	return content, nil
}

// sound reads a content that should be kept, and forgets it where it is
// damaged, so that the next capture keeps it anew.
func (b *blobs) sound(h hash) (bool, error) {
	_, err := b.read(h)
	if !errors.Is(err, ErrDamaged) {
		return err == nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known, h)
	return false, nil
}

// batch collects new contents in one pack, which gets its name once it is whole
// and durable. Only the owner of the store's lock makes one.
type batch struct {
	blobs  *blobs
	writer *packWriter // nil until there is something to write
}

func (b *blobs) batch() *batch { return &batch{blobs: b} }

func (t *batch) path() string { return filepath.Join(t.blobs.temporary, "pack") }

// add keeps a content.
func (t *batch) add(h hash, content []byte) error {
	if t.blobs.has(h) {
		return nil
	}
	if t.writer == nil {
		if err := t.start(); err != nil {
			return err
		}
	}
	if _, ok := t.writer.placed[h]; ok {
		return nil
	}
	encoding, payload := byte(blobRaw), content
	if len(content) >= compressFrom {
		short := t.blobs.encoder.EncodeAll(content, make([]byte, 0, len(content)/2))
		if len(short) < len(content)-len(content)/10 {
			encoding, payload = blobZstd, short
		}
	}
	if err := t.writer.add(h, encoding, payload); err != nil {
		return fmt.Errorf("writing pack: %w", err)
	}
	return nil
}

func (t *batch) start() error {
	file, err := os.OpenFile(t.path(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("making pack: %w", err)
	}
	out := bufio.NewWriterSize(file, 1<<18)
	t.writer = &packWriter{file: file, out: out, flush: out.Flush, offset: int64(len(packMagic)), placed: map[hash]place{}}
	if _, err := out.WriteString(packMagic); err != nil {
		return fmt.Errorf("writing pack: %w", err)
	}
	return nil
}

// flush makes the collected contents durable.
func (t *batch) flush() error {
	if t.writer == nil {
		return nil
	}
	written := t.writer
	t.writer = nil
	if err := written.finish(); err != nil {
		return fmt.Errorf("writing pack: %w", err)
	}
	// Nobody else writes packs while we have the lock.
	if err := t.blobs.refresh(); err != nil {
		return err
	}
	return t.blobs.adopt(t.path(), written.placed)
}

// adopt gives a finished pack its name, the one after the last.
func (b *blobs) adopt(path string, placed map[hash]place) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	number := 1
	for name := range b.packs {
		var n int
		if _, err := fmt.Sscanf(name, "%d.pack", &n); err == nil {
			number = max(number, n+1)
		}
	}
	name := fmt.Sprintf("%08d.pack", number)
	final := filepath.Join(b.folder, name)
	if err := os.Rename(path, final); err != nil {
		return fmt.Errorf("placing pack: %w", err)
	}
	if err := syncPath(b.folder); err != nil {
		return fmt.Errorf("syncing packs: %w", err)
	}
	b.packs[name] = true
	for h, at := range placed {
		at.pack = final
		b.known[h] = at
	}
	return nil
}

// drop gives up what was not flushed.
func (t *batch) drop() {
	if t.writer != nil {
		_ = t.writer.file.Close()
		_ = os.Remove(t.path()) // the next operation empties the folder anyway
	}
}
