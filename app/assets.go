package app

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
)

// extensionHostPath is the document that extensions run in.
const extensionHostPath = "/extensionHost.html"

// extensionHost serves the document that extensions run in, before anything else
// is served. It has no origin, so that nothing in it reaches the page, what is
// bound to the page, or what Keel serves; and its policy, which the workers in it
// inherit, lets it load scripts of extensions, and speak to others over
// https and wss only, where the settings let extensions use the network at all.
//
// The policy names this program's own address outright: to WebKit 'self' means
// nothing in a document without an origin.
func extensionHost(network func() bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != extensionHostPath {
			next.ServeHTTP(w, r)
			return
		}
		origin, ok := ownOrigin(r)
		if !ok || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		policy := extensionHostPolicy(origin, network())
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Content-Security-Policy", policy+"; sandbox allow-scripts; frame-ancestors "+origin)
		w.WriteHeader(http.StatusOK)
		// Who does not wait for the answer does not need it.
		_, _ = io.WriteString(w, fmt.Sprintf(extensionHostDocument, policy, origin))
	})
}

const extensionHostDocument = `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<title>Extensions</title>
<script src="%s/extensionHost.js"></script>
</head>
</html>
`

func extensionHostPolicy(origin string, network bool) string {
	connect := "data: blob:"
	if network {
		connect += " https: wss:"
	}
	return "default-src 'none'" +
		"; script-src 'unsafe-eval' blob: " + origin + "/extensionHost.js " + origin + "/assets/ " + origin + "/keel/extension/" +
		"; worker-src blob:" +
		"; connect-src " + connect +
		"; base-uri 'none'; form-action 'none'"
}

var plainHost = regexp.MustCompile(`^[a-zA-Z0-9.-]+(:[0-9]+)?$`)

// ownOrigin is the origin under which the page asked. Of the window's own scheme,
// where it has one, only the host reaches a request.
func ownOrigin(r *http.Request) (string, bool) {
	if r.Host == "wails" {
		return "wails://wails", true
	}
	return "http://" + r.Host, plainHost.MatchString(r.Host)
}
