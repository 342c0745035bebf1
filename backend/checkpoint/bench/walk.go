package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// item is one path as the walker sees it.
type item struct {
	mode   fs.FileMode // type and permission bits; of a link the type alone
	sum    [sha256.Size]byte
	target string // of a link
}

// tree is what stands below a folder, by path with forward slashes.
type tree map[string]item

func sumOf(content []byte) [sha256.Size]byte { return sha256.Sum256(content) }

// modeBits are what is compared of a mode.
const modeBits = fs.ModeType | fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// walk reads a whole tree, without following links.
func walk(ctx context.Context, root string) (tree, error) {
	out := tree{}
	var files []string
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == root {
			return err
		}
		info, err := os.Lstat(at)
		if err != nil {
			return err
		}
		found := item{mode: info.Mode() & modeBits}
		relative := filepath.ToSlash(strings.TrimPrefix(at[len(root):], string(filepath.Separator)))
		switch {
		case found.mode&fs.ModeSymlink != 0:
			found.mode = fs.ModeSymlink
			found.target, err = os.Readlink(at)
		case found.mode.IsRegular():
			files = append(files, relative)
		}
		out[relative] = found
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("walking a tree: %w", err)
	}
	sums := make([][sha256.Size]byte, len(files))
	err = share(ctx, len(files), func(i int) error {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(files[i])))
		sums[i] = sumOf(content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("walking a tree: %w", err)
	}
	for i, name := range files {
		found := out[name]
		found.sum = sums[i]
		out[name] = found
	}
	return out, nil
}

// wrong are the paths at which a tree is not what it should be, by how.
type wrong map[string][]string

// What may be wrong with a path.
const (
	wrongGone    = "gone"
	wrongAdded   = "added"
	wrongKind    = "of another kind"
	wrongMode    = "with another mode"
	wrongContent = "with other bytes"
	wrongTarget  = "leading elsewhere"
)

// compare lists what is wrong, each path once, sorted.
func compare(want, got tree) wrong {
	out := wrong{}
	for at, w := range want {
		g, ok := got[at]
		switch {
		case !ok:
			out[wrongGone] = append(out[wrongGone], at)
		case w.mode.Type() != g.mode.Type():
			out[wrongKind] = append(out[wrongKind], at)
		case w.sum != g.sum:
			out[wrongContent] = append(out[wrongContent], at)
		case w.target != g.target:
			out[wrongTarget] = append(out[wrongTarget], at)
		case w.mode != g.mode:
			out[wrongMode] = append(out[wrongMode], at)
		}
	}
	for at := range got {
		if _, ok := want[at]; !ok {
			out[wrongAdded] = append(out[wrongAdded], at)
		}
	}
	for _, paths := range out {
		slices.Sort(paths)
	}
	return out
}

// say tells in short what is wrong; empty when nothing is.
func (w wrong) say(want tree) string {
	var parts []string
	for _, how := range []string{wrongContent, wrongGone, wrongAdded, wrongKind, wrongTarget, wrongMode} {
		paths := w[how]
		if len(paths) == 0 {
			continue
		}
		what := "paths"
		if how == wrongGone && !slices.ContainsFunc(paths, func(at string) bool { return !want[at].mode.IsDir() }) {
			what = "folders"
		}
		if len(paths) == 1 {
			what = what[:len(what)-1]
		}
		parts = append(parts, fmt.Sprintf("%d %s %s", len(paths), what, how))
	}
	return strings.Join(parts, ", ")
}

// repair makes a tree what it should be.
func (c *corpus) repair(root string, w wrong) error {
	broken := map[string]bool{}
	for _, paths := range w {
		for _, at := range paths {
			broken[at] = true
		}
	}
	for _, at := range slices.Concat(w[wrongAdded], w[wrongKind], w[wrongTarget]) {
		if err := os.RemoveAll(filepath.Join(root, filepath.FromSlash(at))); err != nil {
			return fmt.Errorf("repairing a tree: %w", err)
		}
	}
	for _, f := range c.folders {
		if !broken[f.path] {
			continue
		}
		at := filepath.Join(root, filepath.FromSlash(f.path))
		if err := os.MkdirAll(at, 0o755); err != nil {
			return fmt.Errorf("repairing a tree: %w", err)
		}
		if err := os.Chmod(at, f.mode); err != nil {
			return fmt.Errorf("repairing a tree: %w", err)
		}
	}
	for _, f := range c.files {
		if broken[f.path] {
			if err := put(filepath.Join(root, filepath.FromSlash(f.path)), c.content(f), f.mode); err != nil {
				return err
			}
		}
	}
	for _, l := range c.links {
		at := filepath.Join(root, filepath.FromSlash(l.path))
		if _, err := os.Lstat(at); err == nil {
			continue
		}
		if err := os.Symlink(l.target, at); err != nil {
			return fmt.Errorf("repairing a tree: %w", err)
		}
	}
	return nil
}
