package update

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// part ends the name of a file that is not whole or not checked yet.
const part = ".part"

// Download brings a file of a checked feed here and returns where it lies. One
// that lies there already is checked again and not asked for. What was interrupted
// starts anew. Progress may be nil; it is told the bytes so far.
func (u *Updates) Download(ctx context.Context, a File, progress func(int64)) (string, error) {
	name, err := fileName(a)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(u.o.Folder, 0o700); err != nil {
		return "", fmt.Errorf("making %q: %w", u.o.Folder, err)
	}
	target := filepath.Join(u.o.Folder, name)
	if matches(target, a) == nil {
		return target, nil
	}
	// Two windows may be at it: each has a file of its own.
	file, err := os.CreateTemp(u.o.Folder, name+".*"+part)
	if err != nil {
		return "", fmt.Errorf("making the file for %q: %w", a.URL, err)
	}
	err = u.fetch(ctx, a, file, progress)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = matches(file.Name(), a) // what lies here counts, not what has come
	}
	if err == nil {
		err = os.Rename(file.Name(), target)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("downloading %q: %w", a.URL, err), os.Remove(file.Name()))
	}
	return target, nil
}

// fileName is the last part of an address, if it can be nothing but a file's name.
func fileName(a File) (string, error) {
	address, err := url.Parse(a.URL)
	if err != nil {
		return "", fmt.Errorf("reading %q: %w", a.URL, ErrMalformed)
	}
	name := path.Base(address.Path)
	if !filepath.IsLocal(name) || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\:`) || strings.HasSuffix(name, part) {
		return "", fmt.Errorf("naming the file of %q: %w", a.URL, ErrMalformed)
	}
	return name, nil
}

func (u *Updates) fetch(ctx context.Context, a File, to *os.File, progress func(int64)) error {
	body, err := u.open(ctx, a.URL)
	if err != nil {
		return err
	}
	defer body.Close()
	told := &telling{progress: progress}
	if _, err := io.Copy(io.MultiWriter(to, told), io.LimitReader(body, a.Size+1)); err != nil {
		return err
	}
	return to.Sync()
}

func compare(a File, size int64, hash []byte) error {
	if size != a.Size {
		return fmt.Errorf("checking %q: it has not the %d bytes that were told: %w", a.URL, a.Size, ErrMismatch)
	}
	if hex.EncodeToString(hash) != strings.ToLower(a.SHA256) {
		return fmt.Errorf("checking %q: its hash is another one: %w", a.URL, ErrMismatch)
	}
	return nil
}

// matches checks a file that lies here.
func matches(name string, a File) error {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return errors.Join(ErrMismatch, err)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return err
	}
	return compare(a, size, hash.Sum(nil))
}

// telling counts what goes by.
type telling struct {
	progress func(int64)
	so       int64
}

func (t *telling) Write(b []byte) (int, error) {
	t.so += int64(len(b))
	if t.progress != nil {
		t.progress(t.so)
	}
	return len(b), nil
}
