package webview

import "strings"

// policy is the header of a document. base is where it may load from.
//
// The sandbox is here and not only on the frame, so that it holds for the
// address itself, whoever opens it.
func policy(d Document, base string, network bool) string {
	web, sockets := "", ""
	if network {
		web, sockets = " https:", " wss:"
	}
	sandbox := "sandbox allow-scripts allow-pointer-lock"
	if d.Forms {
		sandbox += " allow-forms" // their submission is forbidden below; scripts may still read them
	}
	scripts := "'unsafe-inline' 'unsafe-eval' blob: data: " + base + web
	if !d.Scripts {
		scripts = "'nonce-" + d.Nonce + "'"
	}
	return strings.Join([]string{
		sandbox,
		"default-src 'none'",
		"script-src " + scripts,
		"style-src 'unsafe-inline' blob: data: " + base + web,
		"img-src blob: data: " + base + web,
		"font-src blob: data: " + base + web,
		"media-src blob: data: " + base + web,
		"connect-src blob: data: " + base + web + sockets,
		"worker-src blob: data:",
		"frame-src blob: data:",
		"object-src 'none'",
		"manifest-src 'none'",
		"base-uri " + base,
		"form-action 'none'",
		"frame-ancestors 'self'",
	}, "; ")
}

// Framing is the header of the window's own page, on top of the page's own policy,
// which allows every address of its origin. Frames may ever show, whoever leads them
// there, those of webviews and one more of the page's origin. Scripts are the
// program's: files of extensions, which are served there too, are none.
func Framing(origin, more string) string {
	return "frame-src " + origin + Prefix + " " + origin + more +
		"; script-src " + origin + "/assets/ " + origin + "/splash.js " + origin + "/early.js " + origin + "/wails/ 'wasm-unsafe-eval'" +
		"; worker-src " + origin + "/assets/ blob:"
}
