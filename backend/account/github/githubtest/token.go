package githubtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// device is a code of the device flow.
type device struct {
	user     string // WDJB-MJHT
	scopes   []string
	until    time.Time
	interval time.Duration
	last     time.Time // the last poll
	decision string    // "", "authorize", "cancel"
	used     bool
}

// webCode is a code of the web flow.
type webCode struct {
	scopes              []string
	redirect, challenge string
	until               time.Time
}

const (
	deviceLife = 15 * time.Minute
	codeLife   = 10 * time.Minute
)

// descriptions are those of the documentation.
var descriptions = map[string]string{
	"authorization_pending":        "The authorization request is still pending.",
	"slow_down":                    "Too many requests have been made in the same timeframe.",
	"expired_token":                "The device code has expired.",
	"unsupported_grant_type":       "The grant type is not supported.",
	"incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
	"incorrect_device_code":        "The device_code provided is not valid.",
	"access_denied":                "The authorization request was denied.",
	"device_flow_disabled":         "Device Flow must be explicitly enabled for this App",
	"redirect_uri_mismatch":        "The redirect_uri MUST match the registered callback URL for this application.",
	"bad_verification_code":        "The code passed is incorrect or expired.",
	"bad_refresh_token":            "The refresh token passed is incorrect or expired.",
}

// answer writes fields in the form that the request accepts.
func answer(w http.ResponseWriter, r *http.Request, fields map[string]any) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(fields)
		return
	}
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	form := url.Values{}
	for key, value := range fields {
		switch value := value.(type) {
		case string:
			form.Set(key, value)
		case int64:
			form.Set(key, strconv.FormatInt(value, 10))
		}
	}
	_, _ = w.Write([]byte(form.Encode()))
}

// refuse answers with an error, and status 200 as GitHub does.
func refuse(w http.ResponseWriter, r *http.Request, code string, more map[string]any) {
	fields := map[string]any{"error": code, "error_description": descriptions[code], "error_uri": "https://docs.github.com/developers/apps/authorizing-oauth-apps"}
	maps.Copy(fields, more)
	answer(w, r, fields)
}

// newDevice answers a request for a code.
func (g *GitHub) newDevice(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.FormValue("client_id") != g.options.ClientID {
		w.WriteHeader(http.StatusNotFound)
		answer(w, r, map[string]any{"error": "Not Found"})
		return
	}
	if g.disabled {
		refuse(w, r, "device_flow_disabled", nil)
		return
	}
	d := &device{
		user: userCode(), scopes: strings.Fields(r.FormValue("scope")),
		until: g.options.Now().Add(deviceLife), interval: g.options.Interval, last: g.options.Now(),
	}
	code := strings.ToLower(secret(40))
	g.devices[code] = d
	answer(w, r, map[string]any{
		"device_code": code, "user_code": d.user, "verification_uri": "https://" + g.options.Host + "/login/device",
		"expires_in": int64(deviceLife / time.Second), "interval": int64(d.interval / time.Second),
	})
}

// userCode is eight letters and digits with a hyphen in the middle.
func userCode() string {
	text := secret(8)
	return text[:4] + "-" + text[4:]
}

// newToken answers a request for a token.
func (g *GitHub) newToken(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch r.FormValue("grant_type") {
	case "urn:ietf:params:oauth:grant-type:device_code":
		g.poll(w, r)
	case "refresh_token":
		g.refresh(w, r)
	case "", "authorization_code":
		g.exchange(w, r)
	default:
		refuse(w, r, "unsupported_grant_type", nil)
	}
}

func (g *GitHub) poll(w http.ResponseWriter, r *http.Request) {
	now := g.options.Now()
	d, known := g.devices[r.FormValue("device_code")]
	switch {
	case r.FormValue("client_id") != g.options.ClientID:
		refuse(w, r, "incorrect_client_credentials", nil)
	case !known || d.used:
		refuse(w, r, "incorrect_device_code", nil)
	case !now.Before(d.until):
		refuse(w, r, "expired_token", nil)
	case d.decision == "cancel":
		refuse(w, r, "access_denied", nil)
	case g.slow > 0, now.Sub(d.last) < d.interval:
		g.slow = max(0, g.slow-1)
		d.interval += 5 * time.Second
		d.last = now
		refuse(w, r, "slow_down", map[string]any{"interval": int64(d.interval / time.Second)})
	case d.decision == "":
		d.last = now
		refuse(w, r, "authorization_pending", nil)
	default:
		d.used = true
		g.give(w, r, g.issue(d.scopes, false))
	}
}

func (g *GitHub) exchange(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	c, known := g.codes[code]
	switch {
	case r.FormValue("client_id") != g.options.ClientID, r.FormValue("client_secret") != g.options.ClientSecret:
		refuse(w, r, "incorrect_client_credentials", nil)
	case !known, !g.options.Now().Before(c.until):
		refuse(w, r, "bad_verification_code", nil)
	case r.FormValue("redirect_uri") != "" && r.FormValue("redirect_uri") != c.redirect:
		refuse(w, r, "redirect_uri_mismatch", nil)
	case c.challenge != "" && challenge(r.FormValue("code_verifier")) != c.challenge:
		refuse(w, r, "bad_verification_code", nil)
	default:
		delete(g.codes, code)
		g.give(w, r, g.issue(c.scopes, true))
	}
}

func (g *GitHub) refresh(w http.ResponseWriter, r *http.Request) {
	old, known := g.refreshes[r.FormValue("refresh_token")]
	switch {
	case r.FormValue("client_id") != g.options.ClientID, known && old.web && r.FormValue("client_secret") != g.options.ClientSecret:
		refuse(w, r, "incorrect_client_credentials", nil)
	case !known, old.revoked:
		refuse(w, r, "bad_refresh_token", nil)
	default:
		old.revoked = true
		delete(g.refreshes, old.refresh)
		g.give(w, r, g.issue(old.scopes, old.web))
	}
}

// challenge is that of S256 (RFC 7636).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (g *GitHub) give(w http.ResponseWriter, r *http.Request, t *token) {
	fields := map[string]any{"access_token": t.access, "token_type": "bearer", "scope": strings.Join(slices.Clone(t.scopes), ",")}
	if t.refresh != "" {
		fields["refresh_token"] = t.refresh
		fields["expires_in"], fields["refresh_token_expires_in"] = int64(28800), int64(15897600)
	}
	answer(w, r, fields)
}
