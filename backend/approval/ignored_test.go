//go:build unix

package approval_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
)

// place makes a workspace of files, whose names are paths.
func place(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestKeelIgnore(t *testing.T) {
	root := place(t, map[string]string{
		".keelignore": "# kept\nprivate/\n*.tfstate\n!public.tfstate\n/top.txt\nStraße/\n", "private/a/b.txt": "", "x.tfstate": "",
		"deep/.keelignore": "!x.tfstate\nsecret\n", "deep/secret/own/c.txt": "", "deep/x.tfstate": "", "deep/top.txt": "",
		"private/.keelignore": "!*\n", "STRASSE/d": "", "top.txt": "", "open.txt": "",
	})
	for name, target := range map[string]string{"link.txt": "private/a/b.txt", "private-link": "private"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	policy := approval.NewPolicy(approval.Options{Root: root})
	tests := []struct {
		path string
		want approval.Effect
	}{
		{"open.txt", approval.Allow}, {".", approval.Allow}, {"deep", approval.Allow}, {"deep/top.txt", approval.Allow},
		{"public.tfstate", approval.Allow}, {"deep/x.tfstate", approval.Allow}, {"private.txt", approval.Allow},
		{"top.txt", approval.Ask}, {"TOP.TXT", approval.Ask}, {"x.tfstate", approval.Ask}, {"a/b/y.tfstate", approval.Ask}, {"X.TFSTATE", approval.Ask},
		{"private", approval.Ask}, {"private/a", approval.Ask}, {"private/a/b.txt", approval.Ask}, {"private/new.txt", approval.Ask},
		{"Private/a/b.txt", approval.Ask}, {"./private/../private/a/b.txt", approval.Ask}, {"deep/../top.txt", approval.Ask},
		{"deep/secret", approval.Ask}, {"deep/secret/own/c.txt", approval.Ask},
		{"STRASSE", approval.Ask}, {"strasse/d", approval.Ask}, {"strae\u0301", approval.Allow},
		{"link.txt", approval.Ask}, {"private-link", approval.Ask}, {"private-link/a/b.txt", approval.Ask},
	}
	for _, tt := range tests {
		for _, kind := range []string{"read", "search"} {
			if d := policy.Decide(t.Context(), approval.Request{Kind: kind, Paths: []string{tt.path}}); d.Effect != tt.want {
				t.Errorf("%s %q: got %v, want %s", kind, tt.path, d, tt.want)
			}
		}
	}
	moves := []struct {
		from, to string
		want     string
	}{
		{"open.txt", "other.txt", approval.RuleAutopilot},
		{"top.txt", "other.txt", approval.RuleIgnored},
		{"private", "public", approval.RuleIgnored},
		{"deep", "deeper", approval.RuleProtected}, // its .keelignore
		{".keelignore", "x", approval.RuleProtected},
	}
	for _, tt := range moves {
		if d := policy.Decide(t.Context(), approval.Request{Kind: "move", Mode: "autopilot", Paths: []string{tt.from, tt.to}}); d.Rule != tt.want {
			t.Errorf("move %q: got %v, want %s", tt.from, d, tt.want)
		}
	}
	for _, kind := range []string{"edit", "delete"} {
		for _, name := range []string{".keelignore", "deep/.KeelIgnore", "new/.keelignore"} {
			if d := policy.Decide(t.Context(), approval.Request{Kind: kind, Mode: "autopilot", Paths: []string{name}}); d.Rule != approval.RuleProtected {
				t.Errorf("%s %q: got %v, want it protected", kind, name, d)
			}
		}
	}
	if d := policy.Decide(t.Context(), approval.Request{Kind: "edit", Mode: "autopilot", Paths: []string{"private/new.txt"}}); d.Effect != approval.Allow {
		t.Errorf("writing is not reading: got %v", d)
	}
}

// A folder of which only a part is kept may be moved only after a question: in
// its new place nothing would keep that part.
func TestKeelIgnoreMovedAlong(t *testing.T) {
	root := place(t, map[string]string{".keelignore": "a/b/key.txt\n", "a/b/key.txt": "", "c/x": ""})
	policy := approval.NewPolicy(approval.Options{Root: root})
	want := `"a" holds "a/b/key.txt", which a .keelignore file keeps from the agent; in another place it could be read unasked.`
	d := policy.Decide(t.Context(), approval.Request{Kind: "move", Mode: "autopilot", Paths: []string{"a", "z"}})
	if diff := cmp.Diff(want, d.Reason); diff != "" {
		t.Errorf("reason (-want +got):\n%s", diff)
	}
	for _, r := range []approval.Request{{Kind: "move", Paths: []string{"c", "z"}}, {Kind: "delete", Paths: []string{"a"}}} {
		r.Mode = "autopilot"
		if d := policy.Decide(t.Context(), r); d.Effect != approval.Allow {
			t.Errorf("%v: got %v", r, d)
		}
	}
}

// What cannot be read may keep everything from the agent.
func TestKeelIgnoreUnreadable(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"a folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"too long": func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("x\n", 1<<20)), 0o600) },
		"a circle": func(path string) error { return os.Symlink(".keelignore", path) },
	} {
		t.Run(name, func(t *testing.T) {
			root := place(t, map[string]string{"x": "", "sub/y": ""})
			if err := spoil(filepath.Join(root, "sub", ".keelignore")); err != nil {
				t.Fatal(err)
			}
			policy := approval.NewPolicy(approval.Options{Root: root})
			for path, want := range map[string]approval.Effect{"x": approval.Allow, "sub": approval.Allow, "sub/y": approval.Ask, "sub/new/z": approval.Ask} {
				if d := policy.Decide(t.Context(), approval.Request{Kind: "read", Paths: []string{path}}); d.Effect != want {
					t.Errorf("%q: got %v, want %s", path, d, want)
				}
			}
		})
	}
}

func TestHardLinks(t *testing.T) {
	root := place(t, map[string]string{"one": "", "alone": "", ".git/hooks/pre-commit": ""})
	for _, names := range [][2]string{{"one", "two"}, {".git/hooks/pre-commit", "hook"}} {
		if err := os.Link(filepath.Join(root, names[0]), filepath.Join(root, names[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("one", filepath.Join(root, "soft")); err != nil {
		t.Fatal(err)
	}
	policy := approval.NewPolicy(approval.Options{Root: root})
	tests := []struct{ kind, path, want string }{
		{"edit", "one", approval.RuleLinked}, {"edit", "two", approval.RuleLinked}, {"edit", "hook", approval.RuleLinked}, {"edit", "soft", approval.RuleLinked},
		{"edit", ".git/hooks/pre-commit", approval.RuleProtected},
		{"edit", "alone", approval.RuleAutopilot}, {"edit", "new", approval.RuleAutopilot},
		{"delete", "one", approval.RuleAutopilot}, {"move", "two", approval.RuleAutopilot}, {"read", "one", approval.RuleRead},
	}
	for _, tt := range tests {
		for _, mode := range []string{"autopilot", "supervised"} {
			want := tt.want
			if want == approval.RuleAutopilot && mode == "supervised" {
				want = approval.RuleSupervised
			}
			if d := policy.Decide(t.Context(), approval.Request{Kind: tt.kind, Mode: mode, Paths: []string{tt.path}}); d.Rule != want {
				t.Errorf("%s %q, %s: got %v, want %s", tt.kind, tt.path, mode, d, want)
			}
		}
	}
}

// However a protected name is written, creating, renaming to and from, moving
// and deleting it ask alike, also where it is reached through a link.
func TestSpellingsOfProtectedNames(t *testing.T) {
	root := place(t, map[string]string{"plain.txt": "", "e\u0301t\u00e9/x": ""})
	for name, target := range map[string]string{"hooks": ".GIT/hooks", "settings": "sub/.vscode", "up": "sub/../.git"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	policy := approval.NewPolicy(approval.Options{Root: root, Protected: []string{filepath.Join(root, "\u00e9t\u00e9")}})
	protected := []string{
		".git/config", ".GIT/config", ".Git/config", ".git /config", ".git./config", ".git. . /config", ".git::$DATA/config", "GIT~1/config",
		".g\u200dit/config", ".gi\u200bt/config", ".\ufeffgit/config", ".\uff47it/../.git/config",
		".vscode/tasks.json", ".VSCODE/tasks.json", ".v\u017fcode/tasks.json", // a long s folds to s
		".\u212aeel/hooks.json", ".\u212airo/mcp.json", // a Kelvin sign folds to k
		"a/B.CODE-WORKSPACE", "sub/.EnvRC", ".hu\u017fky/pre-push", ".BASHRC", "MCP.json",
		"hooks/pre-commit", "settings/tasks.json", "up/config",
	}
	for _, path := range protected {
		for _, r := range []approval.Request{
			{Kind: "edit", Paths: []string{path}}, {Kind: "delete", Paths: []string{path}},
			{Kind: "move", Paths: []string{"plain.txt", path}}, {Kind: "move", Paths: []string{path, "plain.txt"}},
		} {
			r.Mode = "autopilot"
			if d := policy.Decide(t.Context(), r); d.Effect != approval.Ask || d.Rule != approval.RuleProtected {
				t.Errorf("%s %q: got %v, want it protected", r.Kind, r.Paths, d)
			}
		}
	}
	for _, path := range []string{"\u00e9t\u00e9/x", "e\u0301te\u0301/x", "\u00c9T\u00c9/x", "E\u0301t\u00e9./x"} { // composed or not: one folder
		for _, r := range []approval.Request{{Kind: "edit", Paths: []string{path}}, {Kind: "move", Paths: []string{"plain.txt", path}}, {Kind: "delete", Paths: []string{path}}} {
			r.Mode = "autopilot"
			if d := policy.Decide(t.Context(), r); d.Effect != approval.Deny || d.Rule != approval.RuleKeel {
				t.Errorf("%s %q: got %v, want deny", r.Kind, r.Paths, d)
			}
		}
	}
	for _, path := range []string{"git/config", ".gitx/config", "x.git/config", "vscode/tasks.json"} {
		if d := policy.Decide(t.Context(), approval.Request{Kind: "edit", Mode: "autopilot", Paths: []string{path}}); d.Effect != approval.Allow {
			t.Errorf("%q: got %v, want allow", path, d)
		}
	}
}
