package approval_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/approval/guard"
)

// A trusted `cat *` or `git *` let the agent read .env, and what .keelignore keeps
// from it, without a question.
func TestATrustedCommandDoesNotReadSecretsUnasked(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{".env": "x", ".keelignore": "private/\n", "main.go": "", "private/notes.txt": "x", "sub/.env": "x"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(".env", filepath.Join(root, "innocent.txt")); err != nil {
		t.Fatal(err)
	}
	policy := approval.NewPolicy(approval.Options{Root: root, Guard: guard.New(), Rules: func() approval.Rules {
		return approval.Rules{TrustedCommands: []string{"cat *", "git *", "grep *", "docker compose --env-file .env *", "head .env", "npm *"}}
	}})
	for command, want := range map[string]approval.Effect{
		"cat .env":                           approval.Ask,
		"cat main.go .ENV":                   approval.Ask,
		`cat ".e"nv`:                         approval.Ask,
		`cat .e\nv`:                          approval.Ask,
		"cat ./sub/../.env":                  approval.Ask,
		"cat " + filepath.Join(root, ".env"): approval.Ask,
		"cat /home/x/.ssh/id_ed25519":        approval.Ask,
		"cat innocent.txt":                   approval.Ask, // a link to .env
		"cat private/notes.txt":              approval.Ask,
		"git show HEAD:.env":                 approval.Ask,
		"git show HEAD~3:private/notes.txt":  approval.Ask,
		"git log -p -- sub/.env":             approval.Ask,
		"git status && cat .env":             approval.Ask,
		"grep -f .env main.go":               approval.Ask,
		"cat main.go":                        approval.Allow,
		"cat .env.example":                   approval.Allow,
		"git add .":                          approval.Allow,
		`git commit -m "load .env at start"`: approval.Allow,
		"git log -S credentials":             approval.Allow,
		"grep -rn .env main.go":              approval.Ask, // a text that could be the file's name
		"docker compose --env-file .env ps":  approval.Allow,
		"head .env":                          approval.Allow,
		"npm test":                           approval.Allow,
	} {
		d := policy.Decide(t.Context(), approval.Request{Kind: "execute", Tool: "run_command", Command: command, Folder: "."})
		if d.Effect != want {
			t.Errorf("%s: got %s (%s), want %s", command, d.Effect, d.Reason, want)
		}
	}
	d := policy.Decide(t.Context(), approval.Request{Kind: "execute", Tool: "run_command", Command: "cat notes.txt", Folder: "private"})
	if d.Effect != approval.Ask {
		t.Errorf("in a folder that is kept: got %s", d.Effect)
	}
}
