package google_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/google"
	"github.com/keel-ide/keel/backend/account/google/googletest"
)

// between changes the answers on the way.
type between struct {
	next   http.RoundTripper
	change func(path string, said map[string]any)
	asked  []string
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	b.asked = append(b.asked, r.URL.Host)
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	said := map[string]any{}
	if json.Unmarshal(body, &said) == nil {
		b.change(r.URL.Path, said)
		if body, err = json.Marshal(said); err != nil {
			return nil, err
		}
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Del("Content-Length")
	return response, nil
}

// hostileWorld is a Google whose answers are changed.
func hostileWorld(t *testing.T, change func(path string, said map[string]any)) (*world, *between) {
	t.Helper()
	way := &between{change: change}
	return newWorld(t, googletest.Options{}, func(o *google.Options) {
		way.next = o.HTTP.Transport
		o.HTTP = &http.Client{Transport: way}
	}), way
}

// What is said about where Google's endpoints are leads to Google only.
func TestHostileDiscovery(t *testing.T) {
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri"} {
		for _, address := range []string{"https://evil.example/", "https://google.com.evil.example/", "https://x.google.com@evil.example/", "http://accounts.google.com/x", "javascript:alert(1)", "https://evilgoogleapis.com/", ""} {
			w, way := hostileWorld(t, func(path string, said map[string]any) {
				if strings.HasSuffix(path, "openid-configuration") {
					said[name] = address
				}
			})
			c := newTalk()
			_, err := w.service.SignIn(t.Context(), account.Request{}, c)
			if _, ok := err.(*account.Error); !ok || len(c.opened) > 0 || len(way.asked) != 1 { //nolint:errorlint // it has to be one itself: that is what the contract says
				t.Errorf("%s at %s: %v; opened %d, asked %q", name, address, err, len(c.opened), way.asked)
			}
		}
	}
}

// An id token that was signed with Google's public key, as if it were a secret
// word, was signed by anybody.
func TestHostileSignature(t *testing.T) {
	for _, header := range []string{`{"alg":"HS256","typ":"JWT"}`, `{"alg":"none"}`, `{"alg":"RS256","kid":"unheard-of"}`, `{"alg":"RS256","jku":"https://evil.example/","jwk":{"kty":"oct","k":"AAAA"}}`} {
		w, way := hostileWorld(t, func(path string, said map[string]any) {
			token, ok := said["id_token"].(string)
			if !ok || path != "/token" {
				return
			}
			encode := base64.RawURLEncoding.EncodeToString
			text := encode([]byte(header)) + "." + strings.Split(token, ".")[1]
			sum := hmac.New(sha256.New, []byte("the public key"))
			sum.Write([]byte(text))
			said["id_token"] = text + "." + encode(sum.Sum(nil))
		})
		c := newTalk()
		ended := make(chan error, 1)
		go func() {
			grant, err := w.service.SignIn(t.Context(), account.Request{}, c)
			if grant.Ended != nil {
				grant.Ended(err) // the browser waits to be told
			}
			ended <- err
		}()
		w.follow(t, w.choose(t, <-c.opened, w.Users()[0], "allow"))
		if err := <-ended; err == nil || !strings.Contains(err.Error(), "Google did not sign") {
			t.Errorf("%s: %v", header, err)
		}
		for _, host := range way.asked {
			if !strings.HasSuffix(host, ".google.com") && !strings.HasSuffix(host, ".googleapis.com") {
				t.Errorf("asked %s", host)
			}
		}
	}
}
