package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	with := func(entries ...string) []string {
		all := append(slices.Clone(forced), entries...)
		slices.Sort(all)
		return all
	}
	tests := []struct {
		name    string
		environ []string
		allow   []string
		want    []string
	}{
		{"nothing", nil, nil, with()},
		{
			"what tools need",
			[]string{"HOME=/h", "LANG=C.UTF-8", "LC_ALL=C", "GOPATH=/g", "GOCACHE=/c", "XDG_CACHE_HOME=/x", "SSH_AUTH_SOCK=/s", "https_proxy=p", "USER=u"},
			nil,
			with("HOME=/h", "LANG=C.UTF-8", "LC_ALL=C", "GOPATH=/g", "GOCACHE=/c", "XDG_CACHE_HOME=/x", "SSH_AUTH_SOCK=/s", "https_proxy=p", "USER=u"),
		},
		{
			"what changes the shell or the loader",
			[]string{"BASH_ENV=/e", "ENV=/e", "BASH_FUNC_git%%=() { x; }", "LD_PRELOAD=/l", "LD_LIBRARY_PATH=/l", "DYLD_INSERT_LIBRARIES=/l", "PROMPT_COMMAND=x", "SHELLOPTS=xtrace", "PS4=$(x)", "IFS=x", "CDPATH=/"},
			[]string{"BASH_ENV", "LD_PRELOAD", "BASH_FUNC_git%%", "PS4"},
			with(),
		},
		{
			"credentials",
			[]string{"AWS_ACCESS_KEY_ID=a", "AWS_PROFILE=p", "GITHUB_TOKEN=t", "CLIENT_SECRET=s", "OPENAI_API_KEY=k", "DB_PASSWORD=p", "XDG_FAKE_TOKEN=t", "LC_API_KEY=k", "aws_profile=p"},
			nil,
			with(),
		},
		{
			"credentials let through by name",
			[]string{"AWS_PROFILE=p", "AWS_REGION=r", "GITHUB_TOKEN=t"},
			[]string{"AWS_PROFILE"},
			with("AWS_PROFILE=p"),
		},
		{
			"the app's own",
			[]string{"WEBKIT_DISABLE_DMABUF_RENDERER=1", "KEEL_TIMINGS=1", "KEEL_COMMAND=x", "DISPLAY=:0", "WAYLAND_DISPLAY=w", "DBUS_SESSION_BUS_ADDRESS=d", "XDG_RUNTIME_DIR=/run/user/1"},
			nil,
			with(),
		},
		{
			"what would ask or page",
			[]string{"PAGER=less", "EDITOR=vi", "VISUAL=vi", "GIT_PAGER=less", "GIT_ASKPASS=/a", "SSH_ASKPASS=/a", "TERM=xterm", "GIT_TERMINAL_PROMPT=1"},
			[]string{"PAGER", "EDITOR"},
			with(),
		},
		{"relative PATH entries", []string{"PATH=.:/usr/bin::bin:/bin"}, nil, with("PATH=/usr/bin:/bin")},
		{"the last of two", []string{"HOME=/a", "HOME=/b"}, nil, with("HOME=/b")},
		{"values with =, empty values, rubbish", []string{"GOFLAGS=-mod=mod", "TZ=", "rubbish", "=C:=x"}, nil, with("GOFLAGS=-mod=mod", "TZ=")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, Environment(test.environ, test.allow, "")); d != "" {
				t.Error(d)
			}
		})
	}
}

// A program in the opened folder must not stand for one of the system (Kiro
// CVE-2026-18656), however its folder came into the PATH.
func TestNoProgramIsPickedUpFromTheWorkspace(t *testing.T) {
	folder := t.TempDir()
	workspace, outside := filepath.Join(folder, "workspace"), filepath.Join(folder, "outside")
	for _, path := range []string{filepath.Join(workspace, "bin"), outside} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(outside, "link")
	if err := os.Symlink(filepath.Join(workspace, "bin"), link); err != nil {
		t.Fatal(err)
	}
	path := strings.Join([]string{workspace, filepath.Join(workspace, "bin"), link, "bin", outside, workspace + "-other"}, ":")
	got := Environment([]string{"PATH=" + path}, nil, workspace)
	if want := "PATH=" + outside + ":" + workspace + "-other"; !slices.Contains(got, want) {
		t.Errorf("no %s in %q", want, got)
	}
}

func TestFateOf(t *testing.T) {
	allow := []string{"MINE", "GITHUB_TOKEN", "LD_PRELOAD", "PAGER"}
	tests := map[string]Fate{
		"PATH": Passed, "MINE": Passed, "GITHUB_TOKEN": Passed, "LC_ALL": Passed,
		"OTHER": Unlisted, "DISPLAY": Unlisted, "XDG_RUNTIME_DIR": Unlisted,
		"AWS_PROFILE": Credential, "NPM_TOKEN": Credential, "openai_api_key": Credential,
		"LD_PRELOAD": Never, "BASH_ENV": Never, "BASH_FUNC_x%%": Never, "KEEL_COMMAND": Never,
		"PAGER": Replaced, "TERM": Replaced,
	}
	for name, want := range tests {
		if got := FateOf(name, allow); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}
