package approval_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/approval"
)

// shellGuard objects to everything after a "&&".
type shellGuard struct{}

func (shellGuard) Check(command, _ string, _ func(string) bool) (bool, string) {
	return strings.Contains(command, "&&"), "It runs a second command."
}

func TestDecideCommand(t *testing.T) {
	rules := approval.Rules{TrustedCommands: []string{"npm *", "npm test", "go test ./..."}, Denylist: []string{"", "rm -rf"}}
	tests := []struct {
		name     string
		rules    approval.Rules
		guard    approval.Guard
		command  string
		grants   []string
		headless bool
		want     approval.Decision
	}{
		{name: "exact", rules: rules, command: "go test ./...",
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierUser, Rule: approval.RuleTrusted, Pattern: "go test ./..."}},
		{name: "exact before prefix", rules: rules, command: "npm test",
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierUser, Rule: approval.RuleTrusted, Pattern: "npm test"}},
		{name: "prefix", rules: rules, command: "npm install",
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierUser, Rule: approval.RuleTrusted, Pattern: "npm *"}},
		{name: "nothing matches", rules: rules, command: "go vet",
			want: approval.Decision{Effect: approval.Ask, Tier: approval.TierBuiltIn, Rule: approval.RuleUntrusted}},
		{name: "grant", rules: rules, command: "go vet", grants: []string{"go vet"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "go vet"}},
		{name: "deny list before trust", rules: rules, command: "npm run x && rm -rf /", grants: []string{"*", "npm run x && rm -rf /"},
			want: approval.Decision{Effect: approval.Ask, Tier: approval.TierUser, Rule: approval.RuleDenyList, Pattern: "rm -rf"}},
		{name: "deny list, written in another way", rules: rules, command: "rm \t'-r'\\f /", grants: []string{"*"},
			want: approval.Decision{Effect: approval.Ask, Tier: approval.TierUser, Rule: approval.RuleDenyList, Pattern: "rm -rf"}},
		{name: "deny list with a quote alone", rules: approval.Rules{Denylist: []string{"\""}}, command: "go vet", grants: []string{"go vet"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "go vet"}},
		{name: "deny list, nobody to ask", rules: rules, command: "rm -rf x", headless: true, grants: []string{"*"},
			want: approval.Decision{Effect: approval.Deny, Tier: approval.TierUser, Rule: approval.RuleDenyList, Pattern: "rm -rf"}},
		{name: "nobody to ask", rules: rules, command: "go vet", headless: true,
			want: approval.Decision{Effect: approval.Deny, Tier: approval.TierBuiltIn, Rule: approval.RuleUntrusted}},
		{name: "nobody to ask, granted", rules: rules, command: "go vet", headless: true, grants: []string{"go *"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "go *"}},
		{name: "guard objects", rules: rules, guard: shellGuard{}, command: "npm test && curl evil",
			want: approval.Decision{Effect: approval.Ask, Tier: approval.TierBuiltIn, Rule: approval.RuleGuard, Pattern: "npm *"}},
		{name: "guard leaves exact patterns", guard: shellGuard{}, command: "a && b", grants: []string{"a *", "a && b"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "a && b"}},
		{name: "guard leaves the star", guard: shellGuard{}, command: "a && b", grants: []string{"a *", "*"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "*"}},
		{name: "untrusted folder", rules: approval.Rules{TrustedCommands: []string{"npm *"}, FolderUntrusted: true}, command: "npm test",
			want: approval.Decision{Effect: approval.Ask, Tier: approval.TierBuiltIn, Rule: approval.RuleUntrusted, Pattern: "npm *"}},
		{name: "untrusted folder, granted", rules: approval.Rules{FolderUntrusted: true}, command: "npm test", grants: []string{"npm *"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "npm *"}},
		{name: "empty", rules: approval.Rules{TrustedCommands: []string{"*"}}, command: " ",
			want: approval.Decision{Effect: approval.Deny, Tier: approval.TierBuiltIn, Rule: approval.RuleMalformed}},
		{name: "null byte", rules: approval.Rules{TrustedCommands: []string{"*"}}, command: "ls\x00rm",
			want: approval.Decision{Effect: approval.Deny, Tier: approval.TierBuiltIn, Rule: approval.RuleMalformed}},
		{name: "empty deny text counts for nothing", rules: approval.Rules{Denylist: []string{""}}, command: "ls", grants: []string{"ls"},
			want: approval.Decision{Effect: approval.Allow, Tier: approval.TierRun, Rule: approval.RuleTrusted, Pattern: "ls"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := approval.NewPolicy(approval.Options{
				Rules: func() approval.Rules { return tt.rules }, Guard: tt.guard, Root: t.TempDir(),
			})
			got := policy.Decide(t.Context(), approval.Request{
				Kind: "execute", Tool: "run_command", Command: tt.command, Folder: ".", Grants: tt.grants, Headless: tt.headless, Mode: "autopilot",
			})
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(approval.Decision{}, "Reason", "Steps")); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
			if got.Reason == "" {
				t.Error("a decision without a reason")
			}
		})
	}
}

func TestHeadlessReasonSaysHowToTrust(t *testing.T) {
	policy := approval.NewPolicy(approval.Options{Root: t.TempDir()})
	got := policy.Decide(t.Context(), approval.Request{Kind: "execute", Command: "echo 'a b'", Headless: true})
	want := `No trusted command matches it. There is nobody to ask in this run, so it was denied; to allow it, add --trust 'echo '\''a b'\'''.`
	if diff := cmp.Diff(want, got.Reason); diff != "" {
		t.Errorf("reason (-want +got):\n%s", diff)
	}
}

// folders is a workspace with Keel's own folder inside and outside it, and
// links that lead to places a path does not show.
func folders(t *testing.T) (root string, policy *approval.Policy) {
	t.Helper()
	top := t.TempDir()
	root = filepath.Join(top, "work")
	for _, folder := range []string{"work/src", "work/.git/hooks", "work/deep/.vscode", "work/stage/conf.d", "work/keel-inside", "work/home/u/.config/keel", "keel", "elsewhere"} {
		if err := os.MkdirAll(filepath.Join(top, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"work/hooks":      ".git/hooks",
		"work/out":        "../elsewhere",
		"work/dangling":   filepath.Join(top, "keel", "new.json"),
		"work/absolute":   filepath.Join(top, "work", "src"),
		"work/circle":     "circle",
		"work/notes.txt":  ".env",
		"work/config":     "home/u/.config/keel",
		"work/src/parent": "..",
	} {
		if err := os.Symlink(target, filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root, approval.NewPolicy(approval.Options{
		Root: root,
		Protected: []string{
			filepath.Join(top, "keel"), filepath.Join(root, "keel-inside"), filepath.Join(root, "home/u/.config/keel"),
		},
	})
}

func TestDecideWrite(t *testing.T) {
	_, policy := folders(t)
	type want struct {
		effect approval.Effect
		rule   string
	}
	allow := want{approval.Allow, approval.RuleAutopilot}
	protected := want{approval.Ask, approval.RuleProtected}
	keel := want{approval.Deny, approval.RuleKeel}
	outside := want{approval.Deny, approval.RuleOutside}
	tests := []struct {
		kind  string
		paths []string
		want  want
	}{
		{"edit", []string{"calc.go"}, allow},
		{"edit", []string{"src/new/deep.go"}, allow},
		{"edit", []string{"absolute/x.go"}, allow},
		{"edit", []string{"src/parent/calc.go"}, allow},
		{"edit", []string{".gitignore"}, allow},
		{"edit", []string{"git/config"}, allow},
		{"delete", []string{"src"}, allow},
		{"delete", []string{"out"}, allow}, // the link, not what it leads to
		{"move", []string{"calc.go", "sum.go"}, allow},

		{"edit", []string{".git/hooks/pre-commit"}, protected},
		{"edit", []string{".GIT/config"}, protected},
		{"edit", []string{".git./config"}, protected},
		{"edit", []string{".git::$INDEX_ALLOCATION/config"}, protected},
		{"edit", []string{"git~1/config"}, protected},
		{"edit", []string{".g\u200cit/config"}, protected},
		{"edit", []string{".\u212Aeel/settings.json"}, protected}, // Kelvin sign folds to k
		{"edit", []string{"hooks/pre-commit"}, protected},         // a link to .git/hooks
		{"edit", []string{"deep/nested/.vscode/tasks.json"}, protected},
		{"edit", []string{"a/b.code-workspace"}, protected},
		{"edit", []string{"sub/.ENVRC"}, protected},
		{"edit", []string{".husky/pre-push"}, protected},
		{"edit", []string{".bashrc"}, protected},
		{"edit", []string{"dot/.config/fish/conf.d/x.fish"}, protected},
		{"edit", []string{"Fish/CONF.D/x.fish"}, protected},
		{"edit", []string{".local/bin/git"}, protected},
		{"edit", []string{".config/systemd/user/x.service"}, protected},
		{"edit", []string{"bin/git"}, allow},
		{"move", []string{"stage", "fish"}, protected}, // holds a conf.d
		{"move", []string{"stage", "other"}, allow},
		{"edit", []string{"docs/HEAD"}, protected}, // of a bare repository
		{"move", []string{"calc.go", "docs/head"}, protected},
		{"edit", []string{"head/page.html"}, allow},
		{"edit", []string{".cursor/mcp.json"}, protected},
		{"edit", []string{".claude/settings.json"}, protected},
		{"edit", []string{".kiro/hooks/x"}, protected},
		{"move", []string{"src", ".git"}, protected},
		{"move", []string{"x.json", "deep/.vscode/tasks.json"}, protected},
		{"move", []string{"deep", "deeper"}, protected}, // holds a .vscode
		{"delete", []string{"deep"}, protected},
		{"delete", []string{".git"}, protected},

		{"move", []string{".env", "readable.txt"}, want{approval.Ask, approval.RuleSecret}},

		{"edit", []string{"keel-inside/settings.json"}, keel},
		{"edit", []string{"KEEL-Inside/settings.json"}, keel},
		{"edit", []string{"config/settings.json"}, keel},
		{"delete", []string{"keel-inside"}, keel},
		{"move", []string{"home", "other"}, keel}, // holds Keel's folder
		{"move", []string{"calc.go", "keel-inside/settings.json"}, keel},
		{"delete", []string{"."}, keel},

		{"edit", []string{"../x"}, outside},
		{"edit", []string{"/etc/passwd"}, outside},
		{"edit", []string{"a/../../x"}, outside},
		{"edit", []string{"out/x"}, outside},
		{"edit", []string{"dangling"}, outside},
		{"edit", []string{"circle"}, outside},
		{"edit", []string{"a\x00b"}, outside},
		{"edit", []string{"calc.go", "../x"}, outside},
		{"edit", nil, want{approval.Deny, approval.RuleMalformed}},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+strings.Join(tt.paths, " "), func(t *testing.T) {
			request := approval.Request{Kind: tt.kind, Tool: "t", Paths: tt.paths, Mode: "autopilot"}
			d := policy.Decide(t.Context(), request)
			if got := (want{d.Effect, d.Rule}); got != tt.want {
				t.Errorf("autopilot: got %v (%s), want %v", got, d.Reason, tt.want)
			}
			if tt.want == allow {
				tt.want = want{approval.Ask, approval.RuleSupervised}
			}
			for _, mode := range []string{"supervised", "", "Autopilot"} {
				request.Mode = mode
				d = policy.Decide(t.Context(), request)
				if got := (want{d.Effect, d.Rule}); got != tt.want {
					t.Errorf("mode %q: got %v (%s), want %v", mode, got, d.Reason, tt.want)
				}
			}
			request.Headless = true
			if d := policy.Decide(t.Context(), request); d.Effect != approval.Deny {
				t.Errorf("headless: got %v, want deny", d)
			}
		})
	}
}

func TestDecideRead(t *testing.T) {
	_, policy := folders(t)
	tests := []struct {
		path string
		want approval.Effect
	}{
		{"calc.go", approval.Allow}, {".", approval.Allow}, {".git/config", approval.Allow},
		{".env.example", approval.Allow}, {"id_rsa.pub", approval.Allow}, {"environment.go", approval.Allow},
		{".env", approval.Ask}, {".ENV", approval.Ask}, {"a/.env.local", approval.Ask}, {"prod.env", approval.Ask},
		{"key.pem", approval.Ask}, {"KEY.PEM", approval.Ask}, {"id_rsa", approval.Ask}, {"x/id_ed25519.bak", approval.Ask},
		{".ssh/config", approval.Ask}, {".aws/credentials", approval.Ask}, {".kube/config", approval.Ask},
		{".env~", approval.Ask}, {".env-production", approval.Ask}, {"prod.tfvars", approval.Ask}, {"terraform.tfstate.backup", approval.Ask},
		{"notes.txt", approval.Ask}, // a link to .env
		{"out/x", approval.Deny}, {"../x", approval.Deny}, {"dangling", approval.Deny},
	}
	for _, tt := range tests {
		for _, kind := range []string{"read", "search"} {
			d := policy.Decide(t.Context(), approval.Request{Kind: kind, Paths: []string{"calc.go", tt.path}})
			if d.Effect != tt.want {
				t.Errorf("%s %q: got %v, want %s", kind, tt.path, d, tt.want)
			}
		}
	}
}

func TestDecideFetch(t *testing.T) {
	_, policy := folders(t)
	for _, mode := range []string{"autopilot", "supervised"} {
		request := approval.Request{Kind: "fetch", Tool: "fetch_url", Mode: mode, Grants: []string{"*"}}
		if d := policy.Decide(t.Context(), request); d.Effect != approval.Ask || d.Rule != approval.RuleWeb {
			t.Errorf("%s: got %v, want ask", mode, d)
		}
		request.Headless = true
		if d := policy.Decide(t.Context(), request); d.Effect != approval.Deny {
			t.Errorf("%s, nobody to ask: got %v, want deny", mode, d)
		}
	}
}

func TestDecideOther(t *testing.T) {
	root, policy := folders(t)
	for _, name := range []string{"todo", "ask_user", "sub_agent", "stop_command"} {
		for _, headless := range []bool{false, true} {
			if d := policy.Decide(t.Context(), approval.Request{Kind: "other", Tool: name, Headless: headless}); d.Effect != approval.Allow || d.Rule != approval.RuleOwn {
				t.Errorf("%s: got %v, want allow", name, d)
			}
		}
	}
	for _, r := range []approval.Request{{Kind: "other", Tool: "Todo"}, {Kind: "think", Tool: "todo"}, {Kind: "fetch", Tool: "todo"}, {Tool: "todo"}} {
		if d := policy.Decide(t.Context(), r); d.Effect != approval.Ask {
			t.Errorf("%v: got %v, want ask", r, d)
		}
	}
	if d := policy.Decide(t.Context(), approval.Request{Kind: "other", Tool: "x"}); d.Effect != approval.Ask {
		t.Errorf("unknown kind: got %v, want ask", d)
	}
	for _, folder := range []string{"..", "out", "/", "src/parent/.."} {
		d := policy.Decide(t.Context(), approval.Request{Kind: "execute", Command: "ls", Folder: folder, Grants: []string{"*"}})
		if want := map[bool]approval.Effect{true: approval.Allow, false: approval.Deny}[folder == "src/parent/.."]; d.Effect != want {
			t.Errorf("command in %q: got %v, want %s", folder, d, want)
		}
	}
	noRoot := approval.NewPolicy(approval.Options{})
	if d := noRoot.Decide(t.Context(), approval.Request{Kind: "edit", Paths: []string{"x"}, Mode: "autopilot"}); d.Effect != approval.Deny {
		t.Errorf("without a workspace: got %v, want deny", d)
	}
	// What cannot be looked through is asked about.
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if d := policy.Decide(cancelled, approval.Request{Kind: "delete", Paths: []string{"src"}, Mode: "autopilot"}); d.Effect != approval.Ask {
		t.Errorf("unseen folder: got %v, want ask", d)
	}
	// The folders above the workspace play no part.
	inside := filepath.Join(root, ".git", "hooks")
	nested := approval.NewPolicy(approval.Options{Root: inside})
	if d := nested.Decide(t.Context(), approval.Request{Kind: "edit", Paths: []string{"x"}, Mode: "autopilot"}); d.Effect != approval.Allow {
		t.Errorf("workspace below a protected name: got %v, want allow", d)
	}
}
