package extension

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Served is a file of an installed extension; the caller closes it.
type Served struct {
	File *os.File
	Type string // its media type
	Tag  string // another one for other bytes
}

// OpenFile opens a file of an installed extension. The folder is that of the list
// or was so since the program started: an update takes the place of what a window
// still shows. A path is a plain one and leads nowhere else.
func (e *Extensions) OpenFile(ctx context.Context, folder, path string) (Served, error) {
	gone := func() (Served, error) {
		return Served{}, &Error{Message: "The extension has no such file.", Err: ErrNotFound}
	}
	if !fs.ValidPath(path) || path == "." || strings.ContainsAny(folder, `/\`) {
		return gone()
	}
	tag, ok := e.serves(ctx, folder)
	if !ok {
		return gone()
	}
	root, err := os.OpenRoot(filepath.Join(e.options.Folder, folder))
	if err != nil {
		return gone()
	}
	defer root.Close()
	info, err := root.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return gone()
	}
	file, err := root.Open(path)
	if err != nil {
		return gone()
	}
	return Served{File: file, Type: fileType(path), Tag: `"` + tag[:min(len(tag), 16)] + `"`}, nil
}

// serves tells whether the files of a folder are given out, with what tells its
// content from another.
func (e *Extensions) serves(ctx context.Context, folder string) (string, bool) {
	now, err := e.store.load(ctx)
	if err != nil {
		now = list{}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, each := range now.Extensions {
		if each.Folder == folder {
			e.served[folder] = each.SHA256
			return each.SHA256, true
		}
	}
	tag, ok := e.served[folder]
	return tag, ok
}

// fileType is the media type of a file by its name. Pages are text: an extension
// has no page of its own in this window.
func fileType(path string) string {
	kind, ok := map[string]string{
		".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".cjs": "text/javascript; charset=utf-8",
		".json": "application/json", ".map": "application/json", ".code-snippets": "application/json", ".tmlanguage": "text/plain; charset=utf-8",
		".css": "text/css; charset=utf-8", ".wasm": "application/wasm",
		".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".ico": "image/x-icon", ".bmp": "image/bmp", ".svg": "image/svg+xml",
		".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
		".md": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".html": "text/plain; charset=utf-8", ".htm": "text/plain; charset=utf-8", ".xhtml": "text/plain; charset=utf-8", ".xml": "text/plain; charset=utf-8",
		".yaml": "text/plain; charset=utf-8", ".yml": "text/plain; charset=utf-8", ".ts": "text/plain; charset=utf-8",
	}[strings.ToLower(filepath.Ext(path))]
	if !ok {
		return "application/octet-stream"
	}
	return kind
}
