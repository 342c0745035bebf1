package guard_test

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/approval/guard"
)

//go:embed testdata/corpus.txt
var corpus []byte

// example is one line of the corpus.
type example struct {
	line     int
	class    string
	patterns []string
	effect   string // allow, ask or untrusted
	command  string
	reason   string // a part of it
}

func examples(t testing.TB) []example {
	t.Helper()
	var (
		all      []example
		class    string
		patterns []string
	)
	for i, line := range strings.Split(string(corpus), "\n") {
		fields := strings.Split(line, "\t")
		switch {
		case strings.HasPrefix(line, "## "):
			class = line[3:]
		case line == "" || strings.HasPrefix(line, "#"):
		case fields[0] == "trust":
			patterns = fields[1:]
		default:
			e := example{line: i + 1, class: class, patterns: patterns, effect: fields[0], command: fields[1]}
			if len(fields) > 2 {
				e.reason = fields[2]
			}
			if quoted, ok := strings.CutPrefix(e.command, `$`); ok && strings.HasPrefix(quoted, `"`) {
				text, err := strconv.Unquote(quoted)
				if err != nil {
					t.Fatalf("corpus.txt:%d: %v", i+1, err)
				}
				e.command = text
			}
			all = append(all, e)
		}
	}
	return all
}

func decide(t testing.TB, root string, patterns []string, command string) approval.Decision {
	t.Helper()
	policy := approval.NewPolicy(approval.Options{
		Root:  root,
		Guard: guard.New(),
		Rules: func() approval.Rules { return approval.Rules{TrustedCommands: patterns} },
	})
	return policy.Decide(t.Context(), approval.Request{Kind: "execute", Command: command, Mode: "autopilot"})
}

func TestCorpus(t *testing.T) {
	root := t.TempDir()
	count := map[string]int{}
	for _, e := range examples(t) {
		count[e.effect]++
		want := map[string][2]string{
			"allow":     {string(approval.Allow), approval.RuleTrusted},
			"ask":       {string(approval.Ask), approval.RuleGuard},
			"untrusted": {string(approval.Ask), approval.RuleUntrusted},
		}[e.effect]
		d := decide(t, root, e.patterns, e.command)
		if got := [2]string{string(d.Effect), d.Rule}; got != want || !strings.Contains(d.Reason, e.reason) {
			t.Errorf("corpus.txt:%d (%s): %q: %s by %s, want %s: %s", e.line, e.class, e.command, d.Effect, d.Rule, e.effect, d.Reason)
		}
		if d.Rule == approval.RuleGuard && (!strings.HasSuffix(d.Reason, ".") || strings.ContainsAny(d.Reason, "\n\t\x1b")) {
			t.Errorf("corpus.txt:%d: the reason is no sentence: %q", e.line, d.Reason)
		}
	}
	if count["ask"]+count["untrusted"] < 300 || count["allow"] < 100 {
		t.Errorf("the corpus holds %v, want 300 that ask and 100 that do not", count)
	}
}

// TestCorpusHasNoTwins keeps the count honest.
func TestCorpusHasNoTwins(t *testing.T) {
	seen := map[string]int{}
	for _, e := range examples(t) {
		key := fmt.Sprint(e.class, e.command)
		if seen[key] > 0 {
			t.Errorf("corpus.txt:%d repeats line %d", e.line, seen[key])
		}
		seen[key] = e.line
	}
}

// TestSuggestionsLetTheCommandRun holds what the approval card offers to what
// the policy then does.
func TestSuggestionsLetTheCommandRun(t *testing.T) {
	root := t.TempDir()
	wide := 0
	for _, e := range examples(t) {
		for i, pattern := range approval.Suggest(e.command) {
			if d := decide(t, root, []string{pattern}, e.command); d.Effect != approval.Allow {
				t.Errorf("Suggest(%q)[%d] = %q, but the command still asks: %s", e.command, i, pattern, d.Reason)
			}
			if i > 0 {
				wide++
			}
		}
	}
	if wide < 50 {
		t.Errorf("only %d suggestions have a star", wide)
	}
}

// TestLaunchesIsWhatAsks holds the programs that are never suggested by name to
// the guard's own decision: a launcher's star pattern covers no program.
func TestLaunchesIsWhatAsks(t *testing.T) {
	g := guard.New()
	nothing := func(string) bool { return false }
	for _, command := range []string{"env x", "sudo x", "xargs x", "npx x", "timeout 5 x", "npm exec x", "go run x", "eval x", "git difftool x", "cargo run x", "busybox x"} {
		words := strings.Fields(command)
		if ask, _ := g.Check(command, words[0]+" *", nothing); !ask || !g.Launches(words) {
			t.Errorf("%q: asks %v, launches %v, want both", command, ask, g.Launches(words))
		}
	}
	for _, command := range []string{"npm test", "go test ./...", "git status", "ls", "cargo build", "make", "unheardof x"} {
		words := strings.Fields(command)
		if ask, reason := g.Check(command, words[0]+" *", nothing); ask || g.Launches(words) {
			t.Errorf("%q: asks %v (%s), launches %v, want neither", command, ask, reason, g.Launches(words))
		}
	}
}
