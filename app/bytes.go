package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/workspace"
)

// maxWrite is the largest file the page may save, 512 MiB: more than the
// editor opens.
const maxWrite = 512 << 20

// byteHandler moves file contents between Go and the page: strings of JSON
// would cost several times as much.
//
//	GET /keel/file/AREA?path=PATH        the bytes, with ranges
//	PUT /keel/file/AREA?path=PATH        replaces them; create=1, overwrite=1, version=V
//	GET /keel/checkpoint/ID?path=PATH    the bytes at a checkpoint, with ranges
//	GET /keel/proposal/APPROVAL          one side of a change that waits: session=S, side=before or after
//	PUT /keel/proposal/APPROVAL          replaces its after side: session=S, side=after, hash=H
//
// and what concerns extensions, see its method extension.
//
// A proposal's version is the hash of what is shown.
//
// Failures are a [wire.Error] as JSON. Every answer sets its status outright: to
// the window's web view, one without means "not implemented".
type byteHandler struct {
	desk     bind.Desk
	webviews http.Handler // everything below /keel/webview/
	log      *slog.Logger
}

func (h byteHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			h.log.Error("bug: byte handler panicked", "path", r.URL.Path, "cause", fmt.Sprint(cause))
			h.fail(w, fmt.Errorf("serving %q: %v", r.URL.Path, cause))
		}
	}()
	w.Header().Set("Cache-Control", "no-store")
	// What lies in a folder is data, never a page or a script of this window.
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	path := r.URL.Query().Get("path")
	kind, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/keel/"), "/")
	var err error
	switch {
	case kind == "webview" && h.webviews != nil:
		h.webviews.ServeHTTP(w, r)
		return
	case kind == "file" && r.Method == http.MethodGet:
		err = h.read(w, r, wire.Area(name), path)
	case kind == "file" && r.Method == http.MethodPut:
		err = h.write(w, r, wire.Area(name), path)
	case kind == "checkpoint" && r.Method == http.MethodGet:
		err = h.checkpoint(w, r, name, path)
	case kind == "proposal" && r.Method == http.MethodGet:
		err = h.readProposal(w, r, name)
	case kind == "proposal" && r.Method == http.MethodPut && r.URL.Query().Get("side") == "after":
		err = h.writeProposal(w, r, name)
	default:
		var known bool
		if known, err = h.extension(w, r, kind, name); !known {
			http.NotFound(w, r)
			return
		}
	}
	if err != nil {
		h.fail(w, err)
	}
}

func (h byteHandler) read(w http.ResponseWriter, r *http.Request, area wire.Area, path string) error {
	tree, err := h.desk.Folder().Area(area)
	if err != nil {
		return err
	}
	file, entry, err := tree.OpenFile(r.Context(), path)
	if err != nil {
		return err
	}
	defer file.Close()
	w.Header().Set("X-Keel-Version", entry.Version)
	w.Header().Set("X-Keel-Mode", permissions(entry.Mode))
	http.ServeContent(w, r, "", time.Time{}, file)
	return nil
}

// permissions are the twelve permission bits of a mode, as four octal digits.
func permissions(mode uint32) string { return fmt.Sprintf("%04o", mode&0o7777) }

func (h byteHandler) write(w http.ResponseWriter, r *http.Request, area wire.Area, path string) error {
	f := h.desk.Folder()
	tree, err := f.Area(area)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWrite))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return fmt.Errorf("saving %q: %w", path, workspace.ErrTooLarge)
		}
		return fmt.Errorf("reading what is to be saved to %q: %w", path, err)
	}
	query := r.URL.Query()
	entry, err := tree.WriteFile(r.Context(), path, data, workspace.WriteOptions{
		Create:    query.Get("create") != "",
		Overwrite: query.Get("overwrite") != "",
		IfVersion: query.Get("version"),
	})
	if err != nil {
		return err
	}
	f.NoteUserChange(area, path)
	w.Header().Set("X-Keel-Version", entry.Version)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h byteHandler) checkpoint(w http.ResponseWriter, r *http.Request, id, path string) error {
	f := h.desk.Folder()
	if f.Workspace == nil {
		return folder.ErrNoWorkspace
	}
	data, entry, err := f.Restores.ReadEntry(r.Context(), id, path)
	if err != nil {
		return err
	}
	w.Header().Set("X-Keel-Mode", permissions(entry.Mode))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

func (h byteHandler) readProposal(w http.ResponseWriter, r *http.Request, approvalID string) error {
	f := h.desk.Folder()
	if f.Workspace == nil {
		return folder.ErrNoWorkspace
	}
	query := r.URL.Query()
	data, hash, err := f.Review.ReadProposal(query.Get("session"), approvalID, query.Get("side"))
	if err != nil {
		return err
	}
	w.Header().Set("X-Keel-Version", hash)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(data)
	return err
}

func (h byteHandler) writeProposal(w http.ResponseWriter, r *http.Request, approvalID string) error {
	f := h.desk.Folder()
	if f.Workspace == nil {
		return folder.ErrNoWorkspace
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, agent.LargestProposal))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return fmt.Errorf("changing the proposal of question %q: %w", approvalID, agent.ErrTooLarge)
		}
		return fmt.Errorf("reading the proposal of question %q: %w", approvalID, err)
	}
	query := r.URL.Query()
	hash, err := f.Review.EditProposal(r.Context(), query.Get("session"), approvalID, query.Get("hash"), data)
	if err != nil {
		return err
	}
	w.Header().Set("X-Keel-Version", hash)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h byteHandler) fail(w http.ResponseWriter, err error) {
	explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
	if !ok {
		explained = &wire.Error{Code: wire.CodeInternal, Message: err.Error()}
	}
	status := http.StatusInternalServerError
	switch explained.Code {
	case wire.CodeNotFound, wire.CodeNoWorkspace:
		status = http.StatusNotFound
	case wire.CodeChanged, wire.CodeExists:
		status = http.StatusConflict
	case wire.CodeNotAllowed, wire.CodeOutside:
		status = http.StatusForbidden
	case wire.CodeProvider:
		status = http.StatusBadGateway
	case wire.CodeTooLarge:
		status = http.StatusRequestEntityTooLarge
	case wire.CodeDiskFull:
		status = http.StatusInsufficientStorage
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(explained); err != nil {
		h.log.Debug("answering the page", "error", err)
	}
}
