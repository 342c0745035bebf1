package googletest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// recorder keeps an answer until it is known what becomes of it.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recorder) send(w http.ResponseWriter) {
	for name, values := range r.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(max(r.status, http.StatusOK))
	_, _ = r.body.WriteTo(w)
}

// refuse answers as Google's token endpoint does where it gives nothing.
func refuse(w http.ResponseWriter, status int, code, description string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": description})
}

// token is the token endpoint: the provider's, in Google's words, with what is to
// be wrong.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if code := s.answered(); code != "" {
		refuse(w, statusOf(code), code, "This is what the test wants.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if _, _, basic := r.BasicAuth(); !basic && r.PostFormValue("client_secret") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "client_secret is missing.")
		return
	}
	var recorded recorder
	s.provider.ServeHTTP(&recorded, r)
	if recorded.status == http.StatusOK {
		s.rewrite(&recorded)
	}
	recorded.send(w)
}

// tokens is what the token endpoint gives.
type tokens struct {
	Access    string `json:"access_token"`
	ExpiresIn int    `json:"expires_in"`
	Refresh   string `json:"refresh_token,omitempty"`
	Scope     string `json:"scope"`
	Type      string `json:"token_type"`
	ID        string `json:"id_token,omitempty"`
}

func (s *Server) rewrite(recorded *recorder) {
	var given tokens
	if err := json.Unmarshal(recorded.body.Bytes(), &given); err != nil {
		return
	}
	given.Scope = googleScopes(given.Scope)
	given.ID = s.spoil(given.ID)
	s.note(given.Access, given.Refresh, given.ID)
	recorded.body.Reset()
	_ = json.NewEncoder(&recorded.body).Encode(given)
}

// googleScopes writes scopes as Google answers them.
func googleScopes(asked string) string {
	var scopes []string
	for _, scope := range strings.Fields(asked) {
		switch scope {
		case oidc.ScopeOfflineAccess:
		case oidc.ScopeEmail, oidc.ScopeProfile:
			scopes = append(scopes, "https://www.googleapis.com/auth/userinfo."+scope)
		default:
			scopes = append(scopes, scope)
		}
	}
	return strings.Join(scopes, " ")
}

// revoke takes any token of a grant and, as Google does, asks for no client: the
// provider is told the one that the token belongs to.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	token := r.FormValue("token")
	accessID := ""
	if opened, err := s.provider.Crypto().Decrypt(token); err == nil {
		accessID, _, _ = strings.Cut(opened, ":")
	}
	clientID, ok := s.store.clientOf(token, accessID)
	if !ok {
		refuse(w, http.StatusBadRequest, "invalid_token", "Token expired or revoked")
		return
	}
	r.SetBasicAuth(clientID, s.options.ClientSecret)
	s.provider.ServeHTTP(w, r)
}

func statusOf(code string) int {
	switch code {
	case "invalid_client":
		return http.StatusUnauthorized
	case "server_error":
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}
