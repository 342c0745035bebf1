package backend_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider/practice"
)

// TestReadmeListsThePracticeGrammar keeps the README's table equal to the one in
// the program. `go test ./backend -run Readme -update` writes it.
func TestReadmeListsThePracticeGrammar(t *testing.T) {
	const begin, end = "<!-- practice:begin -->\n", "<!-- practice:end -->"
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has lost the marks around the practice model's grammar")
	}
	var table strings.Builder
	table.WriteString("| say | and it |\n| --- | --- |\n")
	for _, example := range practice.Examples() {
		fmt.Fprintf(&table, "| %s | %s |\n", escape(example.Prompt), escape(example.What))
	}
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile("../README.md", []byte(head+begin+table.String()+end+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(table.String(), old); d != "" {
		t.Errorf("the README's grammar is stale; run `task gen` (-want +got):\n%s", d)
	}
}

func escape(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the README's generated part")
	os.Exit(m.Run())
}
