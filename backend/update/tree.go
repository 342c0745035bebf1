package update

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// tree is what a folder holds, by names below it with forward slashes.
type tree map[string]leaf

// leaf is one name of a [tree].
type leaf struct {
	mode    fs.FileMode
	content string // of a file its hash, of a link where it leads, of a folder nothing
}

// linkTo is the content of a link. A hash has no arrow.
func linkTo(target string) string { return "-> " + target }

// readTree reads a folder to the last byte. It follows no link.
func readTree(ctx context.Context, folder string) (tree, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", folder, err)
	}
	defer root.Close()
	found := tree{}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := contentOf(root, name, info.Mode())
		found[name] = leaf{info.Mode(), content}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", folder, err)
	}
	return found, nil
}

func contentOf(root *os.Root, name string, mode fs.FileMode) (string, error) {
	switch {
	case mode.IsDir():
		return "", nil
	case mode&fs.ModeSymlink != 0:
		target, err := root.Readlink(name)
		return linkTo(target), err
	case !mode.IsRegular():
		return "", fmt.Errorf("%q is neither a file nor a folder: %w", name, ErrChanged)
	}
	file, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// contents are those of everything but folders.
func (t tree) contents() map[string]string {
	all := map[string]string{}
	for name, each := range t {
		if !each.mode.IsDir() {
			all[name] = each.content
		}
	}
	return all
}

// sum is the hash of all of it, in hexadecimal digits.
func (t tree) sum() string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(hash, "%q %s %q\n", name, t[name].mode, t[name].content)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// names are those of everything that a folder holds.
func names(folder string) (map[string]bool, error) {
	all := map[string]bool{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, _ fs.DirEntry, err error) error {
		all[name] = true
		return err
	})
	return all, err
}
