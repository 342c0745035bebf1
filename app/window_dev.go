//go:build dev

package app

import (
	"net/http"
	"os"

	"github.com/wailsapp/wails/v2/pkg/options"
)

// tune makes the window of a build for tests step aside: while the page is
// served to a browser, the window's own web view shows nothing, or two pages
// would drive one program.
func tune(o *options.App) {
	if !servesBrowser() {
		return
	}
	inner := o.AssetServer.Middleware
	o.AssetServer.Middleware = func(next http.Handler) http.Handler {
		next = inner(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Scheme == "wails" || r.Host == "wails" || r.Host == "wails.localhost" {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusOK)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// servesBrowser tells whether the page is for a browser, not for the window.
func servesBrowser() bool { return os.Getenv("devserver") != "" }
