package google_test

import (
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account/google/googletest"
)

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
			if strings.Contains(asked, "/a/1") {
				t.Errorf("%s was asked for", asked)
			}
		}
	}
}
