package update

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	maxUnpacked = 4 << 30
	maxEntries  = 100_000
)

// ErrArchive says that an archive holds what none of Keel's does.
var ErrArchive = errors.New("it is not an archive of Keel")

// Stage unpacks a downloaded archive beside the folder of the program, where
// [Claim.Swap] finds it at the next start; the user has agreed to it. The archive
// is checked again while it is read, and what has come onto the disk is compared
// with it; nothing that it holds is run, and nothing of it lands outside of the new
// folder. What waited before waits no more. An error leaves nothing behind.
func (u *Updates) Stage(ctx context.Context, archive string, a File, version string, now Installation) (Staged, error) {
	c, err := u.Claim(ctx, now)
	if err != nil {
		return Staged{}, err
	}
	defer c.Close()
	if err := c.forget(); err != nil {
		return Staged{}, err
	}
	s := stagedFor(version, now.Folder)
	if err := os.Mkdir(s.New, 0o755); err != nil { //nolint:gosec // programs are there for everybody who may enter the folder around it
		return Staged{}, fmt.Errorf("making the folder of the new version: %w", err)
	}
	if s.SHA256, err = fill(ctx, archive, a, s.New); err == nil {
		err = inTheWay(s)
	}
	if err == nil {
		err = u.keep(s)
	}
	if err != nil {
		return Staged{}, errors.Join(err, os.RemoveAll(s.New))
	}
	return s, nil
}

// fill unpacks an archive and returns the hash of all that lies there then.
func fill(ctx context.Context, archive string, a File, to string) (string, error) {
	held, err := unpack(ctx, archive, a, to)
	if err != nil {
		return "", err
	}
	found, err := readTree(ctx, to)
	switch {
	case err != nil:
		return "", err
	case !maps.Equal(found.contents(), held):
		return "", fmt.Errorf("comparing %q with what was unpacked: %w", to, ErrChanged)
	case !unpacked(to):
		return "", fmt.Errorf("unpacking %q: %w", archive, ErrArchive)
	}
	return found.sum(), nil
}

// keep remembers a version for the next start.
func (u *Updates) keep(s Staged) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the new version: %w", err)
	}
	return atomicfile.Write(filepath.Join(u.o.Folder, stagedFile), text, 0o600)
}

// unpack returns the content of each file and link, see [tree.contents].
func unpack(ctx context.Context, archive string, a File, to string) (map[string]string, error) {
	file, err := os.Open(archive)
	if err != nil {
		return nil, fmt.Errorf("opening the new version: %w", err)
	}
	defer file.Close()
	root, err := os.OpenRoot(to)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of the new version: %w", err)
	}
	defer root.Close()
	hash := sha256.New()
	counted := &telling{}
	read := io.TeeReader(io.LimitReader(file, a.Size+1), io.MultiWriter(hash, counted))
	packed, err := gzip.NewReader(read)
	if err != nil {
		return nil, fmt.Errorf("unpacking %q: %w", archive, errors.Join(ErrArchive, err))
	}
	held := map[string]string{}
	if err := unpackEntries(ctx, tar.NewReader(packed), root, held); err != nil {
		return nil, fmt.Errorf("unpacking %q: %w", archive, err)
	}
	if _, err := io.Copy(io.Discard, read); err != nil {
		return nil, fmt.Errorf("reading %q: %w", archive, err)
	}
	return held, compare(a, counted.so, hash.Sum(nil))
}

func unpackEntries(ctx context.Context, from *tar.Reader, root *os.Root, held map[string]string) error {
	left := int64(maxUnpacked)
	for range maxEntries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.Join(ErrArchive, err)
		}
		if left -= header.Size; left < 0 {
			return fmt.Errorf("it holds too much: %w", ErrArchive)
		}
		if err := unpackEntry(from, header, root, held); err != nil {
			return err
		}
	}
	return fmt.Errorf("it holds too many files: %w", ErrArchive)
}

// unpackEntry writes one entry, without the folder that all of them are in.
func unpackEntry(from io.Reader, header *tar.Header, root *os.Root, held map[string]string) error {
	_, name, below := strings.Cut(path.Clean(header.Name), "/")
	if !below {
		return nil // that folder itself
	}
	if !filepath.IsLocal(name) {
		return fmt.Errorf("it names %q: %w", header.Name, ErrArchive)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		if path.IsAbs(header.Linkname) || !filepath.IsLocal(path.Join(path.Dir(name), header.Linkname)) {
			return fmt.Errorf("its link %q leads to %q: %w", header.Name, header.Linkname, ErrArchive)
		}
		held[name] = linkTo(header.Linkname)
		return root.Symlink(header.Linkname, name)
	case tar.TypeReg:
		hash := sha256.New()
		err := unpackFile(io.TeeReader(from, hash), name, header.FileInfo().Mode().Perm(), root)
		held[name] = hex.EncodeToString(hash.Sum(nil))
		return err
	default:
		return fmt.Errorf("it holds %q, which is neither a file nor a folder: %w", header.Name, ErrArchive)
	}
}

func unpackFile(from io.Reader, name string, mode fs.FileMode, root *os.Root) error {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode&0o755|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return cmp.Or(err, file.Sync(), file.Close())
}
