package terminal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		spec    Spec
		version string
		want    []string
	}{
		{
			"nothing", nil, Spec{Folder: "/w"}, "",
			[]string{"COLORTERM=truecolor", "LANG=" + utf8Locale(), "PWD=/w", "TERM=xterm-256color", "TERM_PROGRAM=keel"},
		},
		{
			"the user's own stays",
			[]string{"HOME=/h", "LANG=de_DE.UTF-8", "AWS_PROFILE=p", "SSH_AUTH_SOCK=/s", "DISPLAY=:0", "EMPTY="},
			Spec{Folder: "/w"}, "1.2",
			[]string{"AWS_PROFILE=p", "COLORTERM=truecolor", "DISPLAY=:0", "EMPTY=", "HOME=/h", "LANG=de_DE.UTF-8", "PWD=/w", "SSH_AUTH_SOCK=/s", "TERM=xterm-256color", "TERM_PROGRAM=keel", "TERM_PROGRAM_VERSION=1.2"},
		},
		{
			"Keel's own and the outer terminal's go",
			[]string{"LC_ALL=C.UTF-8", "WEBKIT_DISABLE_DMABUF_RENDERER=1", "KEEL_TIMINGS=1", "devserver=x", "TERM=screen", "TMUX=/t", "COLUMNS=7", "OLDPWD=/o", "PWD=/p", "rubbish", "=x"},
			Spec{Folder: "/w"}, "",
			[]string{"COLORTERM=truecolor", "LC_ALL=C.UTF-8", "PWD=/w", "TERM=xterm-256color", "TERM_PROGRAM=keel"},
		},
		{
			"the caller's wins",
			[]string{"LANG=C"},
			Spec{Folder: "/w", Env: map[string]string{"TERM": "dumb", "X": "a=b"}}, "",
			[]string{"COLORTERM=truecolor", "LANG=C", "PWD=/w", "TERM=dumb", "TERM_PROGRAM=keel", "X=a=b"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := environment(test.environ, test.spec, test.version)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	for _, env := range []map[string]string{{"": "x"}, {"A=B": "x"}, {"A": "\x00"}} {
		if _, err := environment(nil, Spec{Env: env}, ""); err == nil {
			t.Errorf("took %q", env)
		}
	}
}

func TestShells(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	program := func(name string, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	zsh, sh, fish, tmux := program("zsh", 0o755), program("sh", 0o755), program("fish", 0o644), program("tmux", 0o755)
	own := program("myshell", 0o755)
	refused := program("nologin", 0o755)
	listed := []string{tmux, sh, zsh, fish, "/no/such/bash"}
	tests := []struct {
		name   string
		own    string
		passwd []string
		want   []string // paths; the first is the default
	}{
		{"from the environment", zsh, []string{"me:x:1:1::/h:" + sh}, []string{zsh, sh}},
		{"from the account", "", []string{"you:x:2:2::/h:" + own, "me:x:1:1::/h:" + sh}, []string{sh, zsh}},
		{"one of its own", own, nil, []string{own, zsh, sh}},
		{"gone or not a shell", "/no/such", []string{"me:x:1:1::/h:" + refused}, []string{zsh, sh}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for i, shell := range shells(test.own, "me", test.passwd, listed) {
				got = append(got, shell.Path)
				if shell.Default != (i == 0) || shell.Name != filepath.Base(shell.Path) {
					t.Errorf("shell %+v", shell)
				}
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	all := shells(zsh, "me", nil, listed)
	for wanted, want := range map[string]string{"": zsh, "sh": sh, sh: sh, own: own, "myshell": own, "gone": "", "/no/such": "", "fish": ""} {
		if got, _ := choose(all, wanted); got.Path != want {
			t.Errorf("asked for %q, got %q", wanted, got.Path)
		}
	}
}
