package githubtest

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// API is api.github.com; below an Enterprise host it stands at /api/v3.
func (g *GitHub) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user", g.user)
	mux.HandleFunc("GET /user/emails", g.emails)
	mux.HandleFunc("DELETE /applications/{client}/token", g.deleteToken)
	mux.HandleFunc("POST /credentials/revoke", g.revokeCredentials)
	g.repositories(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() == "" {
			http.Error(w, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.", http.StatusForbidden)
			return
		}
		g.mu.Lock()
		to, limited := g.moved[r.URL.Path], g.limited
		g.mu.Unlock()
		w.Header().Set("X-RateLimit-Limit", "5000")
		w.Header().Set("X-RateLimit-Remaining", "4999")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(g.options.Now().Add(3600e9).Unix(), 10))
		if g.options.Now().Before(limited) {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(limited.Unix(), 10))
			fail(w, http.StatusForbidden, "API rate limit exceeded")
			return
		}
		if to != "" {
			w.Header().Set("Location", to)
			fail(w, http.StatusMovedPermanently, "Moved Permanently")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

func write(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(value)
}

// caller is whose token a request has; ok is false when it was answered already.
// A request without one is nobody's.
func (g *GitHub) caller(w http.ResponseWriter, r *http.Request) (t *token, ok bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, true
	}
	scheme, value, _ := strings.Cut(header, " ")
	g.mu.Lock()
	defer g.mu.Unlock()
	t, known := g.tokens[value]
	if !known || !g.good(t) || !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		fail(w, http.StatusUnauthorized, "Bad credentials")
		return nil, false
	}
	if t.refresh == "" {
		w.Header().Set("X-OAuth-Scopes", strings.Join(t.scopes, ", "))
	}
	return t, true
}

// has tells whether a token may what a scope allows; those of GitHub Apps have
// permissions instead.
func (t *token) has(scopes ...string) bool {
	return t != nil && (t.refresh != "" || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(t.scopes, s) }))
}

func (g *GitHub) user(w http.ResponseWriter, r *http.Request) {
	t, ok := g.caller(w, r)
	switch {
	case !ok:
	case t == nil:
		fail(w, http.StatusUnauthorized, "Requires authentication")
	default:
		avatar := "https://avatars.githubusercontent.com/u/" + strconv.Itoa(UserID) + "?v=4"
		if g.options.Host != "github.com" {
			avatar = "https://" + g.options.Host + "/avatars/u/" + strconv.Itoa(UserID)
		}
		write(w, map[string]any{"login": Login, "id": UserID, "name": Name, "email": nil, "type": "User", "avatar_url": avatar})
	}
}

func (g *GitHub) emails(w http.ResponseWriter, r *http.Request) {
	t, ok := g.caller(w, r)
	switch {
	case !ok:
	case !t.has("user:email", "user"):
		fail(w, http.StatusNotFound, "Not Found")
	default:
		write(w, []map[string]any{
			{"email": "old@example.com", "primary": false, "verified": true},
			{"email": Email, "primary": true, "verified": true, "visibility": "private"},
		})
	}
}

func (g *GitHub) deleteToken(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if id != g.options.ClientID || secret != g.options.ClientSecret || r.PathValue("client") != id || json.NewDecoder(r.Body).Decode(&body) != nil {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	t, known := g.tokens[body.AccessToken]
	if !known || !g.good(t) {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	t.revoked = true
	w.WriteHeader(http.StatusNoContent)
}

func (g *GitHub) revokeCredentials(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Credentials []string `json:"credentials"`
	}
	switch {
	case r.Header.Get("Authorization") != "":
		fail(w, http.StatusForbidden, "Forbidden")
		return
	case json.NewDecoder(r.Body).Decode(&body) != nil || len(body.Credentials) == 0 || len(body.Credentials) > 1000:
		fail(w, http.StatusUnprocessableEntity, "Validation failed, or the endpoint has been spammed.")
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, credential := range body.Credentials {
		if t, ok := g.tokens[credential]; ok {
			t.revoked = true
		}
		if t, ok := g.refreshes[credential]; ok {
			t.revoked = true
		}
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write([]byte("{}"))
}

// Avatars serves everybody's picture: one colour.
func (g *GitHub) Avatars() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" { // no token belongs here
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		picture := image.NewRGBA(image.Rect(0, 0, 128, 128))
		for i := range 128 * 128 {
			picture.Set(i%128, i/128, color.RGBA{R: 0x24, G: 0x29, B: 0x2f, A: 0xff})
		}
		var out bytes.Buffer
		if err := png.Encode(&out, picture); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(out.Bytes())
	})
}
