package loopback

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	code := url.Values{"code": {"4/0AbCdEfGhIjK"}}
	whole := url.Values{"code": {"4/0AbCdEfGhIjK"}, "state": {"s"}}
	tests := map[string]struct {
		text string
		want url.Values
		err  error
	}{
		"address":              {"http://127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK&state=s", whole, nil},
		"address, spaces":      {"\t http://localhost:4711/callback?state=s&code=4/0AbCdEfGhIjK \n", whole, nil},
		"address, fragment":    {"http://127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK&state=s#", whole, nil},
		"without scheme":       {"127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK&state=s", whole, nil},
		"query":                {"code=4%2F0AbCdEfGhIjK&state=s", whole, nil},
		"error":                {"http://127.0.0.1:4711/callback?error=access_denied&state=s", url.Values{"error": {"access_denied"}, "state": {"s"}}, nil},
		"code":                 {"4/0AbCdEfGhIjK", code, nil},
		"escaped code":         {"4%2F0AbCdEfGhIjK", code, nil},
		"other state":          {"http://127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK&state=t", nil, ErrState},
		"no state":             {"http://127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK", nil, ErrState},
		"code= without state":  {"code=4%2F0AbCdEfGhIjK", nil, ErrState},
		"state twice":          {"http://127.0.0.1:4711/callback?code=4%2F0AbCdEfGhIjK&state=s&state=s", nil, ErrNoCode},
		"address without code": {"https://accounts.google.com/o/oauth2/v2/auth?client_id=x&state=s", nil, ErrNoCode},
		"address, no query":    {"https://accounts.google.com/", nil, ErrNoCode},
		"broken escape":        {"http://127.0.0.1:4711/callback?code=%zz&state=s", nil, ErrNoCode},
		"empty":                {"", nil, ErrNoCode},
		"too short":            {"4/0AbC", nil, ErrNoCode},
		"sentence":             {"the browser shows nothing", nil, ErrNoCode},
		"markup":               {"<script>alert(1)</script>", nil, ErrNoCode},
		"control character":    {"4/0AbCdEfG%0dhIjK", nil, ErrNoCode},
		"too long":             {strings.Repeat("x", 10_000), nil, ErrNoCode},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(test.text, "s")
			if d := cmp.Diff(test.want, got); d != "" || !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Errorf("got %v, not %v\n%s", err, test.err, d)
			}
			if err != nil && strings.Contains(err.Error(), "AbCd") {
				t.Errorf("the error holds the code: %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("http://127.0.0.1:1/callback?code=4%2F0AbCdEfGhIjK&state=s", "s")
	f.Add("4%2F0AbCdEfGhIjK", "s")
	f.Add("?code=a&code=b&state=s", "s")
	f.Add("code=abcdefghijkl&state=", "")
	f.Fuzz(func(t *testing.T, text, state string) {
		values, err := Parse(text, state)
		if err != nil {
			if values != nil || !errors.Is(err, ErrNoCode) && !errors.Is(err, ErrState) {
				t.Fatalf("%q: %v, %v", text, values, err)
			}
			return
		}
		if !answers(values) {
			t.Fatalf("%q gave %v", text, values)
		}
		if len(values) > 1 || values.Has("error") {
			if state == "" || values.Get("state") != state {
				t.Fatalf("%q was taken with the state %q", text, state)
			}
			return
		}
		code := values.Get("code")
		if len(code) < shortestCode || strings.ContainsAny(code, " \r\n\t<>\"'&?#") {
			t.Fatalf("%q gave the code %q", text, code)
		}
	})
}
