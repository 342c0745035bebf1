package app

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/extension"
)

// extension serves what concerns extensions; known is false for what does not:
//
//	GET  /keel/extension/FOLDER/PATH                    a file of an installed extension
//	POST /keel/gallery/extensionquery?origin=ORIGIN     asks the registry, in the gallery protocol
//	GET  /keel/gallery/vscode/PUBLISHER/NAME/latest     the newest versions of one extension
//	GET  /keel/gallery/asset/PUBLISHER/NAME/VERSION/TYPE[?targetPlatform=P]
//	POST /keel/gallery/publishers/…/stats               counts nothing
//	PUT  /keel/extension-file?name=NAME                 a packed extension; the answer is its token
func (h byteHandler) extension(w http.ResponseWriter, r *http.Request, kind, rest string) (known bool, err error) {
	parts := strings.Split(rest, "/")
	get, post := r.Method == http.MethodGet, r.Method == http.MethodPost
	switch {
	case kind == "extension" && get:
		folder, path, _ := strings.Cut(rest, "/")
		return true, h.extensionFile(w, r, folder, path)
	case kind == "extension-file" && r.Method == http.MethodPut:
		return true, h.takeExtension(w, r)
	case kind != "gallery":
		return false, nil
	case rest == "extensionquery" && post:
		return true, h.query(w, r)
	case parts[0] == "vscode" && len(parts) == 4 && parts[3] == "latest" && get:
		data, err := h.desk.Folder().Extensions.Latest(r.Context(), parts[1], parts[2], origin(r))
		return true, answerJSON(w, data, err)
	case parts[0] == "asset" && len(parts) == 5 && get:
		return true, h.asset(w, r, parts[1:])
	case parts[0] == "publishers" && strings.HasSuffix(rest, "/stats"):
		w.WriteHeader(http.StatusOK)
		return true, nil
	}
	return false, nil
}

// extensionFile serves a file of an extension. Whatever it is, it is no page of
// this window: it gets no origin, no script and nothing to load. The worker host,
// whose origin is opaque, may read it.
func (h byteHandler) extensionFile(w http.ResponseWriter, r *http.Request, folder, path string) error {
	served, err := h.desk.Folder().Extensions.OpenFile(r.Context(), folder, path)
	if err != nil {
		return err
	}
	defer served.File.Close()
	header := w.Header()
	header.Set("Content-Type", served.Type)
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	header.Set("Cache-Control", "no-cache") // looked at again by its tag: an extension can be installed anew
	header.Set("ETag", served.Tag)
	header.Set("Vary", "Origin")
	if r.Header.Get("Origin") == "null" {
		header.Set("Access-Control-Allow-Origin", "null")
	}
	http.ServeContent(w, r, "", time.Time{}, served.File)
	return nil
}

// origin is where the page's own addresses begin.
func origin(r *http.Request) string {
	if given := r.URL.Query().Get("origin"); given != "" {
		return given
	}
	return r.Header.Get("Origin")
}

func (h byteHandler) query(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, extension.MostQuery+1))
	if err != nil {
		return &extension.Error{Message: "This query cannot be sent to a registry.", Err: extension.ErrTooLarge}
	}
	data, err := h.desk.Folder().Extensions.Query(r.Context(), body, origin(r))
	return answerJSON(w, data, err)
}

func answerJSON(w http.ResponseWriter, data []byte, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(data)
	return err
}

// asset serves a picture or a text of the registry, which is a stranger's.
func (h byteHandler) asset(w http.ResponseWriter, r *http.Request, parts []string) error {
	query := r.URL.Query()
	platform := query.Get("targetPlatform")
	if platform == "" {
		platform = query.Get("target")
	}
	asset, err := h.desk.Folder().Extensions.Asset(r.Context(), parts[0], parts[1], parts[2], parts[3], platform)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", asset.Type)
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(asset.Data)
	return err
}

// takeExtension takes in a package that was dropped on the window.
func (h byteHandler) takeExtension(w http.ResponseWriter, r *http.Request) error {
	token, err := h.desk.Folder().Extensions.TakeBytes(r.Context(), r.URL.Query().Get("name"), r.Body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, err = io.WriteString(w, token)
	return err
}

// sweepExtensions takes away what extensions left behind, unless another window
// may still show it.
func (a *App) sweepExtensions() {
	windows, err := a.windows.register.Windows(a.ctx)
	if err == nil && len(windows) == 1 {
		err = a.extensions.Sweep(a.ctx)
	}
	if err != nil {
		a.log.Warn("sweeping the folder of extensions", "error", err)
	}
}
