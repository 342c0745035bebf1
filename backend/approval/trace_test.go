package approval_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
)

// TestTrace holds the whole decision, whose rule it is and every step to it.
func TestTrace(t *testing.T) {
	const (
		builtIn   = approval.TierBuiltIn
		user      = approval.TierUser
		workspace = approval.TierWorkspace
		session   = approval.TierSession
		run       = approval.TierRun
	)
	type steps = []approval.Step
	inFolder := approval.Step{Tier: builtIn, Rule: approval.RuleOutside, Text: "It runs inside the opened folder."}
	noTexts := approval.Step{Tier: user, Rule: approval.RuleDenyList, Text: "Your deny list is empty."}
	none := approval.Step{Tier: user, Rule: approval.RuleTrusted, Text: "You have no trusted commands."}
	asked := approval.Step{Tier: builtIn, Rule: approval.RuleUntrusted, Effect: approval.Ask, Text: "A command that nothing trusts is asked about."}
	headless := approval.Step{Tier: builtIn, Rule: approval.RuleHeadless, Effect: approval.Deny, Text: "There is nobody to ask in this run, so the question is a no."}
	alone := func(effect approval.Effect, tier approval.Tier, rule, pattern, reason string) approval.Decision {
		return approval.Decision{Effect: effect, Rule: rule, Tier: tier, Pattern: pattern, Reason: reason, Steps: steps{{Tier: tier, Rule: rule, Effect: effect, Text: reason}}}
	}
	tests := []struct {
		name    string
		rules   approval.Rules
		guard   approval.Guard
		request approval.Request
		want    approval.Decision
	}{
		{
			name: "malformed", request: approval.Request{Kind: "execute", Command: "\t"},
			want: alone(approval.Deny, builtIn, approval.RuleMalformed, "", "There is no command that could be run."),
		},
		{
			name: "outside", request: approval.Request{Kind: "execute", Command: "ls", Folder: ".."}, rules: approval.Rules{TrustedCommands: []string{"*"}},
			want: alone(approval.Deny, builtIn, approval.RuleOutside, "..", `".." is outside the workspace; the agent may only act inside the opened folder.`),
		},
		{
			name: "nothing trusts it", request: approval.Request{Kind: "execute", Command: "ls"},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleUntrusted, Tier: builtIn, Reason: "No trusted command matches it.",
				Steps: steps{inFolder, noTexts, none, asked},
			},
		},
		{
			name: "nobody to ask", request: approval.Request{Kind: "execute", Command: "ls", Headless: true},
			want: approval.Decision{
				Effect: approval.Deny, Rule: approval.RuleUntrusted, Tier: builtIn,
				Reason: "No trusted command matches it. There is nobody to ask in this run, so it was denied; to allow it, add --trust 'ls'.",
				Steps:  steps{inFolder, noTexts, none, asked, headless},
			},
		},
		{
			name: "the user's deny list", request: approval.Request{Kind: "execute", Command: "git push", Grants: []string{"*"}},
			rules: approval.Rules{Denylist: []string{"push", "rm"}, FolderDenylist: []string{"rm"}},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleDenyList, Tier: user, Pattern: "push", Reason: `The command is on the deny list: it holds "push".`,
				Steps: steps{inFolder, {Tier: user, Rule: approval.RuleDenyList, Effect: approval.Ask, Text: `The command is on the deny list: it holds "push".`}},
			},
		},
		{
			name: "the folder's deny list", request: approval.Request{Kind: "execute", Command: "rm x", Grants: []string{"*"}},
			rules: approval.Rules{Denylist: []string{"push", "rm"}, FolderDenylist: []string{"rm"}},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleDenyList, Tier: workspace, Pattern: "rm",
				Reason: `The command holds "rm", which the opened folder's settings put on the deny list.`,
				Steps: steps{
					inFolder, {Tier: user, Rule: approval.RuleDenyList, Text: "Nothing of your deny list is in it."},
					{Tier: workspace, Rule: approval.RuleDenyList, Effect: approval.Ask, Text: `The command holds "rm", which the opened folder's settings put on the deny list.`},
				},
			},
		},
		{
			name: "every tier looks, the narrowest pattern counts", guard: shellGuard{},
			request: approval.Request{Kind: "execute", Command: "go test ./x", Session: []string{"go test *", "npm *"}, Grants: []string{"cat *"}},
			rules: approval.Rules{
				TrustedCommands: []string{"go *", "ls"}, FolderCommands: []string{"make"},
				Denylist: []string{"rm"}, FolderDenylist: []string{"rm"},
			},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleTrusted, Tier: session, Pattern: "go test *", Reason: `The trusted command "go test *" matches.`,
				Steps: steps{
					inFolder, noTexts,
					{Tier: workspace, Rule: approval.RuleDenyList, Text: "Nothing of what the opened folder adds to the deny list is in it."},
					{Tier: user, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you always trust matches: "go *".`},
					{Tier: workspace, Rule: approval.RuleTrusted, Text: "The one command that you trust in this folder does not match."},
					{Tier: session, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you trust in this session matches: "go test *".`},
					{Tier: run, Rule: approval.RuleTrusted, Text: "The one command given for this run does not match."},
					{Tier: builtIn, Rule: approval.RuleGuard, Text: `The command guard finds nothing in it that "go test *" does not show.`},
				},
			},
		},
		{
			name: "in this folder", request: approval.Request{Kind: "execute", Command: "make"}, rules: approval.Rules{FolderCommands: []string{"make"}},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleTrusted, Tier: workspace, Pattern: "make", Reason: `The trusted command "make" matches.`,
				Steps: steps{inFolder, noTexts, none, {Tier: workspace, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you trust in this folder matches: "make".`}},
			},
		},
		{
			name: "the same pattern of two tiers is the higher one's", request: approval.Request{Kind: "execute", Command: "make", Grants: []string{"make"}},
			rules: approval.Rules{TrustedCommands: []string{"make"}},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleTrusted, Tier: user, Pattern: "make", Reason: `The trusted command "make" matches.`,
				Steps: steps{
					inFolder, noTexts,
					{Tier: user, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you always trust matches: "make".`},
					{Tier: run, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command given for this run matches: "make".`},
				},
			},
		},
		{
			name: "the guard objects", guard: shellGuard{}, request: approval.Request{Kind: "execute", Command: "npm test && x"},
			rules: approval.Rules{TrustedCommands: []string{"npm *"}, FolderCommands: []string{"npm *"}},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleGuard, Tier: builtIn, Pattern: "npm *", Reason: "It runs a second command.",
				Steps: steps{
					inFolder, noTexts,
					{Tier: user, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you always trust matches: "npm *".`},
					{Tier: workspace, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you trust in this folder matches: "npm *".`},
					{Tier: builtIn, Rule: approval.RuleGuard, Effect: approval.Ask, Text: `The command guard objects to "npm *": It runs a second command.`},
				},
			},
		},
		{
			name: "the guard is off", guard: shellGuard{}, request: approval.Request{Kind: "execute", Command: "npm test && x"},
			rules: approval.Rules{TrustedCommands: []string{"npm *"}, GuardOff: true},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleTrusted, Tier: user, Pattern: "npm *", Reason: `The trusted command "npm *" matches.`,
				Steps: steps{
					inFolder, noTexts,
					{Tier: user, Rule: approval.RuleTrusted, Effect: approval.Allow, Text: `A command that you always trust matches: "npm *".`},
					{Tier: user, Rule: approval.RuleGuard, Text: `You have switched the command guard off: that "npm *" matches is enough.`},
				},
			},
		},
		{
			name: "an untrusted folder", request: approval.Request{Kind: "execute", Command: "make", Session: []string{"ls"}},
			rules: approval.Rules{TrustedCommands: []string{"ls"}, FolderCommands: []string{"make"}, FolderUntrusted: true},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleUntrusted, Tier: builtIn, Pattern: "make",
				Reason: `The trusted command "make" matches, but trusted commands do not count in a folder that you have not trusted.`,
				Steps: steps{
					inFolder, noTexts,
					{Tier: user, Rule: approval.RuleUntrusted, Text: "You have not trusted this folder: your trusted commands, also those for this folder alone, do not count in it."},
					{Tier: session, Rule: approval.RuleTrusted, Text: "The one command that you trust in this session does not match."}, asked,
				},
			},
		},
		{
			name: "a deny list that cannot be read", request: approval.Request{Kind: "execute", Command: "make", Session: []string{"make"}},
			rules: approval.Rules{TrustedCommands: []string{"make"}, FolderCommands: []string{"make"}, DenylistUnknown: true},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleUntrusted, Tier: builtIn, Reason: "No trusted command matches it.",
				Steps: steps{inFolder, {Tier: user, Rule: approval.RuleDenyList, Text: "Your deny list cannot be read, so no stored pattern counts."}, asked},
			},
		},
		{
			name: "autopilot", request: approval.Request{Kind: "move", Mode: "autopilot", Paths: []string{"a", "b"}},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleAutopilot, Tier: session, Reason: "In autopilot mode changes inside the workspace are not asked about.",
				Steps: steps{
					{Tier: builtIn, Rule: approval.RuleProtected, Text: `"a" is inside the opened folder, and nothing protects it.`},
					{Tier: builtIn, Rule: approval.RuleProtected, Text: `"b" is inside the opened folder, and nothing protects it.`},
					{Tier: session, Rule: approval.RuleAutopilot, Effect: approval.Allow, Text: "In autopilot mode changes inside the workspace are not asked about."},
				},
			},
		},
		{
			name: "protected", request: approval.Request{Kind: "edit", Mode: "autopilot", Paths: []string{".git/config"}},
			want: approval.Decision{
				Effect: approval.Ask, Rule: approval.RuleProtected, Tier: builtIn, Pattern: ".git",
				Reason: `".git/config" touches .git, which other programs run or obey by themselves; this is asked in every mode.`,
				Steps: steps{
					{Tier: builtIn, Rule: approval.RuleProtected, Effect: approval.Ask, Text: `".git/config" touches .git, which other programs run or obey by themselves; this is asked in every mode.`},
					{Tier: session, Rule: approval.RuleAutopilot, Effect: approval.Allow, Text: "In autopilot mode changes inside the workspace are not asked about."},
				},
			},
		},
		{
			name: "kept by .keelignore", request: approval.Request{Kind: "read", Paths: []string{"kept.txt"}},
			want: alone(approval.Ask, workspace, approval.RuleIgnored, "kept.txt",
				`"kept.txt" is kept from the agent: a .keelignore file lists it; what is in it would be sent to the model.`),
		},
		{
			name: "secret", request: approval.Request{Kind: "read", Paths: []string{".env"}},
			want: alone(approval.Ask, builtIn, approval.RuleSecret, ".env",
				`".env" looks like a file with passwords or keys; what is in it would be sent to the model.`),
		},
		{
			name: "read", request: approval.Request{Kind: "search", Paths: []string{"."}},
			want: alone(approval.Allow, builtIn, approval.RuleRead, "", "Reading and searching the workspace is allowed."),
		},
		{
			name: "web", request: approval.Request{Kind: "fetch", Tool: "fetch_url"},
			want: alone(approval.Ask, builtIn, approval.RuleWeb, "",
				"It is not known what would be fetched. What stands in an address leaves this machine, and the model reads what comes back."),
		},
		{
			name: "trusted host", request: approval.Request{Kind: "fetch", Address: "https://docs.example.com/a", Hosts: []string{"docs.example.com"}}, rules: approval.Rules{TrustedHosts: []string{"example.com"}},
			want: approval.Decision{
				Effect: approval.Allow, Rule: approval.RuleTrustedHost, Tier: run, Pattern: "docs.example.com", Reason: `The trusted host "docs.example.com" matches.`,
				Steps: steps{
					{Tier: user, Rule: approval.RuleTrustedHost, Text: "No host that you trust matches."},
					{Tier: run, Rule: approval.RuleTrustedHost, Effect: approval.Allow, Text: `A host given for this run matches: "docs.example.com".`},
				},
			},
		},
		{
			name: "no trusted host", request: approval.Request{Kind: "fetch", Address: "https://docs.example.com/a", Headless: true},
			want: approval.Decision{
				Effect: approval.Deny, Rule: approval.RuleWeb, Tier: builtIn,
				Reason: "No trusted host matches it. What stands in an address leaves this machine, and the model reads what comes back. There is nobody to ask in this run, so it was denied; to allow it, add --trust-host 'docs.example.com'.",
				Steps: steps{
					{Tier: user, Rule: approval.RuleTrustedHost, Text: "You have no trusted hosts."},
					{Tier: builtIn, Rule: approval.RuleWeb, Effect: approval.Ask, Text: "An address whose host nothing trusts is asked about."},
					headless,
				},
			},
		},
		{
			name: "trusted host with a sign-in", request: approval.Request{Kind: "fetch", Address: "https://github.com/o/r/issues/1", SignedIn: "@octocat", Hosts: []string{"github.com"}}, rules: approval.Rules{TrustedHosts: []string{"github.com"}},
			want: alone(approval.Ask, builtIn, approval.RuleWeb, "",
				"It would be read with the sign-in of @octocat, which no trusted host covers. What stands in an address leaves this machine, and the model reads what comes back."),
		},
		{
			name: "conversation", request: approval.Request{Kind: "other", Tool: "todo"},
			want: alone(approval.Allow, builtIn, approval.RuleOwn, "", "It changes nothing outside the conversation and what it has started."),
		},
		{
			name: "unknown", request: approval.Request{Kind: "other", Tool: "x"},
			want: alone(approval.Ask, builtIn, approval.RuleUnknownKind, "", `Nothing is known about what "x" does.`),
		},
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, ".keelignore"), []byte("kept.txt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := approval.NewPolicy(approval.Options{Rules: func() approval.Rules { return tt.rules }, Guard: tt.guard, Root: root})
			if diff := cmp.Diff(tt.want, policy.Decide(t.Context(), tt.request)); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
		})
	}
}

// askingGuard asks of every further command whether it is trusted.
type askingGuard struct{ parts []string }

func (g askingGuard) Check(_, _ string, trusted func(string) bool) (bool, string) {
	for _, part := range g.parts {
		if !trusted(part) {
			return true, fmt.Sprintf("Nothing trusts %q.", part)
		}
	}
	return false, ""
}

// The guard is told about every pattern in force, whoever gave it, and about no
// other.
func TestGuardKnowsThePatternsInForce(t *testing.T) {
	rules := approval.Rules{TrustedCommands: []string{"always *"}, FolderCommands: []string{"folder"}}
	request := approval.Request{Kind: "execute", Command: "session x", Session: []string{"session *"}, Grants: []string{"run *"}}
	tests := []struct {
		untrusted bool
		parts     []string
		want      approval.Effect
	}{
		{false, []string{"always 1", "folder", "session", "run 2"}, approval.Allow},
		{false, []string{"folder 1"}, approval.Ask},
		{true, []string{"session 1", "run"}, approval.Allow},
		{true, []string{"always"}, approval.Ask},
		{true, []string{"folder"}, approval.Ask},
	}
	for _, tt := range tests {
		rules.FolderUntrusted = tt.untrusted
		policy := approval.NewPolicy(approval.Options{Rules: func() approval.Rules { return rules }, Guard: askingGuard{tt.parts}, Root: t.TempDir()})
		if d := policy.Decide(t.Context(), request); d.Effect != tt.want {
			t.Errorf("%v, untrusted %v: got %v, want %s", tt.parts, tt.untrusted, d, tt.want)
		}
	}
}

// BenchmarkDecideCommand is a decision with 500 patterns, in a trusted folder
// that is some folders deep; the worst is a command that none of them matches.
func BenchmarkDecideCommand(b *testing.B) {
	root := filepath.Join(b.TempDir(), "a", "b", "c")
	if err := os.MkdirAll(root, 0o700); err != nil {
		b.Fatal(err)
	}
	rules := approval.Rules{TrustedCommands: []string{"go test *"}, Denylist: []string{"rm -rf", "sudo", "curl"}}
	for i := range 250 {
		rules.TrustedCommands = append(rules.TrustedCommands, fmt.Sprintf("program%d sub *", i))
		rules.FolderCommands = append(rules.FolderCommands, fmt.Sprintf("npm run script-number-%d -- --with options", i))
	}
	for _, command := range []string{"go test ./backend/...", "nothing matches this command at all"} {
		b.Run(command, func(b *testing.B) {
			guard := askingGuard{[]string{"npm run script-number-249 -- --with options"}}
			policy := approval.NewPolicy(approval.Options{Rules: func() approval.Rules { return rules }, Guard: guard, Root: root})
			request := approval.Request{Kind: "execute", Command: command, Folder: "."}
			for b.Loop() {
				policy.Decide(b.Context(), request)
			}
		})
	}
}
