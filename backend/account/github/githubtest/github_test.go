package githubtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// asked is an answer of this GitHub.
type asked struct {
	status int
	header http.Header
	body   string
	fields map[string]any // of JSON
}

// ask sends a form, or nothing, to a host.
func ask(t *testing.T, handler http.Handler, method, address string, form url.Values, header map[string]string) asked {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for key, value := range header {
		request.Header.Set(key, value)
	}
	record := httptest.NewRecorder()
	handler.ServeHTTP(record, request)
	body, err := io.ReadAll(record.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := asked{status: record.Code, header: record.Header(), body: string(body)}
	_ = json.Unmarshal(body, &got.fields) // of the others there are none
	return got
}

func inJSON() map[string]string { return map[string]string{"Accept": "application/json"} }

const grantType = "urn:ietf:params:oauth:grant-type:device_code"

// A person signs in by the forms of the pages.
func TestDevicePages(t *testing.T) {
	now := time.Unix(1000, 0)
	hub := githubtest.New(githubtest.Options{Now: func() time.Time { return now }})
	code := ask(t, hub, "POST", "https://github.com/login/device/code", url.Values{"client_id": {"Iv1.keel"}, "scope": {"repo"}}, inJSON()).fields
	poll := func() map[string]any {
		now = now.Add(20 * time.Second)
		return ask(t, hub, "POST", "https://github.com/login/oauth/access_token", url.Values{"client_id": {"Iv1.keel"}, "device_code": {code["device_code"].(string)}, "grant_type": {grantType}}, inJSON()).fields
	}
	if got := poll(); got["error"] != "authorization_pending" {
		t.Errorf("before: %v", got)
	}
	user := strings.ToLower(code["user_code"].(string))
	if got := ask(t, hub, "GET", "https://github.com/login/device", nil, nil); !strings.Contains(got.body, `name="user_code"`) {
		t.Errorf("page: %s", got.body)
	}
	if got := ask(t, hub, "POST", "https://github.com/login/device", url.Values{"user_code": {"AAAA-AAAA"}}, nil); !strings.Contains(got.body, "not valid") {
		t.Errorf("a wrong code: %s", got.body)
	}
	if got := ask(t, hub, "POST", "https://github.com/login/device", url.Values{"user_code": {user}}, nil); !strings.Contains(got.body, `value="authorize"`) || !strings.Contains(got.body, "repo") {
		t.Errorf("the right one: %s", got.body)
	}
	if got := ask(t, hub, "POST", "https://github.com/login/device/authorize", url.Values{"user_code": {user}, "decision": {"authorize"}}, nil); !strings.Contains(got.body, "all set") {
		t.Errorf("authorised: %s", got.body)
	}
	got := poll()
	token, _ := got["access_token"].(string)
	if got["token_type"] != "bearer" || got["scope"] != "repo" || !hub.Live(token, "repo") {
		t.Errorf("after: %v", got)
	}
	if got := poll(); got["error"] != "incorrect_device_code" {
		t.Errorf("twice: %v", got)
	}
}

func TestWhatGitHubIsStrictAbout(t *testing.T) {
	now := time.Unix(1000, 0)
	hub := githubtest.New(githubtest.Options{Now: func() time.Time { return now }})
	code := ask(t, hub, "POST", "https://github.com/login/device/code", url.Values{"client_id": {"Iv1.keel"}}, nil)
	form, err := url.ParseQuery(code.body)
	if err != nil || form.Get("interval") != "5" || form.Get("expires_in") != "900" || !strings.HasPrefix(code.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		t.Errorf("without an Accept header: %v %s", err, code.body)
	}
	token := func(form url.Values) map[string]any {
		form.Set("client_id", "Iv1.keel")
		return ask(t, hub, "POST", "https://github.com/login/oauth/access_token", form, inJSON()).fields
	}
	poll := url.Values{"device_code": {form.Get("device_code")}, "grant_type": {grantType}}
	now = now.Add(4 * time.Second)
	if got := token(poll); got["error"] != "slow_down" || got["interval"] != 10.0 {
		t.Errorf("too soon: %v", got)
	}
	now = now.Add(9 * time.Second)
	if got := token(poll); got["error"] != "slow_down" || got["interval"] != 15.0 {
		t.Errorf("too soon again: %v", got)
	}
	now = now.Add(15 * time.Second)
	if got := token(poll); got["error"] != "authorization_pending" {
		t.Errorf("in time: %v", got)
	}
	if got := token(url.Values{"grant_type": {"password"}}); got["error"] != "unsupported_grant_type" {
		t.Errorf("another grant: %v", got)
	}
	authorize := func(change url.Values) asked {
		form := url.Values{
			"client_id": {"Iv1.keel"}, "redirect_uri": {"http://127.0.0.1:4711/callback"}, "state": {"s"}, "scope": {"repo"}, "decision": {"authorize"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, // of RFC 7636, appendix B
		}
		for key, value := range change {
			form[key] = value
		}
		return ask(t, hub, "POST", "https://github.com/login/oauth/authorize", form, nil)
	}
	for _, wrong := range []url.Values{
		{"redirect_uri": {"http://evil.example/callback"}}, {"redirect_uri": {"http://127.0.0.1:4711/other"}}, {"redirect_uri": {"https://127.0.0.1/callback"}},
		{"code_challenge_method": {"plain"}}, {"code_challenge": {"short"}}, {"code_challenge_method": {""}}, {"client_id": {"another"}},
	} {
		if got := authorize(wrong); got.status != http.StatusBadRequest {
			t.Errorf("%v: %d", wrong, got.status)
		}
	}
	for verifier, want := range map[string]any{"another": "bad_verification_code", "": "bad_verification_code", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk": nil} {
		back, err := url.Parse(authorize(nil).header.Get("Location"))
		if err != nil || back.Query().Get("state") != "s" {
			t.Fatalf("led to %s: %v", back, err)
		}
		if got := token(url.Values{"client_secret": {"client-secret"}, "code": {back.Query().Get("code")}, "code_verifier": {verifier}}); got["error"] != want {
			t.Errorf("verifier %q: %v", verifier, got)
		}
	}
	if got := ask(t, hub, "GET", "https://api.github.com/user", nil, map[string]string{"User-Agent": ""}); got.status != http.StatusForbidden {
		t.Errorf("without a User-Agent: %d", got.status)
	}
	for header, want := range map[string]int{"": 401, "Bearer wrong": 401, "Basic x": 401, "token " + hub.Issue(): 200} {
		if got := ask(t, hub, "GET", "https://api.github.com/user", nil, map[string]string{"User-Agent": "x", "Authorization": header}); got.status != want {
			t.Errorf("authorization %.6q: %d", header, got.status)
		}
	}
}
