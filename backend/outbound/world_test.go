package outbound_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/outbound"
)

// chosen is what a user set, and what came of it.
type chosen struct {
	mu          sync.Mutex
	settings    outbound.Settings
	environment []string
	learned     []string
	problems    []outbound.Problem
}

func (c *chosen) set(s outbound.Settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings = s
}

func (c *chosen) told() []outbound.Problem {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]outbound.Problem(nil), c.problems...)
}

func (c *chosen) transport(t *testing.T) *outbound.Transport {
	t.Helper()
	made := outbound.New(outbound.Options{
		Settings: func() outbound.Settings {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.settings
		},
		Environ: func() []string { return c.environment },
		Learned: func(value string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.learned = append(c.learned, value)
		},
		Problem: func(p outbound.Problem) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.problems = append(c.problems, p)
		},
	})
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	})
	return made
}

func newWorld(t *testing.T) *accounttest.World {
	t.Helper()
	w, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Handle("api.github.com", say("from the world"))
	w.Handle("models.github.ai", say("models"))
	return w
}

func say(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

func get(t *testing.T, transport http.RoundTripper, address string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// wants fails unless an error has a reason, and says it with these words.
func wants(t *testing.T, err error, reason outbound.Reason, words ...string) {
	t.Helper()
	known, ok := errors.AsType[*outbound.Error](err)
	if !ok || known.Reason != reason || !strings.HasSuffix(known.Message, ".") || !strings.HasSuffix(known.Hint, ".") {
		t.Errorf("got %#v (%v), want the reason %q and two sentences", known, err, reason)
		return
	}
	for _, word := range words {
		if !strings.Contains(known.Message+" "+known.Hint, word) {
			t.Errorf("%q does not hold %q", known.Message+" "+known.Hint, word)
		}
	}
	if all := fmt.Sprintf("%v %s", err, known.Hint); strings.Contains(all, "hunter") {
		t.Errorf("%q holds the password", all)
	}
}

const api = "https://api.github.com/user"

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
