//go:build unix

package shellenv

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	if Is(os.Args[1:]) { // this binary is the helper of its own tests
		os.Exit(Print(os.Args[1:], os.Stdout))
	}
	os.Exit(m.Run())
}

// home is a home folder whose start-up files are those given.
func home(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", folder)
	return folder
}

func ask(t *testing.T, o Options, more ...string) (State, map[string]string) {
	t.Helper()
	helper, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environ := append([]string{"HOME=" + os.Getenv("HOME"), "PATH=/usr/bin:/bin"}, more...)
	o.Environ = func() []string { return environ }
	if o.Limit == 0 {
		o.Limit = time.Minute
	}
	e := Start(helper, o)
	defer e.Close()
	return e.Wait(), variables(e.Environ())
}

func TestWhatIsTaken(t *testing.T) {
	const exports = "export PATH=/opt/mine/bin:$PATH GOPATH=/mine/go GITHUB_TOKEN=secret OTHER=x\n"
	tests := map[string]map[string]string{
		"an interactive file":         {".bash_profile": "[ -f ~/.bashrc ] && . ~/.bashrc", ".bashrc": "case $- in *i*) ;; *) return;; esac\n" + exports},
		"a login file":                {".bash_profile": exports},
		"one that prints":             {".profile": "echo hello; echo hello >&2; printf 'x\\0y'; " + exports},
		"one that prints at the end":  {".profile": "trap 'echo bye' EXIT; " + exports},
		"one that reads":              {".profile": "read -r answer; read -r -p 'sure? ' x < /dev/tty; cat; " + exports},
		"one that fails":              {".profile": exports + "false; no-such-program; set -u"},
		"one that leaves a process":   {".profile": exports + "sleep 600 & (setsid sleep 1 &)"},
		"one that becomes a shell":    {".profile": exports + "[ -n \"$AGAIN\" ] || { export AGAIN=1; exec /bin/bash -l -i -c \"$BASH_EXECUTION_STRING\"; }"},
		"much output":                 {".profile": exports + "seq 1 200000"},
		"a value of several lines":    {".profile": exports + "export NOTE=$'a\\nPATH=/evil\\nb'"},
		"an own prompt and own marks": {".profile": exports + "PROMPT_COMMAND='echo prompt'; set -o vi"},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			home(t, files)
			state, got := ask(t, Options{Shell: "/bin/bash"}, "SHELL=/no/such/shell", "KEPT=y")
			if state.Problem != "" || !state.Done || !state.Asked {
				t.Fatalf("%+v", state)
			}
			if !strings.HasPrefix(got["PATH"], "/opt/mine/bin:") { // the system's own files may add to it
				t.Errorf("PATH is %q", got["PATH"])
			}
			for _, each := range []string{"GOPATH=/mine/go", "KEPT=y", "GITHUB_TOKEN=", "OTHER=", "AGAIN="} {
				variable, want, _ := strings.Cut(each, "=")
				if got[variable] != want {
					t.Errorf("%s is %q, want %q", variable, got[variable], want)
				}
			}
			if !slices.Contains(state.Changed, "PATH") || slices.Contains(state.Changed, "GITHUB_TOKEN") {
				t.Errorf("changed %q", state.Changed)
			}
		})
	}
}

func TestNoFolderLeavesThePath(t *testing.T) {
	home(t, map[string]string{".profile": "export PATH=/opt/mine/bin:/usr/bin\n"})
	_, got := ask(t, Options{Shell: "/bin/bash"}, "PATH=/usr/bin:/only/here:/bin")
	if d := cmp.Diff("/opt/mine/bin:/usr/bin:/only/here:/bin", got["PATH"]); d != "" {
		t.Errorf("PATH (-want +got):\n%s", d)
	}
}

func TestNothingIsTaken(t *testing.T) {
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "shell")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name, shell, profile, problem string
		limit                         time.Duration
	}{
		{"one that waits", "/bin/bash", "sleep 600", "has not answered within", time.Second},
		{"one that waits and takes no signal", "/bin/bash", "trap '' TERM HUP INT; while :; do sleep 1; done", "has not answered within", time.Second},
		{"one that becomes another program", "/bin/bash", "exec sleep 600", "has not answered within", time.Second},
		{"one that ends", "/bin/bash", "exit 3", "exit status 3", time.Minute},
		{"one that ends well", "/bin/bash", "exit 0", "has not run the program", time.Minute},
		{"one that is not there", "/no/such/shell", "", "no such file", time.Minute},
		{"one that logs nobody in", script("echo 'This account is not available.'; exit 1"), "", "exit status 1", time.Minute},
		{"one with no PATH", script("exec env -i \"$(echo \"$4\" | cut -d\\' -f2)\" __environment \"${4##* }\""), "", "has no PATH", time.Minute},
		{"one that forges", script("printf 'PATH=/evil\\0'; echo mark"), "", "has not run the program", time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			home(t, map[string]string{".profile": test.profile})
			state, got := ask(t, Options{Shell: test.shell, Limit: test.limit})
			if !strings.Contains(state.Problem, test.problem) || len(state.Changed) > 0 {
				t.Errorf("%+v", state)
			}
			if d := cmp.Diff(map[string]string{"HOME": os.Getenv("HOME"), "PATH": "/usr/bin:/bin"}, got); d != "" {
				t.Errorf("the environment (-want +got):\n%s", d)
			}
		})
	}
}

// The same line is given to every shell; the C shells take no -l beside -c.
func TestEveryShellIsAskedInItsWay(t *testing.T) {
	for shell, want := range map[string][]string{
		"/bin/bash": {"-l", "-i", "-c", "x"}, "/usr/bin/zsh": {"-l", "-i", "-c", "x"}, "/usr/bin/fish": {"-l", "-i", "-c", "x"},
		"/bin/tcsh": {"-i", "-c", "x"}, "/bin/csh": {"-i", "-c", "x"},
	} {
		if d := cmp.Diff(want, shellArguments(shell, "x")); d != "" {
			t.Errorf("%s (-want +got):\n%s", shell, d)
		}
	}
	if _, err := read(t.Context(), Options{Shell: "/bin/bash"}, "/it's/keel"); err == nil {
		t.Error("a path was taken that not every shell reads in the same way")
	}
}

func TestCloseEndsTheShell(t *testing.T) {
	folder := home(t, map[string]string{".profile": "echo $$ > ~/id; exec sleep 600"})
	helper, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e := Start(helper, Options{Shell: "/bin/bash", Limit: time.Hour, Environ: func() []string { return []string{"HOME=" + folder, "PATH=/usr/bin:/bin"} }})
	var id string
	for deadline := time.Now().Add(30 * time.Second); id == ""; time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(filepath.Join(folder, "id"))
		if id = strings.TrimSpace(string(text)); id == "" && time.Now().After(deadline) {
			t.Fatal("the shell did not start")
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%s/exe", id)); err == nil {
		t.Error("the shell lives on")
	}
	if state := e.State(); !state.Done || state.Problem == "" {
		t.Errorf("%+v", state)
	}
}

func TestLoginShell(t *testing.T) {
	if got := loginShell(map[string]string{"SHELL": "/usr/bin/zsh"}); got != "/usr/bin/zsh" {
		t.Errorf("from the environment: %q", got)
	}
	if got := loginShell(nil); !filepath.IsAbs(got) {
		t.Errorf("from the account: %q", got)
	}
}

func TestFromTerminal(t *testing.T) {
	for environ, want := range map[string]bool{
		"": false, "SHLVL=1 TERM=xterm-256color": true, "SHLVL=0": false, "TERM=linux": false,
		"TERM=dumb": false, "TERM=xterm": true, "DISPLAY=:0 XDG_SESSION_TYPE=wayland": false,
	} {
		if got := FromTerminal(strings.Fields(environ)); got != want {
			t.Errorf("%q: %v", environ, got)
		}
	}
	as := AsIs(func() []string { return []string{"A=b"} })
	if state := as.Wait(); state.Asked || !slices.Equal(as.Environ(), []string{"A=b"}) {
		t.Errorf("%+v", state)
	}
}
