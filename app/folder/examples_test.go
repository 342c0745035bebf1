package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/app/wire"
)

// examplesOf are the prompts for one kind of model, as "prompt" or "prompt #reference".
func examplesOf(examples []wire.Example, practice bool) []string {
	var out []string
	for _, e := range examples {
		if e.Practice != practice {
			continue
		}
		prompt := e.Prompt
		for _, r := range e.References {
			prompt += " #" + r.Name
		}
		out = append(out, prompt)
	}
	return out
}

func TestExamplesWorkInTheFolder(t *testing.T) {
	tests := []struct {
		name           string
		files          []string
		practice, real []string // each begins one of the prompts
		never          []string
	}{
		{
			name:     "a Go project with calc.go",
			files:    []string{"go.mod", "calc.go", "README.md"},
			practice: []string{"add a function Sum to calc.go", "run the tests", "run `go vet", "explain calc.go", "create a file notes.md"},
			real:     []string{"Explain how this project is built: its parts, and how they work together #README.md", "Run the tests."},
			never:    []string{"append", "replace", "rename", "delete", "Write a README.md", "Review what"},
		},
		{
			name:     "a project in JavaScript",
			files:    []string{"package.json", "readme.txt"},
			practice: []string{"run the tests", "explain readme.txt"},
			real:     []string{"Run the tests."},
			never:    []string{"add a function", "add a test", "run `go vet", "explain calc.go", "find files named *_test.go"},
		},
		{
			name:     "notes",
			files:    []string{"notes.md"},
			practice: []string{"append", "replace", "rename notes.md", "search for TODO"},
			real:     []string{"Write a README.md", "Explain how"},
			never:    []string{"create a file notes.md", "run the tests", "Run the tests", "delete shopping.md"},
		},
		{
			name:     "an empty folder",
			practice: []string{"create a file notes.md", "list files", "help"},
			real:     []string{"Create a small web page"},
			never:    []string{"run the tests", "Explain", "explain", "append", "delete"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			path := f.Workspace.Path()
			if err := os.Remove(filepath.Join(path, "mine.txt")); err != nil {
				t.Fatal(err)
			}
			for _, name := range test.files {
				if err := os.WriteFile(filepath.Join(path, name), []byte("x\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got := f.Examples(t.Context())
			all := append(examplesOf(got, true), examplesOf(got, false)...)
			for practice, wanted := range map[bool][]string{true: test.practice, false: test.real} {
				for _, begin := range wanted {
					if !begins(examplesOf(got, practice), begin) {
						t.Errorf("no prompt begins with %q (practice model: %v):\n%s", begin, practice, strings.Join(all, "\n"))
					}
				}
			}
			for _, begin := range test.never {
				if begins(all, begin) {
					t.Errorf("a prompt begins with %q, which cannot work here:\n%s", begin, strings.Join(all, "\n"))
				}
			}
			if count := len(examplesOf(got, false)); count < 3 {
				t.Errorf("%d prompts for a real model, want at least 3:\n%s", count, strings.Join(all, "\n"))
			}
		})
	}
}

func begins(prompts []string, begin string) bool {
	for _, prompt := range prompts {
		if strings.HasPrefix(prompt, begin) {
			return true
		}
	}
	return false
}
