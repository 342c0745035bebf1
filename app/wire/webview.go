package wire

// WebviewRequest asks the page for something that a webview wants to load and
// that is no file of the opened folder: the page knows what lies behind other
// schemes. It answers with a PUT of /keel/webview/WEBVIEW/answer/ID.
type WebviewRequest struct {
	Webview   string `json:"webview"`
	ID        int64  `json:"id"`
	Scheme    string `json:"scheme"`
	Authority string `json:"authority"` // as VS Code encodes it
	Path      string `json:"path"`
	Query     string `json:"query"`
}
