package google_test

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/keel-ide/keel/backend/account/google/googletest"
)

func TestAvatars(t *testing.T) {
	draw := func(side int, encode func(*bytes.Buffer, image.Image) error) []byte {
		var out bytes.Buffer
		if err := encode(&out, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	asPNG := func(out *bytes.Buffer, i image.Image) error { return png.Encode(out, i) }
	tests := map[string]struct {
		data []byte
		some bool
	}{
		"png":       {draw(10, asPNG), true},
		"jpeg":      {draw(300, func(out *bytes.Buffer, i image.Image) error { return jpeg.Encode(out, i, nil) }), true},
		"gif":       {draw(64, func(out *bytes.Buffer, i image.Image) error { return gif.Encode(out, i, nil) }), true},
		"bomb":      {draw(1500, asPNG), false},
		"cut off":   {draw(64, asPNG)[:60], false},
		"text":      {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), false},
		"too large": {append(draw(10, asPNG), make([]byte, 600<<10)...), false},
	}
	w := newWorld(t, googletest.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w.SetPicture(test.data)
			got := w.granted(t).Account.Avatar
			if (got != nil) != test.some {
				t.Fatalf("an avatar of %d bytes", len(got))
			}
			if test.some {
				if size, err := png.DecodeConfig(bytes.NewReader(got)); err != nil || size.Width != 64 || size.Height != 64 {
					t.Errorf("it is %+v, %v", size, err)
				}
			}
		})
	}
}

func TestPicturesOfOtherHostsAreNotFetched(t *testing.T) {
	for _, address := range []string{
		"http://lh3.googleusercontent.com/a/1", "https://lh3.googleusercontent.com.example.com/a/1", "https://googleusercontent.com/a/1",
		"https://evilgoogleusercontent.com/a/1", "https://user@lh3.googleusercontent.com/a/1", "https://lh3.googleusercontent.com:8443/a/1",
		"https://www.googleapis.com/a/1", "https://127.0.0.1/a/1", "file:///etc/hostname", "://",
	} {
		user := googletest.User{Subject: "1", Email: "ada@example.com", Password: "engine", Name: "Ada", Picture: address}
		w := newWorld(t, googletest.Options{Users: []googletest.User{user}})
		if avatar := w.granted(t).Account.Avatar; avatar != nil {
			t.Errorf("%s was fetched", address)
		}
		for asked := range w.Requests() {
			if bytes.Contains([]byte(asked), []byte("/a/1")) {
				t.Errorf("%s was asked for", asked)
			}
		}
	}
}
