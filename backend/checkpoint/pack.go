package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// A pack holds the contents that one checkpoint added: a magic line; records of
// hash, encoding, length and bytes; an index of the records; a footer with the
// index's checksum and offset. Numbers are big endian. Without a sound index
// the records are walked through.
const (
	packMagic = "keel pack 1\n"
	packEnd   = "keel end 1\n"

	recordHead = sha256.Size + 1 + 8
	indexEntry = sha256.Size + 1 + 8 + 8
	packFooter = sha256.Size + 8 + len(packEnd)
)

// place is where a content lies.
type place struct {
	pack     string // path of the pack
	encoding byte
	offset   int64
	length   int64
}

// packWriter appends records to a new pack.
type packWriter struct {
	file   *os.File
	out    io.Writer // buffered
	flush  func() error
	offset int64
	index  []byte
	placed map[hash]place // without the pack
}

func (w *packWriter) add(h hash, encoding byte, payload []byte) error {
	head := append(make([]byte, 0, recordHead), h[:]...)
	head = append(head, encoding)
	head = binary.BigEndian.AppendUint64(head, uint64(len(payload)))
	for _, part := range [][]byte{head, payload} {
		if _, err := w.out.Write(part); err != nil {
			return err
		}
	}
	at := place{encoding: encoding, offset: w.offset + recordHead, length: int64(len(payload))}
	w.offset = at.offset + at.length
	w.index = append(w.index, h[:]...)
	w.index = append(w.index, encoding)
	w.index = binary.BigEndian.AppendUint64(w.index, uint64(at.offset))
	w.index = binary.BigEndian.AppendUint64(w.index, uint64(at.length))
	w.placed[h] = at
	return nil
}

// finish writes the index, makes the pack durable and closes it.
func (w *packWriter) finish() error {
	sum := sumOf(w.index)
	footer := binary.BigEndian.AppendUint64(sum[:], uint64(w.offset))
	footer = append(footer, packEnd...)
	for _, part := range [][]byte{w.index, footer} {
		if _, err := w.out.Write(part); err != nil {
			return errors.Join(err, w.file.Close())
		}
	}
	return errors.Join(w.flush(), w.file.Sync(), w.file.Close())
}

// readPack lists what a pack holds.
func readPack(path string, found func(h hash, at place)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	index, err := readIndex(file, info.Size())
	if errors.Is(err, ErrDamaged) {
		return walkPack(file, path, info.Size(), found)
	}
	if err != nil {
		return err
	}
	for entry := index; len(entry) > 0; entry = entry[indexEntry:] {
		rest := entry[sha256.Size:]
		found(hash(entry[:sha256.Size]), place{
			pack: path, encoding: rest[0],
			offset: int64(binary.BigEndian.Uint64(rest[1:])),
			length: int64(binary.BigEndian.Uint64(rest[9:])),
		})
	}
	return nil
}

func readIndex(file io.ReaderAt, size int64) ([]byte, error) {
	if size < int64(len(packMagic)+packFooter) {
		return nil, ErrDamaged
	}
	footer := make([]byte, packFooter)
	if _, err := file.ReadAt(footer, size-int64(packFooter)); err != nil {
		return nil, err
	}
	at := int64(binary.BigEndian.Uint64(footer[sha256.Size:]))
	length := size - int64(packFooter) - at
	if !bytes.HasSuffix(footer, []byte(packEnd)) || at < int64(len(packMagic)) || length < 0 || length%indexEntry != 0 {
		return nil, ErrDamaged
	}
	index := make([]byte, length)
	if _, err := file.ReadAt(index, at); err != nil {
		return nil, err
	}
	if sumOf(index) != hash(footer[:sha256.Size]) {
		return nil, ErrDamaged
	}
	return index, nil
}

// walkPack finds the records one after the other, as far as they make sense.
// What they hold is checked when it is read.
func walkPack(file io.ReaderAt, path string, size int64, found func(h hash, at place)) error {
	head := make([]byte, recordHead)
	for offset := int64(len(packMagic)); offset+recordHead <= size; {
		if _, err := file.ReadAt(head, offset); err != nil {
			return err
		}
		length := int64(binary.BigEndian.Uint64(head[sha256.Size+1:]))
		if length < 0 || length > size-offset-recordHead {
			return nil
		}
		found(hash(head[:sha256.Size]), place{pack: path, encoding: head[sha256.Size], offset: offset + recordHead, length: length})
		offset += recordHead + length
	}
	return nil
}

// read returns a record's bytes as they were written.
func (p place) read() ([]byte, error) {
	file, err := os.Open(p.pack)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if p.offset < 0 || p.length < 0 || p.length > info.Size()-p.offset {
		return nil, fmt.Errorf("%w: it is cut off", ErrDamaged)
	}
	payload := make([]byte, p.length)
	_, err = file.ReadAt(payload, p.offset)
	return payload, err
}
