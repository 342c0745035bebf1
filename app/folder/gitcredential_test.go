package folder_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/shellenv"
	"github.com/keel-ide/keel/backend/terminal"
)

// gitMachine is a machine with the real helper, beside a server that wants a token.
type gitMachine struct {
	machine
	server *gitServer
	people *people
}

// helperProgram builds keel-helper, in a folder whose name a shell would divide.
func helperProgram(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), `it's a "folder"`)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "keel-helper")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/keel-ide/keel/app/helper")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the helper: %v\n%s", err, out)
	}
	return program
}

// openGitMachine opens a machine on which git asks this binary.
func openGitMachine(t *testing.T, uses ...account.Use) gitMachine {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return openGitMachineWith(t, own, uses...)
}

func openGitMachineWith(t *testing.T, helper string, uses ...account.Use) gitMachine {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs the sandbox")
	}
	if state := sandbox.Look(); !state.Available {
		t.Fatalf("this machine has no sandbox to test: %s", state.Detail)
	}
	server := startGit(t)
	home, err := os.MkdirTemp("", "k") // short, so that the socket lies in Keel's data
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	m := machine{home: home, workspace: filepath.Join(home, "project"), paths: folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}}
	if err := os.MkdirAll(m.workspace, 0o700); err != nil {
		t.Fatal(err)
	}
	// The person keeps passwords in a plain file: Keel's must not get there.
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[credential]\n\thelper = store\n[user]\n\tname = n\n\temail = e@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GIT_SSL_CAINFO=" + server.certificates, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0"}
	m.Folder, err = folder.Open(t.Context(), m.workspace, folder.Options{
		Paths: m.paths, Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Helper: helper, Shell: shellenv.AsIs(func() []string { return environ }),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(filepath.Join(m.paths.Data, "git")); len(left) > 0 {
			t.Errorf("after the end there are %v", left)
		}
	})
	g := gitMachine{machine: m, server: server, people: signedIn(server.host, uses...)}
	m.SetGitAccounts(g.people)
	return g
}

func (g gitMachine) address() string { return "https://" + g.server.host + "/x/y.git" }

// typed runs a line in a new terminal.
func (g gitMachine) typed(t *testing.T, line string) (output string, code int) {
	t.Helper()
	info, err := g.Terminals.Open(t.Context(), terminal.Spec{Shell: "sh", Args: []string{"-c", line}, Folder: g.workspace})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := g.Terminals.Read(t.Context(), info.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for {
		chunk, err := reader.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		output += strings.ReplaceAll(chunk.Text, "\r\n", "\n")
		if chunk.Exit != nil {
			return output, chunk.Exit.Code
		}
		reader.Ack(chunk.Bytes)
	}
}

// commanded runs a line as the agent's command.
func (g gitMachine) commanded(t *testing.T, line string) (output string, code int) {
	t.Helper()
	result := g.run(t, line)
	if !strings.Contains(result.Limits, "sandbox") {
		t.Errorf("not confined: %+v", result)
	}
	return result.Head, result.ExitCode
}

const gitWork = `set -e
git clone -q %[1]s %[2]s
cd %[2]s
echo more > more-%[2]s
git add . && git commit -qm more
git pull -q --rebase
git push -q
git fetch -q
git -c http.extraheader= ls-remote -q %[1]s main`

func TestGitWithTheAccount(t *testing.T) {
	g := openGitMachineWith(t, helperProgram(t), account.UseGitTerminal, account.UseGitAgent)
	for _, way := range []struct {
		name string
		run  func(*testing.T, string) (string, int)
	}{{"terminal", g.typed}, {"agent", g.commanded}} {
		t.Run(way.name, func(t *testing.T) {
			output, code := way.run(t, fmt.Sprintf(gitWork, g.address(), way.name))
			if code != 0 || !strings.Contains(output, "refs/heads/main") {
				t.Fatalf("%d:\n%s", code, output)
			}
			if strings.Contains(output, "keel:") {
				t.Errorf("a complaint:\n%s", output)
			}
			environ, _ := way.run(t, "env")
			if !strings.Contains(environ, "GIT_CONFIG_COUNT=") || strings.Contains(environ, gitToken) {
				t.Errorf("the environment is\n%s", environ)
			}
			// What the helper was given for git to keep is kept by nobody else.
			if text, err := os.ReadFile(filepath.Join(g.home, ".git-credentials")); err == nil {
				t.Errorf("git's own helper has kept %q", text)
			}
		})
	}
	if got := g.server.names(); !slices.Equal(got, []string{"octocat"}) {
		t.Errorf("git came as %q", got)
	}
	g.isNowhere(t)
	page, err := g.AuditPage(t.Context(), wire.AuditQuery{Kind: "trust"})
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, entry := range page.Entries {
		kept = append(kept, entry.Title+" | "+entry.Pattern+" | "+entry.Reason)
	}
	want := []string{
		"Gave git an account | " + g.server.host + " | In a command of the agent, as @octocat.",
		"Gave git an account | " + g.server.host + " | In a terminal of Keel, as @octocat.",
	}
	if d := cmp.Diff(want, kept); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
}

// isNowhere looks for the token in every file of the home folder.
func (g gitMachine) isNowhere(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(g.home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(gitToken)) {
			t.Errorf("the token stands in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGitSwitchedOff(t *testing.T) {
	g := openGitMachine(t)
	before := g.run(t, "env").Head
	if strings.Contains(before, "GIT_CONFIG_COUNT") {
		t.Errorf("with nothing on commands get\n%s", before)
	}
	if output, code := g.typed(t, "git ls-remote "+g.address()); code == 0 {
		t.Errorf("git came in without an account:\n%s", output)
	}
	// Switched off in between: a command and a terminal that were started before.
	g.people.use(account.UseGitTerminal, account.UseGitAgent)
	line := "git ls-remote -q " + g.address() + " && git ls-remote " + g.address()
	for _, way := range []func(*testing.T, string) (string, int){g.typed, g.commanded} {
		g.people.use(account.UseGitTerminal, account.UseGitAgent)
		g.people.change(func(p *people) { p.given = func(p *people) { p.all[0].Uses = nil } })
		output, code := way(t, line)
		if code == 0 || !strings.Contains(output, "switched off") || strings.Count(output, "refs/heads/main") != 1 {
			t.Errorf("%d:\n%s", code, output)
		}
	}
}

// Each use has its own socket, and the terminals' one answers no command, whatever
// it knows.
func TestGitOfTerminalsIsNotForCommands(t *testing.T) {
	g := openGitMachine(t, account.UseGitTerminal)
	stolen := filepath.Join(g.workspace, "stolen")
	if output, code := g.typed(t, `printf %s "$GIT_CONFIG_VALUE_1" > stolen`); code != 0 {
		t.Fatal(output)
	}
	helper, err := os.ReadFile(stolen)
	if err != nil {
		t.Fatal(err)
	}
	line := string(helper[1:]) + " get"
	ask := fmt.Sprintf("printf 'protocol=https\\nhost=%s\\n' | %s", g.server.host, line)
	if output, _ := g.typed(t, ask); !strings.Contains(output, "password="+gitToken) {
		t.Fatalf("a terminal gets %q", output)
	}
	for _, how := range []string{ask, "setsid -w sh -c " + quoted(ask), "(" + ask + ") & wait"} {
		if output, _ := g.commanded(t, how); strings.Contains(output, "password") || !strings.Contains(output, "only in its own terminals") {
			t.Errorf("%s: a command gets %q", how, output)
		}
	}
	if output, code := g.commanded(t, "git ls-remote "+g.address()); code == 0 {
		t.Errorf("a command came in:\n%s", output)
	}
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func TestGitOfCommandsWithoutTheNetwork(t *testing.T) {
	g := openGitMachine(t, account.UseGitAgent)
	if err := g.SetNetwork(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	output, _ := g.commanded(t, fmt.Sprintf("printf 'protocol=https\\nhost=%s\\n\\n' | git credential fill", g.server.host))
	if !strings.Contains(output, "the network is switched off") || strings.Contains(output, "password=") {
		t.Errorf("%s", output)
	}
}

func TestGitQuestionsThatGetNothing(t *testing.T) {
	g := openGitMachine(t, account.UseGitTerminal)
	fill := func(attributes string) (string, int) {
		return g.typed(t, "printf '"+attributes+"\\n' | git credential fill")
	}
	if output, code := fill("protocol=https\\nhost=" + g.server.host + "\\npath=z.git\\n"); code != 0 || !strings.Contains(output, "password="+gitToken) {
		t.Fatalf("%d: %s", code, output)
	}
	tests := map[string]string{
		"another host":       "protocol=https\\nhost=127.0.0.1\\n",
		"http":               "protocol=http\\nhost=" + g.server.host + "\\n",
		"a host of its name": "protocol=https\\nhost=" + g.server.host + ".example.com\\n",
		"somebody else":      "protocol=https\\nhost=" + g.server.host + "\\nusername=mona\\n",
	}
	for name, attributes := range tests {
		if output, code := fill(attributes); code == 0 || strings.Contains(output, "password=") {
			t.Errorf("%s: %d: %s", name, code, output)
		}
	}
	g.people.change(func(p *people) { p.err = account.ErrRevoked })
	if output, code := fill("protocol=https\\nhost=" + g.server.host + "\\n"); code == 0 || !strings.Contains(output, "Sign in again") {
		t.Errorf("revoked: %d: %s", code, output)
	}
}

func TestGitTokenRefused(t *testing.T) {
	for use, run := range map[account.Use]func(gitMachine) func(*testing.T, string) (string, int){
		account.UseGitTerminal: func(g gitMachine) func(*testing.T, string) (string, int) { return g.typed },
		account.UseGitAgent:    func(g gitMachine) func(*testing.T, string) (string, int) { return g.commanded },
	} {
		g := openGitMachine(t, use)
		g.server.setToken("another")
		if output, code := run(g)(t, "git ls-remote "+g.address()); code == 0 {
			t.Errorf("%s: %s", use, output)
		}
		// What Keel has not given does not count.
		run(g)(t, fmt.Sprintf("printf 'protocol=https\\nhost=%s\\nusername=octocat\\npassword=mine\\n\\n' | git credential reject", g.server.host))
		g.people.change(func(p *people) {
			if want := []string{p.all[0].ID + " " + gitToken}; !slices.Equal(p.refused, want) {
				t.Errorf("%s: refused %q, want %q", use, p.refused, want)
			}
		})
	}
}

// A command that prints the token gives it neither to the model nor to a file.
func TestPrintedTokenIsTakenOut(t *testing.T) {
	g := openGitMachine(t, account.UseGitAgent)
	fill := fmt.Sprintf("printf 'protocol=https\\nhost=%s\\n\\n' | git credential fill", g.server.host)
	var streamed bytes.Buffer
	result, err := g.Commands.Run(t.Context(), command.Spec{Command: fill + "; " + fill + ` | tr -d '\n'`, Folder: g.workspace},
		func(piece []byte) { streamed.Write(piece) })
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(result.LogPath)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"model": result.Head + result.Tail, "page": streamed.String(), "log": string(log)} {
		if strings.Contains(text, gitToken) || strings.Count(text, "‹redacted: known secret›") != 2 {
			t.Errorf("%s: %s", where, text)
		}
	}
	g.isNowhere(t)
}

func TestAccessShowsGit(t *testing.T) {
	g := openGitMachine(t, account.UseGitAgent, account.UseGitTerminal)
	items := func() []string {
		return slices.DeleteFunc(g.section(t, "accounts"), func(line string) bool { return !strings.HasPrefix(line, "git in ") })
	}
	want := []string{
		"git in commands | @octocat at " + g.server.host + ". A command that you let run can use its token, and read it. | asks",
		"git in your terminals | @octocat at " + g.server.host + ". Commands of the agent do not get it. | none",
	}
	if d := cmp.Diff(want, items()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	g.people.use()
	if got := items(); len(got) > 0 {
		t.Errorf("switched off: %q", got)
	}
}
