package githubtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// Control lets a test in another process see and change this GitHub:
//
//	GET  /requests      those so far
//	POST /decide        {"code": "WDJB-MJHT", "authorize": true}: what a person does on the page
//	POST /slow          {"times": 2}: the next polls are too many
//	POST /expire        every code of the device flow has expired
//	POST /revoke        every token is taken back
//	POST /grant         {"scopes": ["read:user"]}: what a person grants
//	POST /sso           the organisation wants its own sign-in
//	POST /limit         {"seconds": 60}: no requests to the API until then
//	POST /device/off    the app has no device flow
func (g *GitHub) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(append([]string{}, g.Requests()...))
	})
	type change struct {
		Code      string   `json:"code"`
		Authorize bool     `json:"authorize"`
		Times     int      `json:"times"`
		Scopes    []string `json:"scopes"`
		Seconds   int      `json:"seconds"`
	}
	for path, act := range map[string]func(change) bool{
		"/decide":     func(c change) bool { return g.Decide(c.Code, c.Authorize) },
		"/slow":       func(c change) bool { g.SlowDown(c.Times); return true },
		"/expire":     func(change) bool { g.Expire(); return true },
		"/revoke":     func(change) bool { g.RevokeAll(); return true },
		"/grant":      func(c change) bool { g.GrantOnly(c.Scopes...); return true },
		"/sso":        func(change) bool { g.RequireSSO(); return true },
		"/limit":      func(c change) bool { g.Limit(g.options.Now().Add(time.Duration(c.Seconds) * time.Second)); return true },
		"/device/off": func(change) bool { g.DisableDevice(); return true },
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var c change
			if r.ContentLength != 0 {
				decoder := json.NewDecoder(r.Body)
				decoder.DisallowUnknownFields()
				if err := decoder.Decode(&c); err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
			}
			if !act(c) {
				http.NotFound(w, r)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	return mux
}
