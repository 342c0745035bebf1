package editors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/keel-ide/keel/backend/trust/editors"
)

func write(t *testing.T, folder, editor, text string) string {
	t.Helper()
	path := filepath.Join(folder, editor, "User", "settings.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	noteParts   = "There it counts for each part of a command; here for a whole command that begins with it, and the command guard looks at the parts."
	noteRegular = "It is a regular expression that is more than the beginning of a command, which Keel has no pattern for."
	noteAsks    = "It makes commands ask there, by a regular expression that Keel's deny list cannot say."
	noteFlags   = "It is a regular expression that ignores case; Keel's patterns do not."
)

func TestFind(t *testing.T) {
	folder := t.TempDir()
	kiro := write(t, folder, "Kiro", `{
		// comments and trailing commas
		"kiroAgent.trustedCommands": ["npm *", "go test ./...", "*", 1, "",],
		"kiroAgent.commandDenylist": ["rm -rf"],
	}`)
	code := write(t, folder, "Code", `{
		"chat.tools.terminal.autoApprove": {
			"git status": true, "rm": false, "mkdir": null, "ls": {"approve": true, "matchCommandLine": true},
			"/^npm run test$/": true, "/\\bsudo\\b/": false, "cat": {"matchCommandLine": true}
		},
		"chat.agent.terminal.denyList": {"curl": true, "wget": false},
		"github.copilot.chat.agent.terminal.allowList": {"echo": true, "pwd": false}
	}`)
	broken := write(t, folder, "VSCodium", `{"chat.tools.terminal.autoApprove": `)
	write(t, folder, "Code - Insiders", `{"editor.fontSize": 12}`) // nothing to take over
	want := []editors.Found{
		{
			Editor: "Kiro", File: kiro, Denied: []string{"rm -rf"},
			Patterns: []editors.Pattern{
				{Text: "npm *", Original: "npm *", Usable: true}, {Text: "go test ./...", Original: "go test ./...", Usable: true}, {Text: "*", Original: "*", Usable: true},
			},
		},
		{
			Editor: "VS Code", File: code, Denied: []string{"rm ", "curl"},
			Patterns: []editors.Pattern{
				{Text: "git status *", Original: "git status", Note: noteParts, Usable: true},
				{Text: "ls *", Original: "ls", Usable: true},
				{Text: "npm run test", Original: "/^npm run test$/", Usable: true},
				{Original: `/\bsudo\b/`, Note: noteAsks},
				{Text: "echo *", Original: "echo", Note: noteParts, Usable: true},
			},
		},
		{Editor: "VSCodium", File: broken},
	}
	got, err := editors.Find(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(editors.Found{}, "Problem")); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	for i, problem := range []bool{false, false, true} {
		if (got[i].Problem != "") != problem {
			t.Errorf("%s: problem %q", got[i].Editor, got[i].Problem)
		}
	}
	if !strings.Contains(got[2].Problem, "line 1") {
		t.Errorf("the problem does not say where: %q", got[2].Problem)
	}
	if none, err := editors.Find(t.Context(), t.TempDir()); err != nil || len(none) > 0 {
		t.Errorf("without editors: %v, %v", none, err)
	}
}

// A rule is translated only where Keel's pattern trusts no more than it does.
func TestRules(t *testing.T) {
	tests := []struct{ rule, text, note string }{
		{"npm run build", "npm run build *", noteParts},
		{" git log ", "git log *", noteParts},
		{"/^git status$/", "git status", ""},
		{`/^git status\b/`, "git status *", noteParts},
		{`/^git status(\s|$)/`, "git status *", noteParts},
		{`/^git status( .*)?$/`, "git status *", noteParts},
		{`/^git status(\s.*)?$/`, "git status *", noteParts},
		{`/^git .*$/`, "git *", noteParts},
		{`/^git /`, "git *", noteParts},
		{`/^git/`, "git *", noteParts},
		{`/^python3\.11 -m pytest\b/`, "python3.11 -m pytest *", noteParts},
		{`/.*/`, "*", ""}, {`/^.*$/`, "*", ""}, {`/^(.*)$/s`, "*", ""},
		{`/^git status$/i`, "", noteFlags},
		{`/^git (status|log)/`, "", noteRegular},
		{`/git status/`, "", noteRegular},
		{`/status$/`, "", noteRegular},
		{`/^git\s+status/`, "", noteRegular},
		{`/^$/`, "", noteRegular},
		{`/^ls(/`, "", noteRegular},
		{`/^(?!rm).*/`, "", noteRegular},
		{`/usr/bin/env`, "/usr/bin/env *", noteParts}, // a path, no expression
		{"", "", "It is empty, and would trust nothing."},
	}
	for _, tt := range tests {
		folder := t.TempDir()
		write(t, folder, "Code", `{"chat.tools.terminal.autoApprove": {`+quote(tt.rule)+`: true}}`)
		found, err := editors.Find(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		want := []editors.Found{{Editor: "VS Code", File: filepath.Join(folder, "Code", "User", "settings.json"),
			Patterns: []editors.Pattern{{Text: tt.text, Original: tt.rule, Note: tt.note, Usable: tt.text != ""}}}}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.rule, diff)
		}
	}
}

// A short word would be found within others; a longer one may be a whole command.
func TestDenied(t *testing.T) {
	tests := []struct{ rule, text string }{
		{"rm", "rm "}, {"dd", "dd "}, {`/^rm\b/`, "rm "}, {`/^rm$/`, "rm"},
		{"sudo", "sudo"}, {"git push", "git push"}, {"p q", "p q"},
	}
	for _, tt := range tests {
		folder := t.TempDir()
		write(t, folder, "Code", `{"chat.tools.terminal.autoApprove": {`+quote(tt.rule)+`: false}}`)
		found, err := editors.Find(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		want := []editors.Found{{Editor: "VS Code", File: filepath.Join(folder, "Code", "User", "settings.json"), Denied: []string{tt.text}}}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.rule, diff)
		}
	}
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `\`, `\\`) + `"` }
