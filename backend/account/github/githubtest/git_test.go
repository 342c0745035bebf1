package githubtest_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account/github/githubtest"
)

func TestGitIsServedToWhoeverIsLetIn(t *testing.T) {
	root, work := t.TempDir(), t.TempDir()
	git := func(dir string, arguments ...string) (string, error) {
		command := exec.CommandContext(t.Context(), "git", arguments...)
		command.Dir = dir
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + work, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com"}
		out, err := command.CombinedOutput()
		return string(out), err
	}
	must := func(dir string, arguments ...string) {
		t.Helper()
		if out, err := git(dir, arguments...); err != nil {
			t.Fatalf("git %v: %v\n%s", arguments, err, out)
		}
	}
	must(root, "init", "--bare", "-b", "main", filepath.Join(root, "octo", "secret.git"))
	server := httptest.NewServer(githubtest.Git(root, func(_, password string) bool { return password == "gho_right" }))
	t.Cleanup(server.Close)
	as := func(password string) string {
		at, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		at.User = url.UserPassword("x-access-token", password)
		return at.JoinPath("octo", "secret.git").String()
	}
	if out, err := git(work, "clone", as("gho_wrong"), "no"); err == nil || !strings.Contains(out, "Authentication failed") {
		t.Errorf("with a wrong password: %v\n%s", err, out)
	}
	must(work, "clone", as("gho_right"), "yes")
	must(filepath.Join(work, "yes"), "commit", "--allow-empty", "-m", "one")
	must(filepath.Join(work, "yes"), "push", "origin", "HEAD:main")
	if out, err := git(work, "ls-remote", as("gho_right"), "main"); err != nil || !strings.Contains(out, "refs/heads/main") {
		t.Errorf("after a push: %v\n%s", err, out)
	}
}
