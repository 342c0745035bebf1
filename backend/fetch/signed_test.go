package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// signed reads what it knows.
type signed map[string]error

func (s signed) As(at *url.URL) (who, hint string) {
	if _, ok := s[at.Path]; ok {
		return "@octocat", "Ask @octocat."
	}
	return "", "Sign in."
}

func (s signed) Read(_ context.Context, at *url.URL) (Page, error) {
	if at.Path == "/open" {
		return Page{Text: "read as anybody"}, nil
	}
	if _, ok := s[at.Path]; !ok {
		return Page{}, ErrUnsigned
	}
	return Page{Text: "read as @octocat"}, s[at.Path]
}

// A sign-in comes first, and where it does not help the address is that of any
// other page.
func TestSigned(t *testing.T) {
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.URL.Path == "/secret" || strings.HasPrefix(r.URL.Path, "/missing") {
			http.NotFound(w, r)
			return
		}
		answer("text/plain", "public")(w, r)
	})
	client := local(t, Options{Signed: signed{"/secret": nil, "/public": fmt.Errorf("reading: %w", ErrUnsigned), "/missing-signed": ErrUnsigned, "/broken": errors.New("revoked")}})
	for path, want := range map[string]string{
		"/secret": "read as @octocat", "/public": "public", "/else": "public", "/broken": "revoked", "/open": "read as anybody",
		"/missing": "Sign in.", "/missing-signed": "Ask @octocat.",
	} {
		page, err := client.Get(t.Context(), at+path)
		got := page.Text
		if missing, ok := errors.AsType[*StatusError](err); ok {
			got = missing.Hint
		} else if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if who := client.As(at + "/secret"); who != "@octocat" {
		t.Errorf("as %q", who)
	}
	if who := client.As("file:///secret"); who != "" || local(t, Options{}).As(at+"/secret") != "" {
		t.Errorf("as %q", who)
	}
}
