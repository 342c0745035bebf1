package folder_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/gitcredential"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/shellenv"
)

func TestMain(m *testing.M) {
	if sandbox.Is(os.Args[1:]) { // this binary confines the commands of its tests
		os.Exit(sandbox.Run(os.Args[1:]))
	}
	if gitcredential.Is(os.Args[1:]) { // and is what git asks
		os.Exit(gitcredential.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	if outline.Is(os.Args[1:]) { // and reads symbols
		os.Exit(outline.Serve(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// machine is a home folder with a workspace in it, opened with a helper.
type machine struct {
	*folder.Folder
	home, workspace string
	paths           folder.Paths
}

func openMachine(t *testing.T, environ []string, files map[string]string) machine {
	t.Helper()
	home := t.TempDir()
	m := machine{home: home, workspace: filepath.Join(home, "code", "project")}
	m.paths = folder.Paths{Config: filepath.Join(home, ".config", "keel"), Data: filepath.Join(home, ".local", "share", "keel")}
	for path, text := range files {
		full := filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(m.workspace, 0o700); err != nil {
		t.Fatal(err)
	}
	helper, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environ = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}, environ...)
	m.Folder, err = folder.Open(t.Context(), m.workspace, folder.Options{
		Paths: m.paths, Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Helper: helper, Symbols: helper, Shell: shellenv.AsIs(func() []string { return environ }),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func (m machine) state(t *testing.T) wire.AccessState {
	t.Helper()
	state, err := m.AccessState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// section returns a section's items, each as a line, with ~ for the home folder.
func (m machine) section(t *testing.T, id string) []string {
	t.Helper()
	var lines []string
	for _, section := range m.state(t).Sections {
		if section.ID != id {
			continue
		}
		for _, item := range section.Items {
			line := item.Name + " | " + item.Detail + " | " + string(item.Level)
			if item.Change.Kind != "" {
				line += " | " + item.Change.Kind + " " + item.Change.Target
				if item.Change.On {
					line += " on"
				}
			}
			lines = append(lines, strings.ReplaceAll(line, m.home, "~"))
		}
	}
	return lines
}

func (m machine) done(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, p := range m.state(t).Practices {
		title, _, _ := strings.Cut(p.Title, " ")
		all[title] = p.Done
	}
	return all
}

func (m machine) run(t *testing.T, line string) command.Result {
	t.Helper()
	got, err := m.Commands.Run(t.Context(), command.Spec{Command: line, Folder: m.workspace}, nil)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return got
}

const confidential = "s3cr3t"

func TestAccess(t *testing.T) {
	m := openMachine(t, []string{
		"AWS_PROFILE=work", "AWS_SECRET_ACCESS_KEY=" + confidential, "GITHUB_TOKEN=" + confidential, "EDITOR=vi", "LD_PRELOAD=" + confidential, "ODD=" + confidential,
	}, map[string]string{
		".config/keel/settings.json":            `{"keelAgent.commandEnvironment": ["AWS_PROFILE", "GONE"]}`,
		".aws/config":                           "[default]\nregion = eu-central-1\n[profile work]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://x\n[profile deploy]\nrole_arn = arn:x\n",
		".aws/credentials":                      "# " + confidential + "\n[old]\naws_access_key_id = AKIA" + confidential + "\naws_secret_access_key=" + confidential + "\n[short]\naws_access_key_id=A\naws_session_token=" + confidential + "\n",
		"code/project/.git/config":              "[core]\n\tfsmonitor = \"touch evil\"\n[remote \"origin\"]\n\turl = https://me:" + confidential + "@example.com/x/y.git?token=" + confidential + "\n[remote \"up\"]\n\turl = git@example.com:up/y.git\n",
		"code/project/part/.git":                "gitdir: ../.git/modules/part\n",
		"code/project/.git/modules/part/config": "[remote \"origin\"]\nurl = ssh://git@example.com/part\n",
		"code/project/deep/a/b/.git/config":     "",
	})
	want := map[string][]string{
		"repositories": {
			"project | Remotes: origin: https://example.com/x/y.git (credentials stand in its address), up: git@example.com:up/y.git. | open",
			"deep/a/b | No remote. | open",
			"part | Remotes: origin: ssh://git@example.com/part. | open",
		},
		"environment": {
			"AWS_PROFILE | You let it through. | open | variable AWS_PROFILE on",
			"AWS_SECRET_ACCESS_KEY | Withheld: its name is that of a credential. | none | variable AWS_SECRET_ACCESS_KEY",
			"EDITOR | Commands get a value that keeps programs from asking. | none",
			"GITHUB_TOKEN | Withheld: its name is that of a credential. | none | variable GITHUB_TOKEN",
			"GONE | Commands would get it; it is not set now. | open | variable GONE on",
			"HOME |  | open",
			"LD_PRELOAD | Never passed on: it could change what a command does. | none",
			"ODD | Withheld: commands hardly need it. | none | variable ODD",
			"PATH |  | open",
		},
		"aws": {
			"~/.aws/config | A file that commands can read. | asks",
			"~/.aws/credentials | A file that commands can read. | asks",
			"default | Profile. | asks",
			"work | Profile. Signs in through IAM Identity Center. | asks",
			"deploy | Profile. Takes on a role. | asks",
			"old | Profile. Keys that do not expire lie in the file. | asks",
			"short | Profile. Temporary keys lie in the file. | asks",
			"AWS_PROFILE | You let it through. | open | variable AWS_PROFILE on",
			"AWS_SECRET_ACCESS_KEY | Withheld: its name is that of a credential. | none | variable AWS_SECRET_ACCESS_KEY",
		},
	}
	for id, lines := range want {
		if d := cmp.Diff(lines, m.section(t, id)); d != "" {
			t.Errorf("%s (-want +got):\n%s", id, d)
		}
	}
	if d := cmp.Diff(map[string]bool{"Open": true, "Keep": false, "Use": false, "Trust": false}, m.done(t)); d != "" {
		t.Errorf("practices (-want +got):\n%s", d)
	}
	var ids []string
	for _, section := range m.state(t).Sections {
		ids = append(ids, section.ID)
		if section.Title == "" || section.Summary == "" {
			t.Errorf("section %+v says nothing", section)
		}
	}
	if d := cmp.Diff([]string{"files", "repositories", "environment", "aws", "accounts", "network", "sandbox"}, ids); d != "" {
		t.Errorf("sections (-want +got):\n%s", d)
	}
	all, err := json.Marshal(m.state(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), confidential) {
		t.Errorf("a secret is shown: %s", all)
	}
	if _, err := os.Stat(filepath.Join(m.workspace, "evil")); err == nil {
		t.Error("git was run")
	}
}

func TestAccessOfLittle(t *testing.T) {
	m := openMachine(t, nil, nil)
	for _, id := range []string{"repositories", "aws"} {
		if got := m.section(t, id); len(got) != 0 {
			t.Errorf("%s: %q", id, got)
		}
	}
	if d := cmp.Diff(map[string]bool{"Open": true, "Keep": true, "Use": true, "Trust": false}, m.done(t)); d != "" {
		t.Errorf("practices (-want +got):\n%s", d)
	}
	if got := m.section(t, "files"); !slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "What commands can write | ~/code/project, ")
	}) {
		t.Errorf("files: %q", got)
	}
}

func TestSetVariable(t *testing.T) {
	m := openMachine(t, []string{"GITHUB_TOKEN=" + confidential, "ODD=odd"}, nil)
	if got := m.run(t, "echo \"<$GITHUB_TOKEN$ODD>\"").Head; got != "<>\n" {
		t.Fatalf("commands got %q", got)
	}
	for _, name := range []string{"GITHUB_TOKEN", "ODD", "ODD"} {
		if err := m.SetVariable(t.Context(), name, true); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.run(t, "echo \"<$GITHUB_TOKEN$ODD>\"").Head; got != "<"+confidential+"odd>\n" {
		t.Errorf("commands got %q", got)
	}
	if err := m.SetVariable(t.Context(), "GITHUB_TOKEN", false); err != nil {
		t.Fatal(err)
	}
	if got := m.run(t, "echo \"<$GITHUB_TOKEN$ODD>\"").Head; got != "<odd>\n" {
		t.Errorf("commands got %q", got)
	}
	for _, name := range []string{"", "LD_PRELOAD", "BASH_ENV", "PAGER", "A=b"} {
		if err := m.SetVariable(t.Context(), name, true); err == nil {
			t.Errorf("%q was let through", name)
		}
	}
	if got := m.Settings.Values().Environment; !slices.Equal(got, []string{"ODD"}) {
		t.Errorf("the setting is %q", got)
	}
}

func TestSandboxOfAFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no sandbox on this system yet")
	}
	if state := sandbox.Look(); !state.Available {
		t.Fatalf("this machine has no sandbox to test: %s", state.Detail)
	}
	m := openMachine(t, nil, map[string]string{".bashrc": "mine"})
	if got := m.run(t, "echo x > new && cat new"); got.ExitCode != 0 || !strings.Contains(got.Limits, "can write only in the workspace") {
		t.Errorf("%+v", got)
	}
	const escape = "echo x >> ~/.bashrc"
	if got := m.run(t, escape); got.ExitCode == 0 {
		t.Error("a command wrote into the home folder")
	}
	// The checkpoint store and the settings, with the sandbox on and commands trusted.
	for _, path := range []string{m.paths.Data + "/x", m.paths.Config + "/settings.json"} {
		if got := m.run(t, "echo '{}' > "+path); got.ExitCode == 0 {
			t.Errorf("a command wrote %s", path)
		}
	}
	if err := m.Settings.Set(t.Context(), "keelAgent.sandbox", json.RawMessage("false")); err != nil {
		t.Fatal(err)
	}
	if got := m.run(t, escape); got.ExitCode != 0 || got.Limits != "" {
		t.Errorf("switched off: %+v", got)
	}
	if got := m.section(t, "sandbox"); len(got) != 1 || !strings.HasSuffix(got[0], "| open | setting keelAgent.sandbox") {
		t.Errorf("switched off: %q", got)
	}
}

func TestNetworkOfAFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no switch on this system yet")
	}
	const socket = "exec 5<>/dev/udp/127.0.0.1/9"
	for _, sandboxed := range []bool{true, false} {
		m := openMachine(t, nil, nil)
		if !sandboxed {
			if err := m.Settings.Set(t.Context(), "keelAgent.sandbox", json.RawMessage("false")); err != nil {
				t.Fatal(err)
			}
		}
		for _, on := range []bool{false, true} {
			if err := m.SetNetwork(t.Context(), on); err != nil {
				t.Fatal(err)
			}
			if got := m.run(t, socket); (got.ExitCode == 0) != on || !on && !strings.Contains(got.Limits, "cannot use the network") {
				t.Errorf("sandbox %v, network %v: %+v", sandboxed, on, got)
			}
			if got := m.section(t, "network"); strings.HasSuffix(got[1], " on") != on {
				t.Errorf("network %v: %q", on, got)
			}
		}
		// A switch that cannot be read is off.
		file := filepath.Join(m.paths.Workspace(m.Workspace.ID()), "network.json")
		if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := m.run(t, socket); got.ExitCode == 0 {
			t.Error("a broken switch lets commands reach the network")
		}
	}
}

// A project's .env is no environment of Keel's (Codex CVE-2025-61260).
func TestTheFoldersEnvironmentFileIsNotRead(t *testing.T) {
	m := openMachine(t, nil, map[string]string{"code/project/.env": "HOME=/evil\nXDG_DATA_HOME=/evil\nOPENAI_API_KEY=evil\nODD=evil\n"})
	if got := m.run(t, "env").Head; strings.Contains(got, "evil") {
		t.Errorf("commands get %s", got)
	}
	all, err := json.Marshal(m.state(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), "evil") || os.Getenv("ODD") != "" {
		t.Errorf("it is shown: %s", all)
	}
}
