package practice_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

func TestKeySentence(t *testing.T) {
	c := newChat(t, sample(t))
	got := c.say("add a function Sum to calc.go with a test and run the tests")
	wantText(t, got, "Added `Sum` to `calc.go`.", "Added a test for `Sum` to `calc_test.go`.", "`go test ./...` ended with exit code 0.", "ok  \t")
	c.wantCalls("read_file calc.go", "edit_file calc.go", "list_dir .", "read_file calc_test.go", "edit_file calc_test.go", "list_dir .", "run_command go test ./...")
	if !strings.Contains(c.read("calc.go"), "func Sum(numbers []float64) float64 {") {
		t.Errorf("calc.go:\n%s", c.read("calc.go"))
	}
	if out := c.tool("gofmt -l ."); out != "" {
		t.Errorf("not formatted: %s\n%s", out, c.read("calc_test.go"))
	}
	c.tool("go vet ./...")

	// The second time there is nothing left to do.
	before := c.read("calc.go") + c.read("calc_test.go")
	got = c.say("add a function Sum to calc.go with a test")
	wantText(t, got, "has a function `Sum` already", "has a test for `Sum` already")
	if after := c.read("calc.go") + c.read("calc_test.go"); after != before {
		t.Errorf("changed:\n%s", cmp.Diff(before, after))
	}
}

// Everything the model knows by heart compiles, is formatted and passes its own
// test, for both kinds of number.
func TestKnownFunctionsWork(t *testing.T) {
	names := "Sum, Product, Max, Min, Average, Reverse, IsPalindrome, Factorial, Fibonacci, IsPrime, IsEven, IsOdd, GCD, Add, Subtract, Multiply, Abs, Square, Double, Power, Clamp, Count and Contains"
	c := newChat(t, map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.21\n", "whole/a.go": "package whole\n\nvar _ int\n", "real/a.go": "package real\n\nvar _ float64\n",
	})
	for _, folder := range []string{"whole", "real"} {
		got := c.say("add the functions " + names + " to " + folder + "/a.go with tests")
		wantText(t, got, "Added `Sum` and `Product`", "Added a test for `Sum` and `Product`")
		if strings.Contains(got, "stub") {
			t.Errorf("one is not known:\n%s", got)
		}
	}
	wantText(t, c.say("run the tests"), "exit code 0", "example.com/m/whole", "example.com/m/real")
	if out := c.tool("gofmt -l ."); out != "" {
		t.Errorf("not formatted: %s\n%s", out, c.read("whole/a_test.go"))
	}
	c.tool("go vet ./...")
}

func TestScriptFunctions(t *testing.T) {
	c := newChat(t, map[string]string{"a.js": "", "b.py": "X = 1\n", "c.ts": "export const x = 1;\n", "d.js": "module.exports = {};\n"})
	c.say("add the functions sum, max, reverse and frobnicate to a.js")
	c.say("add functions sum, max, factorial and frobnicate to b.py with a test")
	c.say("add function isPalindrome to c.ts")
	c.say("add function sum to d.js")
	wantText(t, c.read("a.js"), "export function sum(numbers) {\n  return numbers.reduce(", "export function frobnicate() {\n  throw new Error(")
	wantText(t, c.read("b.py"), "X = 1\n\n\ndef sum(numbers):\n    \"\"\"Returns the sum of numbers, 0 for none.\"\"\"\n    total = 0\n    for number in numbers:\n", "def frobnicate():\n")
	wantText(t, c.read("c.ts"), "export const x = 1;\n\n/** Reports whether text reads the same backwards, character by character. */\nexport function isPalindrome(text: string): boolean {\n")
	wantText(t, c.read("d.js"), "\nfunction sum(numbers) {\n")
	c.tool("node --check a.js && node --check d.js && node --input-type=module -e 'import(process.cwd()+\"/a.js\").then(m => process.exit(m.sum([1,2]) === 3 && m.max([1,5,2]) === 5 && m.reverse(\"ab\") === \"ba\" ? 0 : 1))'")
}

func TestStubFunction(t *testing.T) {
	c := newChat(t, map[string]string{"go.mod": "module m\n\ngo 1.21\n"})
	got := c.say("Please add a function Frobnicate to tools.go with a test, then run the tests.")
	wantText(t, got, "its body is a stub", "exit code 0")
	wantText(t, c.read("tools.go"), "package tools\n\n// Frobnicate is a stub")
	wantText(t, c.read("tools_test.go"), "package tools\n\nimport \"testing\"\n\nfunc TestFrobnicate(")
}

// Tests of an external test package are left alone.
func TestExternalTestPackage(t *testing.T) {
	c := newChat(t, map[string]string{
		"go.mod": "module m\n\ngo 1.21\n", "calc.go": "package calc\n", "calc_test.go": "package calc_test\n\nimport \"testing\"\n\nfunc TestNothing(t *testing.T) { t.Log() }\n",
	})
	wantText(t, c.say("add function Max to calc.go with a test and run the tests"), "gets a file of its own", "exit code 0")
	wantText(t, c.read("calc_max_test.go"), "package calc\n")
}

func TestRequests(t *testing.T) {
	c := newChat(t, map[string]string{"go.mod": "module m\n\ngo 1.21\n", "main.go": "package main\n\nfunc main() {}\n\nfunc two() {}\n// TODO: more\n"})
	steps := []struct {
		prompt string
		calls  []string
		want   []string // in the reply
		file   string
		holds  string
	}{
		{"create a file notes.md with the text \"Remember the milk\"", []string{"write_file notes.md"}, []string{"Created `notes.md`."}, "notes.md", "Remember the milk\n"},
		{`append "and run away" to notes.md`, []string{"read_file notes.md", "edit_file notes.md"}, []string{"Added the line"}, "notes.md", "Remember the milk\nand run away\n"},
		{"replace \"the\" with \"some\" in `notes.md`", []string{"read_file notes.md", "edit_file notes.md"}, []string{"Replaced 1 place"}, "notes.md", "Remember some milk\nand run away\n"},
		{"in notes.md change m to M everywhere", []string{"read_file notes.md", "edit_file notes.md"}, []string{"Replaced 4 places"}, "notes.md", "ReMeMber soMe Milk\nand run away\n"},
		{"rename notes.md to docs/shopping.md", []string{"move_file notes.md"}, []string{"Moved"}, "docs/shopping.md", "ReMeMber soMe Milk\nand run away\n"},
		{"replace \"nothing like it\" with \"x\" in docs/shopping.md", []string{"read_file docs/shopping.md"}, []string{"so I changed nothing"}, "", ""},
		{"could you please delete docs/shopping.md?", []string{"delete_file docs/shopping.md"}, []string{"Deleted"}, "", ""},
		{"create docs/usage.md", []string{"write_file docs/usage.md"}, nil, "docs/usage.md", "# usage\n"},
		{"create a new file more.go", []string{"list_dir .", "read_file main.go", "write_file more.go"}, nil, "more.go", "package main\n"},
		{"make a python file script.py containing:\n```python\nprint(1)\nrun()\n```", []string{"write_file script.py"}, nil, "script.py", "print(1)\nrun()\n"},
		{"search for TODO", []string{`search_text TODO`}, []string{"Found 1 line", "main.go:6: // TODO: more"}, "", ""},
		{"search for \"main()\" in main.go", []string{`search_text main\(\)`}, []string{"Found 1 line"}, "", ""},
		{"find nothing-like-it", []string{`search_text nothing-like-it`}, []string{"was not found"}, "", ""},
		{"find files named *.md", []string{"find_files *.md"}, []string{"docs/usage.md"}, "", ""},
		{"list the files", []string{"list_dir ."}, []string{"docs/\n", "script.py\t"}, "", ""},
		{"what files are there in docs?", []string{"list_dir docs"}, []string{"usage.md"}, "", ""},
		{"explain main.go", []string{"read_file main.go"}, []string{"`main.go` has 6 lines and declares `main`, `two`", "package main"}, "", ""},
		{"show nothing.go", []string{"read_file nothing.go"}, []string{"does not exist"}, "", ""},
		{"run `echo hello && exit 3`", []string{"run_command echo hello && exit 3"}, []string{"failed: exit code 3.", "hello"}, "", ""},
		{"run echo one and then run echo two", []string{"run_command echo one", "run_command echo two"}, []string{"two"}, "", ""},
		{"run echo one and two", []string{"run_command echo one and two"}, []string{"one and two"}, "", ""},
		{"run the tests", []string{"list_dir .", "run_command go test ./..."}, []string{"exit code 0"}, "", ""},
		{"add a test for Frobnicate in main.go", []string{"read_file main.go"}, []string{"has no function `Frobnicate`"}, "", ""},
		{"add a function f to notes.txt", nil, []string{"Go, JavaScript, TypeScript and Python files only"}, "", ""},
		{"HELP", nil, []string{"I am not a language model", "add a function Sum to calc.go"}, "", ""},
		{"hello there", nil, []string{"I am the practice model"}, "", ""},
		{"write me a poem", nil, []string{"I did nothing", `"write me a poem"`, "I am the practice model"}, "", ""},
		{"create a.txt and write me a poem", nil, []string{"I did nothing"}, "", ""},
		{"count to 12 words", nil, []string{"1 2 3 4 5 6 7 8 9 10\n11 12"}, "", ""},
	}
	for _, step := range steps {
		got := c.say(step.prompt)
		if diff := cmp.Diff(step.calls, c.calls); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s\n%s", step.prompt, diff, got)
		}
		wantText(t, got, step.want...)
		if step.file != "" && c.read(step.file) != step.holds {
			t.Errorf("%s: %s holds %q, want %q", step.prompt, step.file, c.read(step.file), step.holds)
		}
	}
	if _, err := os.Stat(filepath.Join(c.folder, "a.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a request that was understood only in part was begun")
	}
}

// Every example is understood as a request of its own kind.
func TestExamplesAreUnderstood(t *testing.T) {
	for _, example := range practice.Examples() {
		c := newChat(t, map[string]string{"go.mod": "module m\n\ngo 1.21\n", "calc.go": "package m\n\n// Add returns a plus b.\nfunc Add(a, b int) int {\n\treturn a + b\n}\n", "notes.md": "milk bread\n", "shopping.md": "x\n"})
		if strings.HasPrefix(example.Prompt, "rename") {
			if err := os.Remove(filepath.Join(c.folder, "shopping.md")); err != nil {
				t.Fatal(err)
			}
		}
		if strings.HasPrefix(example.Prompt, "create a file") {
			if err := os.Remove(filepath.Join(c.folder, "notes.md")); err != nil {
				t.Fatal(err)
			}
		}
		got := c.say(example.Prompt)
		for _, bad := range []string{"I did nothing", "did not work", "so I stopped", "failed"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s:\n%s", example.Prompt, got)
			}
		}
		if example.What == "" {
			t.Errorf("%s: says nothing about itself", example.Prompt)
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		tool, result string
		want         string
	}{
		{"edit_file", "The user rejected this call; nothing was done. They said: use a loop", "You refused the edit, so I stopped: use a loop"},
		{"edit_file", "The user rejected this call; nothing was done. Do not repeat it. Go on without it, or ask what they want.", "You refused the edit, so I stopped. What was done before stays."},
		{"run_command", "Not allowed, and nothing was done: No trusted command matches it. Do not try to do the same in another way; go on without it or say what is missing.", "Not allowed: the command, so I stopped. No trusted command matches it."},
		{"edit_file", "calc.go has changed since you read it.", "That did not work, so I stopped. edit_file said:\n\n```\ncalc.go has changed since you read it.\n```"},
	}
	for _, tt := range tests {
		c := newChat(t, sample(t))
		c.refuse = func(name string) string {
			if name == tt.tool {
				return tt.result
			}
			return ""
		}
		got := c.say("add a function Sum to calc.go with a test and run the tests")
		if !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s: got\n%s\nwant at its end\n%s", tt.result, got, tt.want)
		}
		if last := c.calls[len(c.calls)-1]; !strings.HasPrefix(last, tt.tool) {
			t.Errorf("went on with %s", last)
		}
	}
}

// Failing tests are reported as they are, with their output.
func TestFailingTests(t *testing.T) {
	files := sample(t)
	files["broken_test.go"] = "package main\n\nimport \"testing\"\n\nfunc TestBroken(t *testing.T) { t.Error(\"no good\") }\n"
	c := newChat(t, files)
	wantText(t, c.say("run the tests"), "`go test ./...` failed: exit code 1.", "no good")
}

func TestCallIDsAreUnique(t *testing.T) {
	c := newChat(t, map[string]string{"a.txt": "one\n"})
	c.say("list files and explain a.txt")
	c.say("list files and explain a.txt")
	seen := map[string]bool{}
	for _, message := range c.messages {
		for _, block := range message.Blocks {
			if block.ToolCall != nil {
				if seen[block.ToolCall.ID] {
					t.Errorf("two calls have the id %s", block.ToolCall.ID)
				}
				seen[block.ToolCall.ID] = true
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d calls, want 4", len(seen))
	}
}

// The same conversation gets the same reply, in deltas of a word.
func TestDeterministicAndWordByWord(t *testing.T) {
	request := provider.Request{Messages: []provider.Message{userText("create a.txt with the text \"one two\"")}}
	var first []provider.Event
	for range 3 {
		stream, err := practice.New(practice.Options{}).Stream(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		var all []provider.Event
		for {
			event, err := stream.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, event)
		}
		if first == nil {
			first = all
		}
		if diff := cmp.Diff(first, all); diff != "" {
			t.Errorf("another reply (-first +now):\n%s", diff)
		}
	}
	var deltas []string
	for _, event := range first {
		if event.Kind == provider.EventDelta {
			deltas = append(deltas, event.Text)
		}
	}
	if diff := cmp.Diff([]string{"I'll ", "create ", "`a.txt`.", `{"path":"a.txt","content":"one `, `two\n"}`}, deltas); diff != "" {
		t.Errorf("deltas (-want +got):\n%s", diff)
	}
	if err := providertest.CheckPrefixes(first); err != nil {
		t.Error(err)
	}
}

func TestDelayAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		model := practice.New(practice.Options{Delay: 10 * time.Millisecond})
		start := time.Now()
		stream, err := model.Stream(ctx, provider.Request{Messages: []provider.Message{userText("count to 100 words")}})
		if err != nil {
			t.Fatal(err)
		}
		closeLater(t, stream)
		if _, err := provider.Assemble(stream, nil); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("100 words took %v", got)
		}
		stream, err = model.Stream(ctx, provider.Request{Messages: []provider.Message{userText("count to 200000 words")}})
		if err != nil {
			t.Fatal(err)
		}
		closeLater(t, stream)
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := provider.Assemble(stream, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
		if _, err := model.Stream(ctx, provider.Request{}); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end of the context: got %v", err)
		}
	})
}

func TestLongFilesAreReadWhole(t *testing.T) {
	var long strings.Builder
	long.WriteString("package long\n\n")
	for i := range 4500 {
		fmt.Fprintf(&long, "var v%d int\n", i)
	}
	c := newChat(t, map[string]string{"long.go": long.String()})
	c.say("add function Sum to long.go")
	c.wantCalls("read_file long.go", "read_file long.go", "read_file long.go", "edit_file long.go")
	if got := c.read("long.go"); !strings.HasPrefix(got, long.String()+"\n// Sum returns") || !strings.HasSuffix(got, "\treturn sum\n}\n") {
		t.Errorf("long.go ends with %q", got[len(got)-200:])
	}
}

func TestInfo(t *testing.T) {
	model := practice.New(practice.Options{})
	if diff := cmp.Diff(provider.Info{ID: "practice", Name: "Practice model", Practice: true, Ready: true}, model.Info(t.Context())); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	models, err := model.Models(t.Context())
	if diff := cmp.Diff([]provider.Model{{ID: "practice", Name: "Practice model"}}, models); err != nil || diff != "" {
		t.Errorf("models: %v (-want +got):\n%s", err, diff)
	}
}
