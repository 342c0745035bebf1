package extension_test

import (
	"testing"

	"github.com/keel-ide/keel/backend/extension"
)

func TestTame(t *testing.T) {
	for text, want := range map[string]string{
		`{"displayName": "Plain", "x": 1.50}`:               `{"displayName": "Plain", "x": 1.50}`,
		"\xef\xbb\xbf{\"displayName\": \"Café – ★\"}":       `{"displayName": "Café – ★"}`,
		"{\"displayName\": \"a\u202eb\"}":                   "{\"displayName\": \"a\uFFFDb\"}",
		`{"displayName": "a\u202Eb"}`:                       "{\"displayName\":\"a\uFFFDb\"}",
		`{"description":"a\u0007b","args":"\u001b[A"}`:      "{\"args\":\"\\u001b[A\",\"description\":\"a\uFFFDb\"}",
		`{"commands":[{"title":"a\r\nb"}],"n":12345678901}`: `{"commands":[{"title":"a b"}],"n":12345678901}`,
		"{\"title\":\"a\u200bb\"}":                          "{\"title\":\"a\uFFFDb\"}",
		`{"pattern":"a\\u202eb", "x": "\u2066"}`:            "{\"pattern\":\"a\\\\u202eb\",\"x\":\"\uFFFD\"}",
		`not JSON \u0007`:                                   `not JSON \u0007`,
	} {
		if got := extension.Tame([]byte(text)); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
