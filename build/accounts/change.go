package main

import (
	"encoding/json"
	"net/http"

	"github.com/keel-ide/keel/backend/account/github/githubtest"
	"github.com/keel-ide/keel/backend/account/google/googletest"
)

// order is what a test asks of a service; each path takes what it needs of it.
type order struct {
	Scopes    []string `json:"scopes"`
	Times     int      `json:"times"`
	Code      string   `json:"code"`
	Authorize bool     `json:"authorize"`
	Fault     string   `json:"fault"`
}

// gitHubControl is POST /grant-only {scopes}, /slow-down {times}, /decide {code,
// authorize}, /disable-device, /require-sso, /expire and /revoke-all.
func gitHubControl(hub *githubtest.GitHub) http.Handler {
	return orders(map[string]func(order) bool{
		"/grant-only":     func(o order) bool { hub.GrantOnly(o.Scopes...); return true },
		"/slow-down":      func(o order) bool { hub.SlowDown(o.Times); return true },
		"/decide":         func(o order) bool { return hub.Decide(o.Code, o.Authorize) },
		"/disable-device": func(order) bool { hub.DisableDevice(); return true },
		"/require-sso":    func(order) bool { hub.RequireSSO(); return true },
		"/expire":         func(order) bool { hub.Expire(); return true },
		"/revoke-all":     func(order) bool { hub.RevokeAll(); return true },
	})
}

// googleControl is POST /break {fault}, /refuse {code}, /answer-tokens {code},
// /mend and /revoke-all.
func googleControl(google *googletest.Server) http.Handler {
	return orders(map[string]func(order) bool{
		"/break":         func(o order) bool { google.Break(googletest.Fault(o.Fault)); return true },
		"/refuse":        func(o order) bool { google.Refuse(o.Code); return true },
		"/answer-tokens": func(o order) bool { google.AnswerTokens(o.Code); return true },
		"/mend":          func(order) bool { google.Mend(); return true },
		"/revoke-all":    func(order) bool { google.RevokeAll(); return true },
	})
}

// orders answers 404 to an order that could not be carried out.
func orders(known map[string]func(order) bool) http.Handler {
	mux := http.NewServeMux()
	for path, act := range known {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var o order
			if r.ContentLength != 0 {
				decoder := json.NewDecoder(r.Body)
				decoder.DisallowUnknownFields()
				if err := decoder.Decode(&o); err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
			}
			if !act(o) {
				http.Error(w, "There is nothing that this is about.", http.StatusNotFound)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	return mux
}
