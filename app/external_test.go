package app

import "testing"

func TestOnlyReadableAddressesAreOpened(t *testing.T) {
	for address, want := range map[string]bool{
		"https://go.dev/ref/spec#Types":          true,
		"http://127.0.0.1:8080/?a=b&c=%E2%80%AE": true,
		"https://xn--pypal-4ve.com/":             true,
		"mailto:someone@example.com":             true,
		"https://p\u0430ypal.com/":               false,
		"https://example.com/\u202egnp.exe":      false,
		"https://example.com/\u200b":             false,
		"https://bank.example@evil.example/":     false,
		"https://:secret@evil.example/":          false,
		"https://example.com/a b":                false,
		"https:example.com":                      false,
		"https:///etc/passwd":                    false,
		"file:///etc/passwd":                     false,
		"javascript:alert(1)":                    false,
		"-help":                                  false,
		"":                                       false,
	} {
		got, ok := outsideAddress(address)
		if ok != want || (ok && got != address) {
			t.Errorf("%q: %q, %v; want %v", address, got, ok, want)
		}
	}
}
