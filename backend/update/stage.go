package update

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	maxUnpacked = 4 << 30
	maxEntries  = 100_000
)

// ErrArchive says that an archive holds what none of Keel's does.
var ErrArchive = errors.New("it is not an archive of Keel")

// Stage unpacks a downloaded archive beside the folder of the program, where
// [Swap] finds it. The archive is checked again while it is read; nothing that it
// holds is run, and nothing of it lands outside of the new folder. An error leaves
// nothing behind.
func Stage(ctx context.Context, archive string, a File, version, folder string) (Staged, error) {
	s := stagedFor(version, folder)
	if err := os.RemoveAll(s.New); err != nil {
		return Staged{}, fmt.Errorf("making room for the new version: %w", err)
	}
	if err := os.Mkdir(s.New, 0o755); err != nil { //nolint:gosec // programs are there for everybody who may enter the folder around it
		return Staged{}, fmt.Errorf("making the folder of the new version: %w", err)
	}
	err := unpack(ctx, archive, a, s.New)
	if err == nil && !unpacked(s.New) {
		err = fmt.Errorf("unpacking %q: %w", archive, ErrArchive)
	}
	if err != nil {
		return Staged{}, errors.Join(err, os.RemoveAll(s.New))
	}
	return s, nil
}

// stagedFor names the folders next to a program's own, on the same disk. The old
// version is to be found by its user.
func stagedFor(version, folder string) Staged {
	return Staged{
		Version: version, Folder: folder,
		New: filepath.Join(filepath.Dir(folder), "."+filepath.Base(folder)+".keel-update"), Old: folder + ".old",
	}
}

func unpack(ctx context.Context, archive string, a File, to string) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("opening the new version: %w", err)
	}
	defer file.Close()
	root, err := os.OpenRoot(to)
	if err != nil {
		return fmt.Errorf("opening the folder of the new version: %w", err)
	}
	defer root.Close()
	hash := sha256.New()
	counted := &telling{}
	read := io.TeeReader(io.LimitReader(file, a.Size+1), io.MultiWriter(hash, counted))
	packed, err := gzip.NewReader(read)
	if err != nil {
		return fmt.Errorf("unpacking %q: %w", archive, errors.Join(ErrArchive, err))
	}
	if err := unpackEntries(ctx, tar.NewReader(packed), root); err != nil {
		return fmt.Errorf("unpacking %q: %w", archive, err)
	}
	if _, err := io.Copy(io.Discard, read); err != nil {
		return fmt.Errorf("reading %q: %w", archive, err)
	}
	return compare(a, counted.so, hash.Sum(nil))
}

func unpackEntries(ctx context.Context, from *tar.Reader, root *os.Root) error {
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
		if err := unpackEntry(from, header, root); err != nil {
			return err
		}
	}
	return fmt.Errorf("it holds too many files: %w", ErrArchive)
}

// unpackEntry writes one entry, without the folder that all of them are in.
func unpackEntry(from io.Reader, header *tar.Header, root *os.Root) error {
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
		return root.Symlink(header.Linkname, name)
	case tar.TypeReg:
		return unpackFile(from, name, header.FileInfo().Mode().Perm(), root)
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
