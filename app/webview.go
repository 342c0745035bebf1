package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/webview"
	"github.com/keel-ide/keel/app/webview/gate"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/workspace"
)

// gatePatience is how long the window's page waits for the toolkit at most.
const gatePatience = 20 * time.Second

// guard knows whether frames of the window are kept from Go's bound methods.
type guard struct {
	once   sync.Once
	closed chan struct{} // closed when it is decided
	err    error         // why frames are not kept; nil: they are
}

func newGuard() *guard { return &guard{closed: make(chan struct{})} }

// close decides; the window's main loop is about to run. A page that is served to
// a browser has no handlers of the window in its frames.
func (g *guard) close(ctx context.Context, served bool) {
	g.once.Do(func() {
		defer close(g.closed)
		if served {
			return
		}
		limited, cancel := context.WithTimeout(ctx, gatePatience)
		defer cancel()
		g.err = gate.Close(limited)
	})
}

// refused says why there are no webviews, without waiting.
func (g *guard) refused() error {
	why := gate.ErrOpen
	select {
	case <-g.closed:
		why = g.err
	default:
	}
	switch {
	case why == nil:
		return nil
	case errors.Is(why, gate.ErrNotHere):
		return &wire.Error{
			Code: wire.CodeNotAllowed,
			Message: "Keel shows what extensions draw on Linux only, for now: elsewhere their pages cannot yet be kept apart " +
				"from the rest of the window.",
			Hint: "Everything else of the extension works.",
		}
	default:
		return &wire.Error{
			Code:    wire.CodeNotAllowed,
			Message: "Keel does not show what extensions draw now: their pages could not be kept apart from the rest of the window.",
			Hint:    "Everything else of the extension works. Start Keel again to try once more.",
		}
	}
}

// pages guards the window's own page: it is served when the guard has decided,
// and says which addresses its frames may show.
func (a *App) pages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && (r.URL.Path == "/" || r.URL.Path == "/index.html") {
			select {
			case <-a.guard.closed:
			case <-r.Context().Done():
			case <-time.After(gatePatience):
			}
			a.webviews.Forget()
			if origin, ok := ownOrigin(r); ok {
				w.Header().Set("Content-Security-Policy", webview.Framing(origin, extensionHostPath))
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) newWebviews() *webview.Server {
	return webview.New(webview.Options{
		Open:    a.openForWebview,
		Ask:     a.events.Webview,
		Network: a.extensionsUseNetwork,
		Refused: a.guard.refused,
	})
}

// openForWebview opens a file of the opened folder.
func (a *App) openForWebview(ctx context.Context, path string) (io.ReadSeekCloser, error) {
	tree, err := a.Folder().Area(wire.AreaWorkspace)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(tree.Path(), path)
	if err != nil || !filepath.IsLocal(name) {
		return nil, fmt.Errorf("reading %q for a webview: %w", path, workspace.ErrOutside)
	}
	file, _, err := tree.OpenFile(ctx, filepath.ToSlash(name))
	return file, err
}
