package webview

import (
	"context"
	"io"
	"mime"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// resource serves what a webview loads. place is SCHEME+AUTHORITY/PATH.
func (s *Server) resource(w http.ResponseWriter, r *http.Request, name, place string) {
	found, ok := s.find(name)
	host, file, _ := strings.Cut(place, "/")
	scheme, authority, marked := strings.Cut(host, "+")
	file = "/" + file
	if !ok || !marked || file != path.Clean(file) || strings.ContainsRune(file, 0) {
		http.NotFound(w, r)
		return
	}
	s.dress(w, r, file)
	if scheme != "file" {
		s.ask(w, r, name, scheme, authority, file)
		return
	}
	content, err := s.open(r.Context(), found.document.Roots, authority, file)
	if err != nil {
		http.NotFound(w, r) // nor does it learn whether there is something
		return
	}
	defer content.Close()
	http.ServeContent(w, r, "", time.Time{}, content)
}

// dress sets the headers of everything that a webview loads.
func (s *Server) dress(w http.ResponseWriter, r *http.Request, file string) {
	header := w.Header()
	header.Set("Content-Type", contentType(file))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	if r.Header.Get("Origin") == "null" {
		// Scripts of its modules, fonts and what it fetches are read across origins.
		header.Set("Access-Control-Allow-Origin", "null")
	}
}

// open opens a file that lies below one of the roots, after links are resolved:
// a link in a folder that a webview may read must not lead out of it.
func (s *Server) open(ctx context.Context, roots []string, authority, file string) (io.ReadSeekCloser, error) {
	if authority != "" {
		return nil, filepath.ErrBadPattern
	}
	real, err := filepath.EvalSymlinks(filepath.FromSlash(file))
	if err != nil {
		return nil, err
	}
	for _, root := range roots {
		if !below(filepath.Clean(root), filepath.FromSlash(file)) {
			continue
		}
		realRoot, err := filepath.EvalSymlinks(root)
		if err != nil || !below(realRoot, real) {
			continue
		}
		return s.options.Open(ctx, real)
	}
	return nil, errOutside
}

// below tells whether a path lies below a folder; the folder itself does not.
func below(folder, file string) bool {
	return strings.HasPrefix(file, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// types are those that a browser must be told right; the system's list of them
// differs from machine to machine. HTML is text: no frame may show it as a page.
var types = map[string]string{
	".html": "text/plain; charset=utf-8", ".htm": "text/plain; charset=utf-8", ".xhtml": "text/plain; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json", ".map": "application/json",
	".wasm": "application/wasm", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp", ".ico": "image/x-icon",
	".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
	".mp3": "audio/mpeg", ".wav": "audio/wav", ".ogg": "audio/ogg", ".flac": "audio/flac", ".m4a": "audio/mp4",
	".mp4": "video/mp4", ".webm": "video/webm", ".pdf": "application/pdf",
	".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
}

func contentType(file string) string {
	ending := strings.ToLower(path.Ext(file))
	if known, ok := types[ending]; ok {
		return known
	}
	guess := mime.TypeByExtension(ending)
	if guess == "" || strings.Contains(guess, "html") || strings.Contains(guess, "xml") {
		return "application/octet-stream"
	}
	return guess
}
