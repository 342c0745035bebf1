package github_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// A picture that cannot be had fails no sign-in.
func TestAvatars(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	const there = "https://avatars.githubusercontent.com/u/1"
	for _, tt := range []struct {
		name, address, moved string
		want                 bool
	}{
		{"there", there, "", true},
		{"at another host", "https://evil.example/u/1", "", false},
		{"at a host that looks alike", "https://avatars.githubusercontent.com.evil.example/u/1", "", false},
		{"on this machine", "http://127.0.0.1/u/1", "", false},
		{"without encryption", "http://avatars.githubusercontent.com/u/1", "", false},
		{"moved elsewhere", there, "https://evil.example/u/1", false},
		{"no address", "://", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hub := githubtest.New(githubtest.Options{})
				serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.Host == "api.github.com" && r.URL.Path == "/user":
						w.Header().Set("Content-Type", "application/json")
						_ = json.NewEncoder(w).Encode(map[string]any{"login": "o", "id": 1, "email": "o@example.com", "avatar_url": tt.address})
					case r.Host != "github.com":
						if r.Header.Get("Authorization") != "" {
							t.Error("the token goes with the picture")
						}
						if tt.moved != "" {
							http.Redirect(w, r, tt.moved, http.StatusFound)
							return
						}
						_, _ = w.Write(picture.Bytes())
					default:
						hub.ServeHTTP(w, r)
					}
				})
				got, err := service(serve).SignIn(t.Context(), account.Request{}, newTalk(decide(hub, true)))
				if err != nil || (len(got.Account.Avatar) > 0) != tt.want {
					t.Errorf("%d bytes, %v", len(got.Account.Avatar), err)
				}
			})
		})
	}
}
