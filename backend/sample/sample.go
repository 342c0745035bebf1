// Package sample is the small project on which a newcomer tries Keel.
//
// # Promises
//
// [Write] makes a folder that was not there and fills it. It never writes into a
// folder that exists, replaces no file and follows no link; where it fails midway,
// what it has made is gone again, and nothing else.
package sample

import (
	"context"
	_ "embed" // the sample's files
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/tools/txtar"
)

// Name is what a copy's folder is called.
const Name = "Keel Sample"

// most is how many folders a free name is looked for among.
const most = 100

//go:embed sample.txtar
var packed []byte

// ErrNoName is returned by [Free] where all names are taken.
var ErrNoName = errors.New("looking for a name for the sample: all are taken")

// Free returns a path in a folder at which there is nothing: "Keel Sample", else
// "Keel Sample 2" and so on.
func Free(folder string) (string, error) {
	for n := 1; n <= most; n++ {
		path := filepath.Join(folder, numbered(n))
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path, nil
		}
	}
	return "", ErrNoName
}

// Existing returns the copy in a folder that [Write] made last, or "". What a copy
// is shows in its name and its module.
func Existing(folder string) string {
	for n := most; n > 0; n-- {
		path := filepath.Join(folder, numbered(n))
		if isCopy(path) {
			return path
		}
	}
	return ""
}

// isCopy looks into regular files only: opening anything else could wait.
func isCopy(path string) bool {
	name := filepath.Join(path, "go.mod")
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() > 4096 {
		return false
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	for _, file := range txtar.Parse(packed).Files {
		if file.Name == "go.mod" {
			return string(text) == string(file.Data)
		}
	}
	return false
}

func numbered(n int) string {
	if n == 1 {
		return Name
	}
	return fmt.Sprintf("%s %d", Name, n)
}

// Write makes the folder at path, whose parent exists, with the sample in it. The
// error is [os.ErrExist] where anything is there already.
func Write(ctx context.Context, path string) (err error) {
	if err := os.Mkdir(path, 0o755); err != nil {
		return fmt.Errorf("making %q: %w", path, err)
	}
	var made []string
	defer func() {
		if err == nil {
			return
		}
		for _, name := range made {
			err = errors.Join(err, os.Remove(filepath.Join(path, name)))
		}
		err = errors.Join(err, os.Remove(path)) // which leaves one that is not empty
	}()
	root, err := os.OpenRoot(path)
	if err != nil {
		return fmt.Errorf("opening %q: %w", path, err)
	}
	defer func() { _ = root.Close() }() // nothing was written through it that is not closed
	for _, file := range txtar.Parse(packed).Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := write(root, file); err != nil {
			return err
		}
		made = append(made, file.Name)
	}
	return nil
}

func write(root *os.Root, file txtar.File) error {
	out, err := root.OpenFile(file.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("making %q: %w", file.Name, err)
	}
	_, err = out.Write(file.Data)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing %q: %w", file.Name, err), root.Remove(file.Name))
	}
	return nil
}
