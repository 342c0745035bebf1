//go:build unix

package checkpointtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Item is one path as the walker sees it.
type Item struct {
	Type    string // of fs.FileMode: "d" folder, "L" link, "-" file, others as they are
	Mode    uint32 // twelve bits; 0 for a link
	Content string // bytes, or a link's target
}

// Tree is a workspace by raw path with forward slashes.
type Tree map[string]Item

// Walk reads a workspace without following links.
func Walk(root string) (Tree, error) {
	tree := Tree{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		var stat syscall.Stat_t
		if err := syscall.Lstat(path, &stat); err != nil {
			return err
		}
		item := Item{Mode: uint32(stat.Mode) & 0o7777}
		switch stat.Mode & syscall.S_IFMT {
		case syscall.S_IFDIR:
			item.Type = "d"
		case syscall.S_IFLNK:
			item.Type, item.Mode = "L", 0
			item.Content, err = os.Readlink(path)
		case syscall.S_IFREG:
			item.Type = "-"
			var content []byte
			content, err = os.ReadFile(path)
			item.Content = string(content)
		default:
			item.Type = fmt.Sprintf("%#o", stat.Mode&syscall.S_IFMT)
		}
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		tree[filepath.ToSlash(relative)] = item
		return nil
	})
	return tree, err
}

func chmod(path string, mode uint32) error { return syscall.Chmod(path, mode) }

// touched is what a rewrite of a file changes even if its bytes stay.
type touched struct {
	inode    uint64
	modified int64
	changed  int64
}

func stampOf(path string) (touched, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return touched{}, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return touched{}, fmt.Errorf("stat of %q: %T", path, info.Sys())
	}
	return touched{inode: stat.Ino, modified: info.ModTime().UnixNano(), changed: changedAt(stat)}, nil
}

// deviceOf is the number of the device a path lies on.
func deviceOf(info fs.FileInfo) uint64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return uint64(stat.Dev)
}
