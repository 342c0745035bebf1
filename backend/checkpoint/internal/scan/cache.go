package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// A state as a file: a magic line, the device, the root's id, then folder by
// folder its encoding, what Stamps and the rest hold, and its kids; a CRC-32C of
// all that. It may be thrown away at any time: without it every file is read
// again.
const cacheMagic = "keel stat 3\n"

var errCache = errors.New("not a stat cache")

func table() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // kept by the package

// Marshal writes a state down. Device is the one that the workspace is on.
func Marshal(top *Dir, device uint64) []byte {
	out := append(make([]byte, 0, 128*top.Files()+4096), cacheMagic...)
	out = binary.AppendUvarint(out, device)
	out = top.marshal(out)
	return binary.BigEndian.AppendUint32(out, crc32.Checksum(out, table()))
}

func (d *Dir) marshal(out []byte) []byte {
	out = append(out, d.ID[:]...)
	encoded := d.Node.Encode()
	out = binary.AppendUvarint(out, uint64(max(1, len(encoded.Parts))))
	if len(encoded.Parts) == 0 {
		out = appendBytes(out, encoded.Bytes)
	} else {
		out = appendBytes(out, encoded.Bytes)
		for _, part := range encoded.Parts {
			out = appendBytes(out, part.Bytes)
		}
	}
	out = append(out, d.Policy[:]...)
	out = append(out, flag(d.ignored, 1))
	for i := range d.Stamps {
		s := &d.Stamps[i]
		out = append(out, flag(s.ignored, 1)|flag(s.linked, 2))
		for _, number := range []uint64{s.Inode, uint64(s.Modified), uint64(s.Changed - s.Modified), uint64(s.ReadAt - s.Changed), uint64(s.UID), uint64(s.GID), uint64(s.Size), uint64(s.Mode)} {
			out = binary.AppendUvarint(out, number)
		}
	}
	for _, kid := range d.Kids {
		if kid != nil {
			out = kid.marshal(out)
		}
	}
	return out
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

func appendBytes(out, data []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}

// Unmarshal reads what Marshal wrote.
func Unmarshal(data []byte) (top *Dir, device uint64, err error) {
	if len(data) < len(cacheMagic)+4 || !bytes.HasPrefix(data, []byte(cacheMagic)) {
		return nil, 0, errCache
	}
	body := data[:len(data)-4]
	if crc32.Checksum(body, table()) != binary.BigEndian.Uint32(data[len(data)-4:]) {
		return nil, 0, errCache
	}
	r := &cacheReader{rest: body[len(cacheMagic):]}
	device = r.number()
	top = r.dir(0)
	if r.failed || len(r.rest) > 0 {
		return nil, 0, errCache
	}
	return top, device, nil
}

type cacheReader struct {
	rest   []byte
	failed bool
}

func (r *cacheReader) number() uint64 {
	value, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *cacheReader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *cacheReader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// deepestFolder keeps a damaged file from using up the stack.
const deepestFolder = 5000

func (r *cacheReader) dir(depth int) *Dir {
	d := &Dir{}
	copy(d.ID[:], r.bytes(uint64(len(d.ID))))
	d.Node = r.node()
	if d.Node == nil || depth > deepestFolder {
		r.failed = true
		return d
	}
	copy(d.Policy[:], r.bytes(uint64(len(d.Policy))))
	d.ignored = r.byte()&1 != 0
	d.Stamps = make([]Stamp, len(d.Node.Entries))
	for i := range d.Stamps {
		s := &d.Stamps[i]
		flags := r.byte()
		s.ignored, s.linked = flags&1 != 0, flags&2 != 0
		s.Inode, s.Modified = r.number(), int64(r.number())
		s.Changed = s.Modified + int64(r.number())
		s.ReadAt = s.Changed + int64(r.number())
		s.UID, s.GID, s.Size, s.Mode = uint32(r.number()), uint32(r.number()), int64(r.number()), uint16(r.number())
	}
	for i := range d.Node.Entries {
		if d.Node.Entries[i].Kind != node.Folder || r.failed {
			continue
		}
		if d.Kids == nil {
			d.Kids = make([]*Dir, len(d.Node.Entries))
		}
		d.Kids[i] = r.dir(depth + 1)
	}
	policy := d.Policy
	d.sum()
	d.Policy = policy
	return d
}

func (r *cacheReader) node() *node.Node {
	parts := r.number()
	whole := r.bytes(r.number())
	var runs [][]byte
	if ids, err := node.PartsOf(whole); err != nil || ids != nil && uint64(len(ids)) != parts {
		return nil
	} else if ids != nil {
		for range parts {
			runs = append(runs, r.bytes(r.number()))
		}
	}
	next := 0
	n, err := node.Decode(whole, func(node.ID) ([]byte, error) {
		next++
		return runs[next-1], nil
	})
	if err != nil {
		return nil
	}
	return n
}
