package extension

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const (
	// mostGiven is how many files may wait to be installed.
	mostGiven = 8
	vsixName  = "package.vsix"
)

// given is a package that the person has handed over. It is a copy: what is looked
// at is what will be installed, whatever becomes of the file.
type given struct {
	name string // of the file, for a person
	work *workspace
	hash string
	at   time.Time
}

func (g *given) path() string { return filepath.Join(g.work.path, vsixName) }

// TakeFile takes a copy of a package and returns a token that names it in a plan.
func (e *Extensions) TakeFile(ctx context.Context, path string) (string, error) {
	opened, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would wait
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", &Error{Message: fmt.Sprintf("There is no file %s.", Plain(path, 300)), Hint: "Check the path.", Err: ErrNotFound}
		}
		return "", fmt.Errorf("opening the package: %w", err)
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return "", fmt.Errorf("opening the package: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", &Error{Message: fmt.Sprintf("%s is not a file.", Plain(path, 300)), Hint: "Choose a *.vsix.", Err: ErrNotFound}
	}
	return e.TakeBytes(ctx, filepath.Base(path), opened)
}

// TakeBytes is [Extensions.TakeFile] for the bytes of a package.
func (e *Extensions) TakeBytes(ctx context.Context, name string, from io.Reader) (token string, err error) {
	work, err := e.store.begin(ctx)
	if err != nil {
		return "", err
	}
	kept := false
	defer func() {
		if !kept {
			work.end()
		}
	}()
	g := &given{name: Plain(name, 200), work: work, at: e.options.Now()}
	to, err := os.OpenFile(g.path(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", keeping(err)
	}
	hash := sha256.New()
	writer := &written{to: to}
	n, err := io.Copy(io.MultiWriter(writer, hash), io.LimitReader(reading{ctx, from}, mostPacked+1))
	if closed := to.Close(); closed != nil && writer.err == nil {
		writer.err = closed
	}
	switch {
	case writer.err != nil:
		return "", keeping(writer.err)
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("reading the package: %w", err)
	case n > mostPacked:
		return "", refuse("The package is larger than 256 MiB.")
	}
	g.hash = hex.EncodeToString(hash.Sum(nil))
	token = newID()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return "", context.Canceled
	}
	e.forget()
	e.files[token], kept = g, true
	return token, nil
}

// forget lets go of the oldest files where there are too many; mu is held.
func (e *Extensions) forget() {
	for len(e.files) >= mostGiven {
		tokens := []string{}
		for token := range e.files {
			tokens = append(tokens, token)
		}
		oldest := slices.MinFunc(tokens, func(a, b string) int { return e.files[a].at.Compare(e.files[b].at) })
		e.files[oldest].work.end()
		delete(e.files, oldest)
	}
}

// drop lets go of a file that has been installed.
func (e *Extensions) drop(g *given) {
	if g == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for token, each := range e.files {
		if each == g {
			delete(e.files, token)
			g.work.end()
		}
	}
}

// given returns the file that a token names.
func (e *Extensions) given(token string) (*given, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g, ok := e.files[token]
	if !ok {
		return nil, noLonger()
	}
	return g, nil
}

func noLonger() error {
	return &Error{Message: "The package is no longer at hand; nothing was installed.", Hint: "Choose the file again.", Err: ErrNotFound}
}
