package github_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

// A picture that cannot be had fails no sign-in.
func TestAvatars(t *testing.T) {
	var good, large bytes.Buffer
	if err := jpeg.Encode(&good, image.NewRGBA(image.Rect(0, 0, 300, 200)), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&large, image.NewRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	const there = "https://avatars.githubusercontent.com/u/1"
	for _, tt := range []struct {
		name, address string
		body          []byte
		status        int
		location      string
		want          bool
	}{
		{"a JPEG", there, good.Bytes(), 200, "", true},
		{"at another host", "https://evil.example/u/1", good.Bytes(), 200, "", false},
		{"at a host that looks alike", "https://avatars.githubusercontent.com.evil.example/u/1", good.Bytes(), 200, "", false},
		{"on this machine", "http://127.0.0.1/u/1", good.Bytes(), 200, "", false},
		{"without encryption", "http://avatars.githubusercontent.com/u/1", good.Bytes(), 200, "", false},
		{"moved elsewhere", there, good.Bytes(), 302, "https://evil.example/u/1", false},
		{"too many bytes", there, append(large.Bytes(), make([]byte, 600<<10)...), 200, "", false},
		{"too many pixels", there, wide(large.Bytes()), 200, "", false},
		{"no picture", there, []byte("<svg/>"), 200, "", false},
		{"none", there, nil, 404, "", false},
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
						if tt.location != "" {
							w.Header().Set("Location", tt.location)
						}
						w.WriteHeader(tt.status)
						_, _ = w.Write(tt.body)
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

// wide is a PNG that says that it is very large.
func wide(picture []byte) []byte {
	picture = bytes.Clone(picture)
	header := picture[12:29] // IHDR: its name, width, height and the rest
	binary.BigEndian.PutUint32(header[4:], 60_000)
	binary.BigEndian.PutUint32(header[8:], 60_000)
	binary.BigEndian.PutUint32(picture[29:], crc32.ChecksumIEEE(header))
	return picture
}
