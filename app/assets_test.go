package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestExtensionHostDocument(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for _, test := range []struct {
		name, method, target string
		network              bool
		status               int
		connect, script      string
	}{
		{
			"the product", "GET", "http://wails/extensionHost.html", true, 200,
			"connect-src data: blob: https: wss:;",
			"script-src 'unsafe-eval' blob: wails://wails/extensionHost.js wails://wails/assets/ wails://wails/keel/extension/;",
		},
		{
			"without the network", "GET", "http://127.0.0.1:3000/extensionHost.html", false, 200,
			"connect-src data: blob:;",
			"script-src 'unsafe-eval' blob: http://127.0.0.1:3000/extensionHost.js http://127.0.0.1:3000/assets/ http://127.0.0.1:3000/keel/extension/;",
		},
		{"written to", "POST", "http://wails/extensionHost.html", true, 400, "", ""},
		{"anything else", "GET", "http://wails/extensionHost.js", true, http.StatusTeapot, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			network := func() bool { return test.network }
			extensionHost(network, next).ServeHTTP(answer, httptest.NewRequest(test.method, test.target, nil))
			if answer.Code != test.status {
				t.Fatalf("answered %d, want %d", answer.Code, test.status)
			}
			header := answer.Header().Get("Content-Security-Policy")
			for _, want := range []string{test.connect, test.script} {
				if !strings.Contains(header, want) || !strings.Contains(answer.Body.String(), want) {
					t.Errorf("neither header nor document may lack %q:\n%s\n%s", want, header, answer.Body)
				}
			}
			if test.status == 200 && !strings.Contains(header, "sandbox allow-scripts;") {
				t.Errorf("the document has an origin: %s", header)
			}
		})
	}
}

func TestExtensionHostKnowsPlainHostsOnly(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/extensionHost.html", nil)
	r.Host = "a;script-src *"
	if origin, ok := ownOrigin(r); ok {
		t.Errorf("took %q for an origin", origin)
	}
}
