package gitcredential

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnviron(t *testing.T) {
	ours := func(n ...string) []string {
		return []string{
			"GIT_CONFIG_KEY_" + n[0] + "=credential.https://example.com.helper", "GIT_CONFIG_VALUE_" + n[0] + "=",
			"GIT_CONFIG_KEY_" + n[1] + "=credential.https://example.com.helper", "GIT_CONFIG_VALUE_" + n[1] + "=!'/k' __git-credential '/s'",
			"GIT_CONFIG_KEY_" + n[2] + "=credential.https://example.com.useHttpPath", "GIT_CONFIG_VALUE_" + n[2] + "=false",
		}
	}
	first := append(append([]string{"HOME=/h"}, ours("0", "1", "2")...), "GIT_CONFIG_COUNT=3")
	tests := []struct {
		name          string
		environ, want []string
		hosts         []string
	}{
		{"nothing there", []string{"HOME=/h"}, first, []string{"example.com"}},
		{"no host", []string{"HOME=/h"}, []string{"HOME=/h"}, nil},
		{"hosts that are none", []string{"HOME=/h"}, []string{"HOME=/h"}, []string{"a b", "x.helper\n", "", "a/b"}},
		{
			"the user's own", []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c", "GIT_CONFIG_KEY_1=stale", "GIT_CONFIG_PARAMETERS='x.y=z'"},
			slices.Concat([]string{"GIT_CONFIG_PARAMETERS='x.y=z'", "GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c"}, ours("1", "2", "3"), []string{"GIT_CONFIG_COUNT=4"}), []string{"example.com"},
		},
		{"a count that is none", []string{"GIT_CONFIG_COUNT=x"}, []string{"GIT_CONFIG_COUNT=x"}, []string{"example.com"}},
		{"a value that is missing", []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b"}, []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b"}, []string{"example.com"}},
		{"a Keel further out", first, first, []string{"example.com"}},
		{"a Keel further out, switched off here", first, []string{"HOME=/h"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.environ)
			if d := cmp.Diff(tt.want, Environ(tt.environ, "/k", "/s", tt.hosts)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(before, tt.environ); d != "" {
				t.Errorf("what was given has changed:\n%s", d)
			}
		})
	}
}

// What real git makes of the environment: which helpers it asks, in which order, and
// with which words.
func TestWhatGitMakesOfIt(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	home := t.TempDir()
	odd := filepath.Join(home, `a "b" 'c' $d \e`)
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	asked := filepath.Join(home, "asked")
	script := func(path, name, answer string) {
		text := "#!/bin/sh\nfor each; do printf '" + name + " <%s>\\n' \"$each\"; done >> '" + asked + "'\n[ \"$each\" != get ] || printf '" + answer + "'\n"
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ours, theirs := filepath.Join(odd, "keel"), filepath.Join(home, "theirs")
	script(ours, "ours", `username=octocat\npassword=p\n`)
	script(theirs, "theirs", `username=other\npassword=p\n`)
	configuration := "[credential]\n\thelper = " + theirs + "\n[credential \"https://example.com\"]\n\thelper = " + theirs + "\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	const address = `/so ck'et "x"`
	base := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0"}
	ask := func(host, operation string, environ []string) string {
		t.Helper()
		if err := os.WriteFile(asked, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), git, "credential", operation)
		command.Dir, command.Env = home, environ
		command.Stdin = strings.NewReader("protocol=https\nhost=" + host + "\nusername=octocat\npassword=p\n")
		if operation == "fill" {
			command.Stdin = strings.NewReader("protocol=https\nhost=" + host + "\n")
		}
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(asked)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	environ := Environ(base, ours, address, []string{"example.com", "ghe.example.com:8443"})
	words := func(operation string) string {
		return "ours <__git-credential>\nours <" + address + ">\nours <" + operation + ">\n"
	}
	tests := []struct{ host, operation, want string }{
		{"example.com", "fill", words("get")},
		{"example.com", "approve", words("store")},
		{"example.com", "reject", words("erase")},
		{"ghe.example.com:8443", "fill", words("get")},
		{"ghe.example.com", "fill", "theirs <get>\n"},
		{"other.example", "fill", "theirs <get>\n"},
		{"other.example", "approve", "theirs <store>\n"},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, ask(tt.host, tt.operation, environ)); d != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.operation, tt.host, d)
		}
	}
	if got := ask("example.com", "approve", Without(environ)); got != "theirs <store>\ntheirs <store>\n" {
		t.Errorf("without: %q", got)
	}
}
