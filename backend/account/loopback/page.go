package loopback

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
)

// page is what the browser shows.
type page struct {
	Title string
	Text  string
	Next  string // what to do; may be empty
}

func signedIn() page {
	return page{Title: "You are signed in to Keel", Text: "You can close this tab."}
}

func failed(message, hint string) page {
	return page{Title: "The sign-in did not work", Text: message, Next: hint}
}

func unknown() page {
	return page{Title: "Go back to Keel", Text: "Keel has the answer and shows there how the sign-in went.", Next: "You can close this tab."}
}

func late() page {
	return page{Title: "This sign-in is over", Text: "Keel takes one answer for each sign-in and already has it. Nothing was changed.", Next: "Go back to Keel; to sign in again, begin there."}
}

func strange() page {
	return page{Title: "Keel is not waiting for this", Text: "This address does not belong to the sign-in that Keel is waiting for. Nothing was changed, and that sign-in goes on.", Next: "Go back to Keel and open the address that it shows."}
}

// style follows the person's light or dark setting; both have a contrast of more
// than 7 to 1.
const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:#f6f6f7;color:#1b1b1f}
main{max-width:32rem;margin:1rem;padding:2rem;border:1px solid #c9c9d1;border-radius:12px;background:#fff;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.3}
p{margin:.5rem 0 0}
@media(prefers-color-scheme:dark){body{background:#18181b;color:#ececf1}main{background:#222226;border-color:#47474f}}`

const markup = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Page.Title}}</title>
<style>{{.Style}}</style>
</head>
<body>
<main>
<h1>{{.Page.Title}}</h1>
<p>{{.Page.Text}}</p>
{{with .Page.Next}}<p>{{.}}</p>
{{end}}</main>
</body>
</html>
`

// write sends the page, whole, before it returns: the listener may be closed
// right after.
func (p page) write(w http.ResponseWriter, status int) {
	var body bytes.Buffer
	err := template.Must(template.New("page").Parse(markup)).Execute(&body, struct {
		Page  page
		Style template.CSS
	}{p, style})
	if err != nil {
		http.Error(w, p.Title, status)
		return
	}
	sum := sha256.Sum256([]byte(style))
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
	_ = http.NewResponseController(w).Flush()
}
