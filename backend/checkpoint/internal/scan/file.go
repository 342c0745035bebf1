package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"

	"github.com/restic/chunker"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// Files above pieceFrom bytes are kept in pieces, so that they are never in
// memory whole, and a change in one, or at its end, costs little.
const (
	pieceFrom  = 4 << 20
	pieceLeast = 256 << 10
	pieceMost  = 4 << 20
	pieceBits  = 20 // a piece in 1 MiB on average

	// polynomial is one of those that the chunker's Rabin fingerprints may use.
	polynomial = chunker.Pol(0x3DA3358B4DC173)
)

// IgnoredFile is up to how many bytes an ignored file is captured, while such
// files are few: they are what people miss most, such as .env.
const (
	IgnoredFile  = 1 << 20
	ignoredTotal = 64 << 20
)

var (
	errSwapped  = errors.New("it was replaced while it was opened")
	errUnstable = errors.New("it changed while it was read")
)

// files takes in the names that are not folders.
func (v *visit) files(ctx context.Context) error {
	for i := range v.items {
		one := &v.items[i]
		if v.enters(one) || v.results != nil && v.results[i] != nil {
			continue
		}
		if v.through || one.same && v.sameRules(one) {
			continue
		}
		r, err := v.one(i)
		if err != nil {
			return err
		}
		if !v.asBefore(one, r) {
			v.set(i, r)
		}
		if i&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// asBefore tells whether a look has brought nothing new.
func (v *visit) asBefore(one *item, r *result) bool {
	return one.old >= 0 && !r.gone && r.stamp == v.old.Stamps[one.old] && v.old.Node.Entries[one.old].Same(&r.entry)
}

// sameRules tells whether an unchanged file is as ignored as it was.
func (v *visit) sameRules(one *item) bool {
	return !v.inside.changed || one.kind != kindFile || v.old.Stamps[one.old].ignored == v.ignores(one.name)
}

func (v *visit) ignores(name string) bool {
	return v.inside.ignored || v.inside.rules != nil && v.inside.rules.Match(v.way.join(name), false)
}

// one takes in one name, trying again while it changes.
func (v *visit) one(at int) (*result, error) {
	one := &v.items[at]
	const tries = 3
	for try := 1; ; try++ {
		r, err := v.once(one)
		retry := errors.Is(err, errUnstable) || errors.Is(err, errSwapped)
		switch {
		case err == nil:
			return r, nil
		case errors.Is(err, ErrKeeping), errors.Is(err, ErrHint):
			return nil, err
		case errors.Is(err, fs.ErrNotExist):
			return &result{gone: true}, nil
		case retry && try < tries:
			if err := v.at.stat(one.name, &one.stat); err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					return &result{gone: true}, nil
				}
				return v.not(one, node.Unreadable, reasonOf(err), 0), nil
			}
			if one.kind == kindFolder {
				return v.not(one, node.Unstable, reasonOf(errSwapped), 0), nil
			}
			continue
		case retry:
			return v.not(one, node.Unstable, reasonOf(err), 0), nil
		}
		return v.not(one, node.Unreadable, reasonOf(err), 0), nil
	}
}

// not is a name that is not captured.
func (v *visit) not(one *item, cause node.Cause, reason string, print uint64) *result {
	e := unknown(cause, reason, print)
	e.Name = one.name
	if cause == node.TooLarge {
		e.Size = one.size
	}
	if cause == node.NotFile {
		e.Kind = node.Special
	}
	return &result{entry: e}
}

func (v *visit) once(one *item) (*result, error) {
	switch {
	case isGit(one.name):
		return v.not(one, node.Git, "git's own data", 0), nil
	case one.device != v.scan.device:
		return v.not(one, node.Device, "on another device", 0), nil
	case atomicfile.IsTemporary(one.name):
		return v.not(one, node.Own, "a temporary file of Keel that was left behind", 0), nil
	case one.kind == kindFolder:
		return v.not(one, node.Own, "Keel's own data", 0), nil
	case one.kind == kindLink:
		return v.link(one)
	case one.kind != kindFile:
		return v.not(one, node.NotFile, one.special(), 0), nil
	case one.size > v.scan.MaxFile:
		return v.not(one, node.TooLarge, fmt.Sprintf("larger than %d bytes", v.scan.MaxFile), one.print()), nil
	}
	ignored := v.ignores(one.name)
	if ignored && !v.captured(one) && !v.fileComesBack(one.name) {
		switch {
		case one.size > IgnoredFile:
			return v.not(one, node.Ignored, "ignored, and larger than 1 MiB", one.print()), nil
		case v.scan.budget.Add(one.size) > ignoredTotal:
			v.scan.budget.Add(-one.size)
			return v.not(one, node.Ignored, "ignored, beside 64 MiB of other ignored files", one.print()), nil
		}
	}
	return v.file(one, ignored)
}

// captured tells whether the file was captured before: then it still is.
func (v *visit) captured(one *item) bool {
	return one.old >= 0 && v.old.Node.Entries[one.old].Kind == node.File
}

// print tells whether something that is not captured seems to have changed.
func (s *stat) print() uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, s.inode, s.size, s.modified) // never fails
	return h.Sum64()
}

func (v *visit) link(one *item) (*result, error) {
	target, err := v.at.readLink(one.name)
	if err != nil {
		return nil, err
	}
	e := node.Entry{Name: one.name, Kind: node.Symlink, Size: int64(len(target)), More: &node.More{Target: target}}
	return &result{entry: e, stamp: v.stamp(&one.stat)}, nil
}

// stamp is the stamp of what is read in this scan.
func (v *visit) stamp(s *stat) Stamp {
	return Stamp{
		Inode: s.inode, Modified: s.modified, Changed: s.changed, ReadAt: v.scan.Clock,
		UID: s.uid, GID: s.gid, Size: s.size, Mode: s.mode,
	}
}

func (v *visit) file(one *item, ignored bool) (*result, error) {
	if v.scan.Read != nil {
		if err := v.scan.Read(v.way.join(one.name)); err != nil {
			return nil, err
		}
	}
	file, before, err := v.at.open(one.name)
	if err != nil {
		return nil, v.orSwapped(err, one)
	}
	defer file.close()
	if before.links > 1 && v.scan.Dirty != nil && (one.old < 0 || !v.old.Stamps[one.old].linked) {
		// It was written to through this name, perhaps; nobody knows where the others are.
		return nil, ErrHint
	}
	if before.kind != kindFile || before.inode != one.inode || before.device != one.device {
		return nil, errSwapped
	}
	id, err := v.content(file, one.name, &before)
	if err != nil {
		return nil, err
	}
	e := node.Entry{Name: one.name, Kind: node.File, ID: id, Size: before.size, Mode: before.mode}
	r := &result{entry: e, stamp: v.stamp(&before)}
	r.stamp.ignored, r.stamp.linked = ignored, before.links > 1
	return r, nil
}

// orSwapped is the error of an open, or errSwapped if something else stands
// there by now.
func (v *visit) orSwapped(err error, one *item) error {
	var now stat
	// The number of a deleted file may be given to the next one at once.
	if lookErr := v.at.stat(one.name, &now); lookErr != nil || now.inode != one.inode || now.kind != one.kind {
		return errSwapped
	}
	return err
}

// content reads a file that nobody writes to meanwhile, and keeps what it holds.
func (v *visit) content(file file, name string, before *stat) (node.ID, error) {
	read := v.whole
	if before.size > pieceFrom {
		read = v.pieces
	}
	id, keep, err := read(file, before.size)
	if err != nil {
		return id, err
	}
	if v.scan.Reading != nil {
		v.scan.Reading(v.way.join(name))
	}
	var after stat
	if err := file.stat(&after); err != nil {
		return id, err
	}
	if after != *before {
		return id, errUnstable
	}
	if v.scan.Keep == nil {
		return id, nil
	}
	if err := keep(); err != nil {
		return id, fmt.Errorf("%w %q: %w", ErrKeeping, v.way.join(name), err)
	}
	return id, nil
}

// whole reads a small file at once.
func (v *visit) whole(file file, size int64) (node.ID, func() error, error) {
	w := v.worker
	if int64(cap(w.bytes)) < size+1 {
		w.bytes = make([]byte, size+1, max(size+1, 1<<16))
	}
	content := w.bytes[:size+1]
	read, err := file.readFull(content)
	if err != nil {
		return node.ID{}, nil, err
	}
	if int64(read) != size {
		return node.ID{}, nil, errUnstable
	}
	content = content[:size]
	id := node.Sum(content)
	return id, func() error { return v.scan.Keep.Add(pack.Blob, id, content) }, nil
}

// pieces reads a large file piece by piece, cut where its content says so, so
// that what is put into it or taken out moves no other cut. The pieces are kept
// as they come: should the file turn out to be unstable, nothing refers to them.
func (v *visit) pieces(file file, size int64) (node.ID, func() error, error) {
	whole := sha256.New()
	var list []byte
	total := int64(0)
	pieces := chunker.NewWithBoundaries(reader{file}, polynomial, pieceLeast, pieceMost)
	pieces.SetAverageBits(pieceBits)
	for {
		piece, err := pieces.Next(v.piece)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return node.ID{}, nil, err
		}
		v.piece = piece.Data[:0]
		if total += int64(len(piece.Data)); total > size {
			return node.ID{}, nil, errUnstable
		}
		_, _ = whole.Write(piece.Data) // never fails
		id := node.Sum(piece.Data)
		list = append(list, id[:]...)
		if v.scan.Keep != nil {
			if err := v.scan.Keep.Add(pack.Blob, id, piece.Data); err != nil {
				return node.ID{}, nil, fmt.Errorf("%w a large file: %w", ErrKeeping, err)
			}
		}
	}
	if total != size {
		return node.ID{}, nil, errUnstable
	}
	id := node.ID(whole.Sum(nil))
	return id, func() error { return v.scan.Keep.Add(pack.List, id, list) }, nil
}

// reader reads on in a file.
type reader struct{ file file }

func (r reader) Read(buffer []byte) (int, error) {
	n, err := r.file.readFull(buffer)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}
