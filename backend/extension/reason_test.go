package extension_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

// Whoever searches without a registry is told why, what is safe and what to do.
func TestSaysWhyTheRegistryCannotBeUsed(t *testing.T) {
	gone := extensiontest.New(t)
	gone.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(broken.Close)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }))
	t.Cleanup(page.Close)
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	end := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	t.Cleanup(func() { close(end); silent.Close() })

	for name, test := range map[string]struct {
		at       string
		patience time.Duration
		says     string
		hint     string
	}{
		"nobody is there":              {at: gone.URL, says: "nothing answers at this address", hint: "keelAgent.network.proxy"},
		"it is broken":                 {at: broken.URL, says: "answers 500 Internal Server Error", hint: "Try again later"},
		"it is something else":         {at: other.URL, says: "no registry of extensions", hint: "keelExtensions.gallery"},
		"it is a page":                 {at: page.URL, says: "not one of a registry", hint: "keelExtensions.gallery"},
		"nobody knows its certificate": {at: stranger.URL, says: "signed by nobody whom this machine trusts", hint: "certificate"},
		"it is silent":                 {at: silent.URL, patience: time.Millisecond, says: "no answer within 1ms", hint: "network"},
	} {
		t.Run(name, func(t *testing.T) {
			e := openIn(t, t.TempDir(), test.at, extension.Options{Patience: test.patience})
			_, err := e.Query(t.Context(), []byte(`{"filters":[]}`), "wails://wails")
			said, ok := errors.AsType[*extension.Error](err)
			if !ok || !errors.Is(err, extension.ErrRegistry) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(said.Message, test.says) || !strings.HasSuffix(said.Message, " Installed extensions go on working.") || !strings.Contains(said.Hint, test.hint) {
				t.Errorf("it says %q and %q", said.Message, said.Hint)
			}
		})
	}
}

func TestReasonsOfNames(t *testing.T) {
	for want, err := range map[string]error{
		"nobody knows a machine of this name": &net.DNSError{Err: "no such host", Name: "registry.test", Server: "10.0.0.1", IsNotFound: true},
		"its name cannot be looked up":        &net.DNSError{Err: "i/o timeout", Name: "registry.test", IsTimeout: true},
		"it broke":                            fmt.Errorf("dialing: %w", errors.New("it broke")),
	} {
		if got := extension.Reason(fmt.Errorf("asking: %w", err)); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
