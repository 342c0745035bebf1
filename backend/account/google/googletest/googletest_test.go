package googletest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account/google/googletest"
)

const back = "http://127.0.0.1:4711/signin/google"

// signer is one key for all servers: making one takes longer than a sign-in.
var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil // then each server makes its own
	}
	return key
})

func start(t *testing.T) *googletest.Server {
	t.Helper()
	s, err := googletest.New(googletest.Options{Key: signer()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(s *googletest.Server, method, address string, form url.Values) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, request)
	return answer
}

// begin asks for an authorization; edit changes how.
func begin(s *googletest.Server, edit func(url.Values)) *httptest.ResponseRecorder {
	query := url.Values{
		"client_id": {s.ClientID()}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid email profile"},
		"state": {"state"}, "nonce": {"nonce"}, "access_type": {"offline"}, "prompt": {"consent"},
		"code_challenge_method": {"S256"}, "code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)},
	}
	edit(query)
	return ask(s, http.MethodGet, "https://accounts.google.com/o/oauth2/v2/auth?"+query.Encode(), nil)
}

const verifier = "a-verifier-that-is-long-enough-to-be-one-of-rfc-7636"

// code signs Ada in.
func code(t *testing.T, s *googletest.Server, edit func(url.Values)) string {
	t.Helper()
	signIn := begin(s, edit).Header().Get("Location")
	at, err := url.Parse(signIn)
	if err != nil || at.Path != "/signin" {
		t.Fatalf("it went to %q, %v", signIn, err)
	}
	user := s.Users()[0]
	answer := ask(s, http.MethodPost, "https://accounts.google.com/signin", url.Values{"id": {at.Query().Get("id")}, "email": {user.Email}, "password": {user.Password}, "choice": {"allow"}})
	answer = ask(s, http.MethodGet, "https://accounts.google.com"+answer.Header().Get("Location"), nil)
	arrived, err := url.Parse(answer.Header().Get("Location"))
	if err != nil || !strings.HasPrefix(arrived.String(), back) || arrived.Query().Get("state") != "state" {
		t.Fatalf("it went to %v, %v", arrived, err)
	}
	return arrived.Query().Get("code")
}

// exchange gives the status, and what the answer holds.
func exchange(t *testing.T, s *googletest.Server, form url.Values) (int, map[string]any) {
	t.Helper()
	answer := ask(s, http.MethodPost, "https://oauth2.googleapis.com/token", form)
	var said map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	return answer.Code, said
}

func same(url.Values) {}

func TestItSaysWhereItIsAsGoogleDoes(t *testing.T) {
	answer := ask(start(t), http.MethodGet, "https://accounts.google.com/.well-known/openid-configuration", nil)
	var said map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"issuer":                 "https://accounts.google.com",
		"authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
		"token_endpoint":         "https://oauth2.googleapis.com/token",
		"userinfo_endpoint":      "https://openidconnect.googleapis.com/v1/userinfo",
		"revocation_endpoint":    "https://oauth2.googleapis.com/revoke",
		"jwks_uri":               "https://www.googleapis.com/oauth2/v3/certs",
	} {
		if said[name] != want {
			t.Errorf("%s is %v", name, said[name])
		}
	}
}

func TestWhatIsNotAuthorized(t *testing.T) {
	s := start(t)
	for name, edit := range map[string]func(url.Values){
		"no proof key":   func(q url.Values) { q.Del("code_challenge") },
		"plain key":      func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"other client":   func(q url.Values) { q.Set("client_id", "other") },
		"other machine":  func(q url.Values) { q.Set("redirect_uri", "https://keel.example.com/signin") },
		"other address":  func(q url.Values) { q.Set("redirect_uri", "http://127.0.0.1.example.com:1/signin") },
		"no redirection": func(q url.Values) { q.Del("redirect_uri") },
	} {
		t.Run(name, func(t *testing.T) {
			answer := begin(s, edit)
			if answer.Code < 400 || answer.Header().Get("Location") != "" {
				t.Errorf("answered %d and sent to %q", answer.Code, answer.Header().Get("Location"))
			}
		})
	}
}

func TestWhatIsNotExchanged(t *testing.T) {
	s := start(t)
	for name, test := range map[string]struct {
		edit func(url.Values)
		says string
	}{
		"no secret":         {func(f url.Values) { f.Del("client_secret") }, "invalid_request"},
		"wrong secret":      {func(f url.Values) { f.Set("client_secret", "x") }, "invalid_client"},
		"no verifier":       {func(f url.Values) { f.Del("code_verifier") }, "invalid_request"},
		"wrong verifier":    {func(f url.Values) { f.Set("code_verifier", verifier+"x") }, "invalid_grant"},
		"wrong redirection": {func(f url.Values) { f.Set("redirect_uri", back+"x") }, "invalid_grant"},
		"wrong code":        {func(f url.Values) { f.Set("code", "x") }, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code(t, s, same)}, "redirect_uri": {back}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "code_verifier": {verifier}}
			test.edit(form)
			if status, said := exchange(t, s, form); status < 400 || said["error"] != test.says || said["access_token"] != nil {
				t.Errorf("answered %d %v", status, said)
			}
		})
	}
}

func TestACodeIsGoodOnce(t *testing.T) {
	s := start(t)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code(t, s, same)}, "redirect_uri": {back}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "code_verifier": {verifier}}
	if status, said := exchange(t, s, form); status != http.StatusOK || said["refresh_token"] == nil || said["id_token"] == nil {
		t.Fatalf("answered %d %v", status, said)
	}
	if status, said := exchange(t, s, form); status != http.StatusBadRequest || said["error"] != "invalid_grant" {
		t.Errorf("the second time, %d %v", status, said)
	}
}

func TestARefreshTokenComesWithConsentOnly(t *testing.T) {
	s := start(t)
	for name, edit := range map[string]func(url.Values){
		"online":     func(q url.Values) { q.Del("access_type") },
		"no consent": func(q url.Values) { q.Del("prompt") },
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code(t, s, edit)}, "redirect_uri": {back}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "code_verifier": {verifier}}
			status, said := exchange(t, s, form)
			if status != http.StatusOK || said["refresh_token"] != nil || said["access_token"] == nil {
				t.Errorf("answered %d %v", status, said)
			}
		})
	}
}

func TestUserinfoNeedsAGrantThatLasts(t *testing.T) {
	s := start(t)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code(t, s, same)}, "redirect_uri": {back}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "code_verifier": {verifier}}
	_, said := exchange(t, s, form)
	access, _ := said["access_token"].(string)
	look := func() (int, string) {
		request := httptest.NewRequest(http.MethodGet, "https://openidconnect.googleapis.com/v1/userinfo", nil)
		request.Header.Set("Authorization", "Bearer "+access)
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, request)
		var info struct{ Email string }
		_ = json.Unmarshal(answer.Body.Bytes(), &info)
		return answer.Code, info.Email
	}
	if status, email := look(); status != http.StatusOK || email != "ada@example.com" {
		t.Errorf("answered %d %q", status, email)
	}
	s.RevokeAll()
	if status, email := look(); status < 400 || email != "" {
		t.Errorf("afterwards %d %q", status, email)
	}
}

func TestEachHostAnswersForItself(t *testing.T) {
	s := start(t)
	for _, address := range []string{
		"https://accounts.google.com/token", "https://www.googleapis.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/signin",
		"https://example.com/token", "https://accounts.google.com/a/1",
	} {
		if answer := ask(s, http.MethodGet, address, nil); answer.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", address, answer.Code)
		}
	}
	if d := cmp.Diff(1, s.Requests()["example.com/token"]); d != "" {
		t.Error(d)
	}
}
