package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account/accounttest"
)

// begin runs the program's part without a process, and returns its line and a
// client that goes by it.
func begin(t *testing.T, o options) (started, *http.Client) {
	t.Helper()
	world, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, world, o, write) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	var line started
	if err := json.NewDecoder(read).Decode(&line); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	certificate, err := os.ReadFile(line.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	proxy, err := url.Parse(line.Proxy)
	if err != nil {
		t.Fatal(err)
	}
	way := &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if strings.HasPrefix(r.URL.Host, "127.0.0.1") {
				return nil, nil
			}
			return proxy, nil
		},
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
	t.Cleanup(way.CloseIdleConnections)
	return line, &http.Client{Transport: way}
}

// do sends a request and returns its status and text.
func do(t *testing.T, client *http.Client, method, address, body string, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", "test")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// A whole sign-in with GitHub's device flow, and what its token is good for.
func TestGitHub(t *testing.T) {
	asked := ""
	openai := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization")
		_, _ = io.WriteString(w, `{"data":[{"id":"openai/gpt-5"}]}`)
	}))
	defer openai.Close()
	line, client := begin(t, options{models: openai.URL + "/v1", interval: time.Nanosecond})
	form := []string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"}
	_, text := do(t, client, "POST", "https://github.com/login/device/code", "client_id="+line.Clients["github"].ID+"&scope=repo", form...)
	var device struct {
		Code string `json:"device_code"`
		User string `json:"user_code"`
	}
	if err := json.Unmarshal([]byte(text), &device); err != nil || device.Code == "" {
		t.Fatalf("%s: %v", text, err)
	}
	status, _ := do(t, client, "POST", line.Control+"/github/decide", fmt.Sprintf(`{"code":%q,"authorize":true}`, device.User))
	if status != http.StatusNoContent {
		t.Fatalf("deciding: %d", status)
	}
	_, text = do(t, client, "POST", "https://github.com/login/oauth/access_token",
		"client_id="+line.Clients["github"].ID+"&device_code="+device.Code+"&grant_type=urn:ietf:params:oauth:grant-type:device_code", form...)
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(text), &token); err != nil || token.Access == "" {
		t.Fatalf("%s: %v", text, err)
	}

	_, text = do(t, client, "GET", line.Control+"/secrets", "")
	var known []string
	if err := json.Unmarshal([]byte(text), &known); err != nil || !slices.Contains(known, token.Access) || !slices.Contains(known, device.Code) || slices.Contains(known, device.User) {
		t.Errorf("secrets %s: %v", text, err)
	}
	bearer := []string{"Authorization", "Bearer " + token.Access}
	if status, text := do(t, client, "GET", "https://models.github.ai/catalog/models", "", bearer...); status != http.StatusOK || !strings.Contains(text, `"id":"openai/gpt-5"`) {
		t.Errorf("%d %s", status, text)
	}
	if _, _ = do(t, client, "POST", "https://models.github.ai/inference/chat/completions", "{}", bearer...); asked != "POST /v1/chat/completions " {
		t.Errorf("the stand-in was asked %q", asked)
	}
	if status, _ := do(t, client, "POST", line.Control+"/github/revoke-all", ""); status != http.StatusNoContent {
		t.Errorf("revoking: %d", status)
	}
	if status, _ := do(t, client, "GET", "https://models.github.ai/catalog/models", "", bearer...); status != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", status)
	}
	_, text = do(t, client, "GET", line.Control+"/requests", "")
	if !strings.Contains(text, `"path":"/login/device/code"`) || strings.Contains(text, token.Access) {
		t.Errorf("requests %s", text)
	}
}

func TestGoogleAndAWS(t *testing.T) {
	bedrock := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached without credentials") }))
	defer bedrock.Close()
	line, client := begin(t, options{bedrock: bedrock.URL})
	if _, text := do(t, client, "GET", "https://accounts.google.com/.well-known/openid-configuration", ""); !strings.Contains(text, `"issuer":"https://accounts.google.com"`) {
		t.Error(text)
	}
	if status, text := do(t, client, "POST", "https://oidc.us-east-1.amazonaws.com/client/register", `{"clientName":"keel","clientType":"public"}`, "Content-Type", "application/json"); status != http.StatusOK {
		t.Errorf("%d %s", status, text)
	}
	for _, host := range []string{"sts.eu-west-1.amazonaws.com", "sts.amazonaws.com"} {
		if status, text := do(t, client, "POST", "https://"+host+"/", "Action=Nothing&Version=2011-06-15", "Content-Type", "application/x-www-form-urlencoded"); status == http.StatusForbidden || !strings.Contains(text, "Error") {
			t.Errorf("%s: %d %s", host, status, text)
		}
	}
	if status, _ := do(t, client, "POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse-stream", "{}"); status != http.StatusForbidden {
		t.Errorf("Bedrock without credentials: %d", status)
	}
	for _, key := range []string{"keelAgent.network.proxy", "keelAgent.network.certificates", "keelAgent.accounts.githubClientIds", "keelAgent.accounts.googleClientId", "keelAgent.bedrock.googleRole", "keelAgent.bedrock.region"} {
		if line.Settings[key] == nil {
			t.Errorf("%s is not set", key)
		}
	}
}

func TestSwitches(t *testing.T) {
	line, client := begin(t, options{})
	if status, text := do(t, client, "POST", line.Control+"/switches", `{"refuse":true}`); status != http.StatusBadRequest {
		t.Errorf("a switch that there is not: %d %s", status, text)
	}
	if status, _ := do(t, client, "POST", line.Control+"/switches", `{"refusing":true}`); status != http.StatusNoContent {
		t.Errorf("%d", status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://github.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Do(request); err == nil {
		answer.Body.Close()
		t.Error("the proxy does not refuse")
	}
	if _, text := do(t, client, "GET", line.Control+"/refused", ""); strings.TrimSpace(text) != `["github.com"]` {
		t.Error(text)
	}
}
