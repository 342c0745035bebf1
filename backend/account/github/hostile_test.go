package github_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// hostile is a GitHub host that answers as it likes, and counts.
type hostile struct {
	code  map[string]any // the answer to the request for a code, over a usual one
	token func(asked int) map[string]any

	mu    sync.Mutex
	asked int
}

func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer map[string]any
	switch r.URL.Path {
	case "/login/device/code":
		answer = map[string]any{
			"device_code": "device-secret", "user_code": "ABCD1234", "verification_uri": "https://github.com/login/device",
			"expires_in": 900, "interval": 5,
		}
		for key, value := range h.code {
			answer[key] = value
		}
	case "/login/oauth/access_token":
		h.mu.Lock()
		h.asked++
		answer = h.token(h.asked)
		h.mu.Unlock()
	case "/user":
		answer = map[string]any{"id": 1, "login": "octocat"}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func pending(int) map[string]any { return map[string]any{"error": "authorization_pending"} }

// However long or short a pause a host asks for, it is asked at a bearable pace,
// and no longer than a code can be good.
func TestHostilePace(t *testing.T) {
	for name, server := range map[string]*hostile{
		"negative":              {code: map[string]any{"interval": -5}, token: pending},
		"nothing":               {code: map[string]any{"interval": 0}, token: pending},
		"more than fits":        {code: map[string]any{"interval": int64(18446744074)}, token: pending},
		"to the edge":           {code: map[string]any{"interval": int64(9223372036)}, token: pending},
		"slower than fits":      {token: func(int) map[string]any { return map[string]any{"error": "slow_down", "interval": int64(18446744074)} }},
		"slower for ever":       {token: func(int) map[string]any { return map[string]any{"error": "slow_down"} }},
		"a life beyond measure": {code: map[string]any{"expires_in": int64(18446744074)}, token: pending},
		"no life":               {code: map[string]any{"expires_in": -1}, token: pending},
		"failing at the edge":   {code: map[string]any{"interval": int64(9223372036)}, token: func(int) map[string]any { return map[string]any{} }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := service(server).SignIn(t.Context(), account.Request{}, newTalk(nil))
				words(t, err)
				if took := time.Since(start); took > 15*time.Minute {
					t.Errorf("took %v", took)
				}
				if server.asked > 15*60/5 {
					t.Errorf("asked %d times", server.asked)
				}
			})
		})
	}
}

// What cannot be typed in or opened is not shown.
func TestHostileCode(t *testing.T) {
	for name, code := range map[string]map[string]any{
		"only what does not show": {"user_code": "\u202e\u200b\x1b"},
		"a script":                {"verification_uri": "javascript:alert(1)"},
		"without TLS":             {"verification_uri": "http://github.com/login/device"},
		"another host":            {"verification_uri": "https://github.com.evil.example/login/device"},
		"somebody in front":       {"verification_uri": "https://github.com@evil.example/"},
		"another port":            {"verification_uri": "https://github.com:8443/login/device"},
		"turned around":           {"verification_uri": "https://github.com/login/\u202edevice"},
		"far too long":            {"verification_uri": "https://github.com/" + strings.Repeat("a", 50000)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				person := newTalk(nil)
				_, err := service(&hostile{code: code, token: pending}).SignIn(t.Context(), account.Request{}, person)
				words(t, err)
				if len(person.opened) > 0 {
					t.Errorf("opened %.100q", person.opened)
				}
				for _, shown := range person.shown {
					if shown.Stage == account.Code {
						t.Errorf("shown: %.200q", shown.Address+" "+shown.Code)
					}
				}
			})
		})
	}
}

// A token that cannot stand in a header is no token, and one is not good for
// longer than can be counted.
func TestHostileToken(t *testing.T) {
	gives := func(answer map[string]any) func(int) map[string]any {
		return func(int) map[string]any { return answer }
	}
	for name, answer := range map[string]map[string]any{
		"two lines": {"access_token": "gho_x\r\nX-Evil: 1"},
		"a zero":    {"access_token": "gho_x\x00"},
		"a space":   {"access_token": "gho_x y"},
		"long":      {"access_token": strings.Repeat("g", 40000)},
		"refresh":   {"access_token": "gho_x", "refresh_token": "ghr_\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := service(&hostile{token: gives(answer)}).SignIn(t.Context(), account.Request{}, newTalk(nil))
				if said := words(t, err); strings.Contains(said, "gho_") || strings.Contains(said, "reached") {
					t.Errorf("said: %s", said)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		for _, life := range []int64{18446744074, 9223372036854775807} {
			got, err := service(&hostile{token: gives(map[string]any{"access_token": "gho_x", "expires_in": life})}).SignIn(t.Context(), account.Request{}, newTalk(nil))
			if err != nil {
				t.Fatal(err)
			}
			if !got.Token.Expiry.IsZero() && got.Token.Expiry.Before(time.Now().Add(24*time.Hour)) {
				t.Errorf("a life of %d s ends at %v", life, got.Token.Expiry)
			}
		}
		got, err := service(&hostile{token: gives(map[string]any{"access_token": "gho_x", "scope": strings.Repeat("a\u202e\x1b[2J,b", 3000)})}).SignIn(t.Context(), account.Request{}, newTalk(nil))
		if err == nil && len(strings.Join(got.Token.Scopes, "")) > 5000 {
			t.Errorf("%d bytes of scopes", len(strings.Join(got.Token.Scopes, "")))
		}
	})
}

// endless is a body of zeros that does not end by itself.
type endless struct{ read int64 }

func (e *endless) Read(into []byte) (int, error) { e.read += int64(len(into)); return len(into), nil }

// A body without an end and a redirect are no answers.
func TestHostileBody(t *testing.T) {
	body := &endless{}
	seen := 0
	big := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen++
		if r.URL.Host != "github.com" {
			t.Errorf("asked %s", r.URL.Host)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.CopyN(w, body, 1<<20)
	})
	_, err := service(big).SignIn(t.Context(), account.Request{}, newTalk(nil))
	words(t, err)
	away := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host != "github.com" {
			t.Errorf("asked %s", r.URL.Host)
		}
		http.Redirect(w, r, "https://evil.example/", http.StatusTemporaryRedirect)
	})
	_, err = service(away).SignIn(t.Context(), account.Request{}, newTalk(nil))
	words(t, err)
}
