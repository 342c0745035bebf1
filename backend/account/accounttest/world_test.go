package accounttest_test

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account/accounttest"
)

func newWorld(t *testing.T, o accounttest.Options) *accounttest.World {
	t.Helper()
	w, err := accounttest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func say(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

// get returns a page's text, or the error.
func get(t *testing.T, client *http.Client, address string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer never-in-the-log")
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

func TestHosts(t *testing.T) {
	w := newWorld(t, accounttest.Options{})
	w.Handle("github.com", say("github"))
	w.Handle("oidc.*.amazonaws.com", say("any region"))
	w.Handle("oidc.us-east-1.amazonaws.com", say("one region"))
	for address, want := range map[string]string{
		"https://github.com/login?code=secret":  "github",
		"https://GitHub.com/login":              "github",
		"http://github.com/plain":               "github",
		"https://oidc.eu-west-1.amazonaws.com/": "any region",
		"https://oidc.us-east-1.amazonaws.com/": "one region",
	} {
		if got, err := get(t, w.Client(), address); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", address, got, err, want)
		}
	}
	for _, address := range []string{"https://example.com/", "https://a.b.oidc.eu-west-1.amazonaws.com/", "https://api.github.com/"} {
		if got, err := get(t, w.Client(), address); err == nil || !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %q, %v; want it refused", address, got, err)
		}
	}
	if got := len(w.Refused()); got != 3 {
		t.Errorf("%d refused: %v", got, w.Refused())
	}
	w.Forget()
	if _, err := get(t, w.Client(), "https://github.com/login?code=secret"); err != nil {
		t.Fatal(err)
	}
	want := []accounttest.Request{{Method: "GET", Host: "github.com", Path: "/login", Authorization: true, Protocol: "HTTP/1.1", Status: 200}}
	if d := cmp.Diff(want, w.Requests()); d != "" {
		t.Error(d)
	}
}

// A connection to one host is of no use for another.
func TestNoFronting(t *testing.T) {
	w := newWorld(t, accounttest.Options{})
	w.Handle("github.com", say("github"))
	w.Handle("example.com", say("example"))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://github.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "example.com"
	answer, err := w.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("answered %s", answer.Status)
	}
}

func TestSwitches(t *testing.T) {
	w := newWorld(t, accounttest.Options{})
	w.Handle("github.com", say("github"))
	works := func() {
		t.Helper()
		if got, err := get(t, w.Client(), "https://github.com/"); got != "github" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	works()
	w.Switch(accounttest.Switches{Unknown: true})
	if _, err := get(t, w.Client(), "https://github.com/"); !isUnknown(err) {
		t.Errorf("unknown authority: %v", err)
	}
	w.Switch(accounttest.Switches{Expired: true})
	_, err := get(t, w.Client(), "https://github.com/")
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); !ok || invalid.Reason != x509.Expired {
		t.Errorf("expired: %v", err)
	}
	w.Switch(accounttest.Switches{Refusing: true})
	if _, err := get(t, w.Client(), "https://github.com/"); err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("refusing: %v", err)
	}
	w.Switch(accounttest.Switches{Name: "me", Password: "secret"})
	if _, err := get(t, w.Client(), "https://github.com/"); err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") {
		t.Errorf("wanting a password: %v", err)
	}
	w.Switch(accounttest.Switches{})
	works()
}

func isUnknown(err error) bool {
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// Streams end with the world, and nothing of it stays.
func TestCloseLeavesNothing(t *testing.T) {
	w, err := accounttest.New(accounttest.Options{Kept: true})
	if err != nil {
		t.Fatal(err)
	}
	w.Handle("github.com", http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(to, "begins")
		to.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://github.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.ProtoMajor != 2 {
		t.Errorf("speaks %s", answer.Proto)
	}
	begins := make([]byte, len("begins"))
	if _, err := io.ReadFull(answer.Body, begins); err != nil || string(begins) != "begins" {
		t.Fatalf("%q, %v", begins, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(answer.Body); err == nil {
		t.Error("the stream has an end, want it cut")
	}
	if _, err := os.Stat(w.Certificates()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the certificate is still there: %v", err)
	}
	for {
		left := goroutines("accounttest.")
		if left == "" {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("still there:\n%s", left)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// goroutines returns the stacks that name a package and are not this test's.
func goroutines(name string) string {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	var left []string
	for _, each := range strings.Split(string(all), "\n\n") {
		if strings.Contains(each, name) && !strings.Contains(each, "testing.tRunner") {
			left = append(left, each)
		}
	}
	return strings.Join(left, "\n\n")
}
