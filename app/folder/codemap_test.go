package folder_test

import (
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/search"
)

// TestTheMapHoldsNothingKept asks about a folder with files that the agent does not
// read unasked: neither they nor their names are in what the model reads.
func TestTheMapHoldsNothingKept(t *testing.T) {
	if !outline.Available {
		t.Skip("this build has no parser")
	}
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatalf("this test needs ripgrep: run `npm ci` in frontend, or set KEEL_RIPGREP to an rg program (%v)", err)
	}
	t.Setenv("KEEL_RIPGREP", ripgrep)
	const here = "code/project/"
	m := openMachine(t, nil, map[string]string{
		here + "calc.go":            "package calc\n\nfunc Add(a, b int) int { return a + b }\n",
		here + ".env":               "ADD_TOKEN=add\n",
		here + "config/id_rsa":      "add\n",
		here + ".keelignore":        "closed/\n*.draft.go\n",
		here + "closed/add.go":      "package closed\n\nfunc AddClosed() {}\n",
		here + "plan.draft.go":      "package calc\n\nfunc AddDraft() {}\n",
		here + "inner/.keelignore":  "add_inner.go\n",
		here + "inner/add_inner.go": "package inner\n\nfunc AddInner() {}\n",
	})
	text, cut, err := m.Codebase(t.Context(), "How does add work? add closed draft inner token env rsa", 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "calc.go\n  3: func Add(a, b int) int\n") || cut != "" {
		t.Errorf("cut %q\n%s", cut, text)
	}
	for _, kept := range []string{".env", "TOKEN", "id_rsa", "add.go", "AddClosed", "plan", "AddDraft", "AddInner"} {
		if strings.Contains(text, kept) {
			t.Errorf("%q stands in\n%s", kept, text)
		}
	}
	found, err := m.Symbols(t.Context(), "Add", 10)
	if err != nil || len(found) != 1 || found[0].Name != "Add" || found[0].Path != "calc.go" {
		t.Errorf("%v %v", found, err)
	}
}

// TestTheParserIsConfined looks at how it is started.
func TestTheParserIsConfined(t *testing.T) {
	m := openMachine(t, nil, nil)
	if !m.Sandbox().Available {
		t.Fatalf("this machine has no sandbox to test: %s", m.Sandbox().Detail)
	}
	command, err := m.SymbolsCommand()
	if err != nil {
		t.Fatal(err)
	}
	if !sandbox.Is(command[1:]) || !strings.Contains(command[2], `"write":null`) || !strings.Contains(command[2], m.paths.Data) {
		t.Errorf("%q", command)
	}
}
