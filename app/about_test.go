package app

import (
	"errors"
	"runtime"
	"testing"
)

func TestSystemName(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says it in a file")
	}
	for text, want := range map[string]string{
		"ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n": "Debian GNU/Linux 12 (bookworm)",
		"PRETTY_NAME='Plain'":   "Plain",
		"NOT_PRETTY_NAME=\"x\"": "linux",
		"":                      "linux",
	} {
		if got := systemName(func(string) ([]byte, error) { return []byte(text), nil }); got != want {
			t.Errorf("of %q it is %q, want %q", text, got, want)
		}
	}
	if got := systemName(func(string) ([]byte, error) { return nil, errors.New("not there") }); got != "linux" {
		t.Errorf("without a file it is %q", got)
	}
}
