package googletest

import (
	"crypto/subtle"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const signInPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in – Google Accounts (test)</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto}label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit}button{font:inherit;margin-right:1rem}</style>
</head>
<body><main>
<h1>Sign in with Google</h1>
<p>to continue to <strong>Keel</strong></p>
{{with .Wrong}}<p role="alert">{{.}}</p>{{end}}
<form method="post" action="/signin">
<input type="hidden" name="id" value="{{.ID}}">
<label>Email <input name="email" type="email" autocomplete="username" value="{{.Email}}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button name="choice" value="allow">Allow</button>
<button name="choice" value="deny">Deny</button>
</form>
</main></body></html>
`

// authorize is Google's own way to begin: access_type instead of a scope, and
// nothing without a proof key.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("client_id") != s.options.ClientID {
		http.Error(w, "Error 401: invalid_client\nThe OAuth client was not found.", http.StatusUnauthorized)
		return
	}
	if query.Get("code_challenge") == "" || query.Get("code_challenge_method") != "S256" {
		http.Error(w, "Error 400: invalid_request\nA code_challenge with the method S256 is missing.", http.StatusBadRequest)
		return
	}
	scopes := strings.Fields(query.Get("scope"))
	scopes = slices.DeleteFunc(scopes, func(scope string) bool { return scope == oidc.ScopeOfflineAccess })
	if query.Get("access_type") == "offline" && slices.Contains(strings.Fields(query.Get("prompt")), "consent") {
		scopes = append(scopes, oidc.ScopeOfflineAccess)
	}
	query.Set("scope", strings.Join(scopes, " "))
	asked := r.Clone(r.Context())
	asked.URL.RawQuery = query.Encode()
	s.provider.ServeHTTP(w, asked)
}

// signIn is the page with the user's name and password, and the two buttons.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	id := r.FormValue("id")
	request, err := s.store.AuthRequestByID(r.Context(), id)
	if err != nil {
		http.Error(w, "This sign-in is over.", http.StatusBadRequest)
		return
	}
	email := r.PostFormValue("email")
	switch {
	case r.Method != http.MethodPost:
		s.show(w, id, "", "")
	case r.PostFormValue("choice") == "deny":
		op.AuthRequestError(w, r, request, oidc.ErrAccessDenied(), s.provider)
	case r.PostFormValue("choice") != "allow":
		s.show(w, id, email, "Choose Allow or Deny.")
	default:
		user, ok := s.knows(email, r.PostFormValue("password"))
		if !ok {
			s.show(w, id, email, "Wrong email or password. Try again.")
			return
		}
		if refusal := s.refused(); refusal != "" {
			op.AuthRequestError(w, r, request, coded(refusal), s.provider)
			return
		}
		s.store.allow(id, user.Subject)
		http.Redirect(w, r, pathAuthorize+"/callback?id="+url.QueryEscape(id), http.StatusFound)
	}
}

func (s *Server) show(w http.ResponseWriter, id, email, wrong string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = template.Must(template.New("").Parse(signInPage)).Execute(w, struct{ ID, Email, Wrong string }{id, email, wrong})
}

// coded makes an error of the provider with a code that its library does not know.
func coded(code string) *oidc.Error {
	said, _ := json.Marshal(map[string]string{"error": code})
	made := new(oidc.Error)
	_ = json.Unmarshal(said, made)
	return made
}

func (s *Server) knows(email, password string) (User, bool) {
	for _, user := range s.options.Users {
		if strings.EqualFold(user.Email, email) && subtle.ConstantTimeCompare([]byte(user.Password), []byte(password)) == 1 {
			return user, true
		}
	}
	return User{}, false
}

// comeBack sends the browser back with a code, and what Google adds to it.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request) {
	var recorded recorder
	s.provider.ServeHTTP(&recorded, r)
	if location, err := url.Parse(recorded.Header().Get("Location")); err == nil && recorded.status == http.StatusFound {
		query := location.Query()
		s.note(query.Get("code"))
		query.Set("iss", Issuer)
		query.Set("authuser", "0")
		query.Set("prompt", "consent")
		if s.has(WrongState) {
			query.Set("state", "another-"+query.Get("state"))
		}
		if s.has(WrongResponder) {
			query.Set("iss", "https://login.example.com")
		}
		location.RawQuery = query.Encode()
		recorded.Header().Set("Location", location.String())
	}
	recorded.send(w)
}
