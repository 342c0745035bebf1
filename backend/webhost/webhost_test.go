package webhost_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/webhost"
)

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestCheck(t *testing.T) {
	for pattern, want := range map[string]string{
		"docs.python.org": "", "*.example.com": "", "http://example.com": "", "example.com:8443": "", "bücher.example": "", "*.example.co.uk": "", "keel.github.io": "",
		"": "is not the name", "*": "every host", "*.": "every host", "http://*": "every host",
		"*.com": "anybody", "*.co.uk": "anybody", "*.github.io": "anybody",
		"https://example.com": "without https://", "ftp://example.com": "without https://",
		"example.com/a": "host alone", "a@example.com": "host alone", "example.com?x": "host alone", " example.com": "host alone", "example.com\n": "host alone",
		"a.*.com": "a star", "exa*mple.com": "a star", "*.*.example.com": "a star",
		"example.com:0": "port", "example.com:99999": "port", "example.com:": "port", "[::1]": "port", "2606:4700::1": "port",
		"8.8.8.8": "is a number", "0x7f.1": "is a number", "1.2.3.0x4": "is a number", "localhost": "whole name",
		"example.com.": "a dot too many", "*.example.com.": "a dot too many", "example..com": "a dot too many", ".example.com": "a dot too many",
		"exa_mple\u202e.com": "is not the name",
	} {
		got := webhost.Check(pattern)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("Check(%q) = %q, want %q", pattern, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, address string
		want             bool
	}{
		{"example.com", "https://example.com/a?b", true},
		{"EXAMPLE.com", "https://example.com/", true},
		{"example.com", "https://example.com:443/", true},
		{"example.com", "http://example.com/", false},
		{"example.com", "https://example.com:8443/", false},
		{"example.com:8443", "https://example.com:8443/", true},
		{"example.com:8443", "https://example.com/", false},
		{"http://example.com", "http://example.com/", true},
		{"http://example.com", "https://example.com/", false},
		{"example.com", "https://www.example.com/", false},
		{"example.com", "https://example.com.evil.test/", false},
		{"example.com", "https://notexample.com/", false},
		{"example.com", "https://evil.test/?example.com", false},
		{"example.com", "https://user@example.com/", false},
		{"example.com", "https://example.com./", false},
		{"*.example.com", "https://a.example.com/", true},
		{"*.example.com", "https://a.b.example.com/", true},
		{"*.example.com", "https://example.com/", false},
		{"*.example.com", "https://.example.com/", false},
		{"*.example.com", "https://notexample.com/", false},
		{"*", "https://example.com/", false},
		{"*.com", "https://example.com/", false},
		{"8.8.8.8", "https://8.8.8.8/", false},
		{"bücher.example", "https://xn--bcher-kva.example/", true},
		{"example.com", "https://xn--xample-2of.com/", false},
	}
	for _, tt := range tests {
		if got := webhost.Match(tt.pattern, parse(t, tt.address)); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.address, got)
		}
	}
}

// What is offered always lets the address through.
func TestSuggest(t *testing.T) {
	for address, want := range map[string][]string{
		"https://docs.python.org/3/?a": {"docs.python.org"}, "https://example.com:8443/": {"example.com:8443"}, "https://example.com:443/": {"example.com"},
		"http://example.com/": nil, "https://8.8.8.8/": nil, "https://[2606:4700::1111]/": nil, "https://xn--ample-ywe6i.com/": nil, "https://a.xn--p1ai/": nil,
		"https://printer/": nil, "https://example.com./": nil,
	} {
		at := parse(t, address)
		got := webhost.Suggest(at)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", address, d)
		}
		for _, pattern := range got {
			if !webhost.Match(pattern, at) {
				t.Errorf("%s: %q does not match", address, pattern)
			}
		}
	}
}
