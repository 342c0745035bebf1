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
		files          map[string]string // their content
		programs       []string          // that this machine has
		practice, real []string          // each begins one of the prompts
		never          []string
	}{
		{
			name:     "a Go project with calc.go",
			files:    map[string]string{"go.mod": "module x\n", "calc.go": "package x\n\nfunc Add(a, b int) int { return a + b }\n", "README.md": "x\n"},
			programs: []string{"go"},
			practice: []string{"add a function Sum to calc.go", "add a test for Add in calc.go", "run the tests", "run `go vet", "explain calc.go", "create a file notes.md"},
			real:     []string{"Explain how this project is built: its parts, and how they work together #README.md", "Run the tests."},
			never:    []string{"append", "replace", "rename", "delete", "Write a README.md", "Review what"},
		},
		{
			name:     "a project in JavaScript",
			files:    map[string]string{"package.json": `{"scripts": {"test": "node --test"}}`, "readme.txt": "x\n"},
			programs: []string{"npm"},
			practice: []string{"run the tests", "explain readme.txt"},
			real:     []string{"Run the tests."},
			never:    []string{"add a function", "add a test", "run `go vet", "explain calc.go", "find files named *_test.go"},
		},
		{
			name:     "notes",
			files:    map[string]string{"notes.md": "milk\n"},
			practice: []string{"append", "replace", "rename notes.md", "search for TODO"},
			real:     []string{"Write a README.md", "Explain how"},
			never:    []string{"create a file notes.md", "run the tests", "Run the tests", "delete shopping.md"},
		},
		{
			name:     "an empty folder",
			practice: []string{"create a file notes.md", "count to", "help"},
			real:     []string{"Create a small web page"},
			never:    []string{"run the tests", "Explain", "explain", "append", "delete", "list files", "search"},
		},
		{
			name:     "a folder of pictures",
			files:    map[string]string{"beach.JPG": "x", "cat.png": "x", ".hidden": "x"},
			programs: []string{"go", "npm", "pytest"},
			practice: []string{"create a file notes.md", "list files", "help"},
			real:     []string{"Create a web page that shows the pictures"},
			never:    []string{"run the tests", "Run the tests", "Explain", "Find three things", "Write a README.md", "search"},
		},
		{
			name:     "a project in Python, and pytest",
			files:    map[string]string{"app.py": "x\n", "test_app.py": "x\n"},
			programs: []string{"pytest"},
			practice: []string{"run the tests"},
			real:     []string{"Run the tests."},
		},
		{
			name:     "what this machine has no program for",
			files:    map[string]string{"go.mod": "module x\n", "test_app.py": "x\n"},
			practice: []string{"list files"},
			never:    []string{"run the tests", "run `go vet"},
		},
		{
			name:     "a package without tests, and functions that are there or not",
			files:    map[string]string{"package.json": `{"scripts": {"build": "x"}}`, "calc.go": "package x\n\nfunc Sum() {}\n", "notes.md": "bread\n"},
			programs: []string{"go", "npm"},
			practice: []string{"explain calc.go"},
			never:    []string{"run the tests", "add a function Sum", "add a test for Add", "replace"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			path := f.Workspace.Path()
			if err := os.Remove(filepath.Join(path, "mine.txt")); err != nil {
				t.Fatal(err)
			}
			for name, content := range test.files {
				if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			programs := t.TempDir()
			for _, name := range test.programs {
				if err := os.WriteFile(filepath.Join(programs, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", programs)
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
