package avatar_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keel-ide/keel/backend/account/avatar"
)

const there = "https://pictures.example/a"

func allowed(at *url.URL) bool { return at.Host == "pictures.example" }

// answer is what a server in memory says to each request.
type answer func(*http.Request) *http.Response

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	response := a(r)
	if response == nil {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	response.Request = r
	return response, nil
}

func says(status int, body []byte) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}
}

func drawn(t *testing.T, side int, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPictures(t *testing.T) {
	small := drawn(t, 10, png.Encode)
	for _, tt := range []struct {
		name   string
		status int
		body   []byte
		want   bool
	}{
		{"a PNG", 200, small, true},
		{"a JPEG", 200, drawn(t, 300, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }), true},
		{"a GIF", 200, drawn(t, 64, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }), true},
		{"the largest", 200, drawn(t, 2048, png.Encode), true},
		{"too many points", 200, drawn(t, 2049, png.Encode), false},
		{"a header that promises too many points", 200, wide(small), false},
		{"too many bytes", 200, append(bytes.Clone(small), make([]byte, 600<<10)...), false},
		{"cut off", 200, drawn(t, 64, png.Encode)[:60], false},
		{"a drawing in words", 200, []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), false},
		{"not there", 404, small, false},
		{"nothing", 200, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := &http.Client{Transport: answer(func(*http.Request) *http.Response { return says(tt.status, tt.body) })}
			got := avatar.Fetch(t.Context(), client, there, allowed)
			if (got != nil) != tt.want {
				t.Fatalf("an avatar of %d bytes", len(got))
			}
			if !tt.want {
				return
			}
			if size, err := png.DecodeConfig(bytes.NewReader(got)); err != nil || size.Width != avatar.Side || size.Height != avatar.Side {
				t.Errorf("it is %+v, %v", size, err)
			}
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

// Addresses that are not allowed are asked neither at first nor after a redirect.
func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		name, address, moved string
		want                 bool
	}{
		{"allowed", there, "", true},
		{"moved to one that is allowed", there, "/b", true},
		{"not allowed", "https://evil.example/a", "", false},
		{"without encryption", "http://pictures.example/a", "", false},
		{"with a password", "https://somebody:secret@pictures.example/a", "", false},
		{"no address", "://", "", false},
		{"moved to one that is not allowed", there, "https://evil.example/a", false},
		{"moved to one without encryption", there, "http://pictures.example/b", false},
		{"moved in a circle", there, "/a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			picture := drawn(t, 10, png.Encode)
			client := &http.Client{Transport: answer(func(r *http.Request) *http.Response {
				if r.URL.Scheme != "https" || !allowed(r.URL) || r.URL.User != nil {
					t.Errorf("%s was asked", r.URL)
				}
				if tt.moved != "" && r.URL.Path == "/a" {
					response := says(http.StatusFound, nil)
					response.Header.Set("Location", tt.moved)
					return response
				}
				return says(200, picture)
			})}
			if got := avatar.Fetch(t.Context(), client, tt.address, allowed); (got != nil) != tt.want {
				t.Errorf("an avatar of %d bytes", len(got))
			}
		})
	}
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: answer(func(*http.Request) *http.Response { return nil })}
		begun := time.Now()
		if got := avatar.Fetch(t.Context(), client, there, allowed); got != nil {
			t.Errorf("an avatar of %d bytes", len(got))
		}
		if waited := time.Since(begun); waited > 10*time.Second { // of the test's own clock
			t.Errorf("a sign-in waits %v for a picture", waited)
		}
	})
}
