package folder

import (
	"context"
	"encoding/json"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/session"
)

// exampleLimit is how long looking for what is not committed may take.
const exampleLimit = 2 * time.Second

// exampleSize is how large a file may be, in bytes, that is looked into.
const exampleSize = 64 << 10

// Examples lists prompts that work in this folder as it is now: those for the
// practice model, and those for any other.
func (f *Folder) Examples(ctx context.Context) []wire.Example {
	s := sight{
		exists: func(name string) bool {
			_, err := f.Workspace.Stat(ctx, name)
			return err == nil
		},
		read: func(name string) string {
			data, _, err := f.Workspace.ReadFile(ctx, name, exampleSize)
			if err != nil {
				return "" // it is not looked into
			}
			return string(data)
		},
		runs: func(program string) bool {
			_, err := exec.LookPath(program)
			return err == nil
		},
	}
	if entries, err := f.Workspace.List(ctx, "."); err == nil {
		for _, e := range entries {
			s.names = append(s.names, e.Name)
		}
	}
	if slices.Contains(s.names, ".git") {
		s.uncommitted = f.uncommitted(ctx)
	}
	return append(s.practice(), s.real()...)
}

// uncommitted reports whether there is a diff to point at.
func (f *Folder) uncommitted(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, exampleLimit)
	defer cancel()
	read, err := f.References.Look(ctx, wire.ReferenceLook{ID: "examples", Reference: gitDiff()})
	return err == nil && read.Content != nil && strings.Contains(read.Content.Text, "diff --git ")
}

// gitDiff points at what is not committed.
func gitDiff() session.Reference {
	return session.Reference{ID: "git-diff", Kind: session.ReferenceGitDiff, Name: "git-diff"}
}

// sight is what of a folder decides about its examples.
type sight struct {
	names       []string // at its top
	exists      func(name string) bool
	read        func(name string) string  // what stands in a small file
	runs        func(program string) bool // on this machine
	uncommitted bool
}

// practice lists what the practice model understands and can do here.
func (s sight) practice() []wire.Example {
	var out []wire.Example
	for _, e := range practice.Examples() {
		if e.What != "the same" && s.can(e.Prompt) {
			out = append(out, wire.Example{Prompt: e.Prompt, What: e.What, Practice: true})
		}
	}
	if read := s.readable(); read != "" && !s.exists("calc.go") {
		show := wire.Example{Prompt: "explain " + read, What: "reads the file and says how long it is and how it begins", Practice: true}
		out = slices.Insert(out, min(1, len(out)), show)
	}
	return out
}

// aFileName is a word of a prompt that names a file.
var aFileName = regexp.MustCompile(`[\w/-]+\.[a-z]+\b`)

// can tells whether a request of the practice model has what it needs.
func (s sight) can(prompt string) bool {
	verb, _, _ := strings.Cut(prompt, " ")
	files := aFileName.FindAllString(prompt, -1)
	switch {
	case verb == "run" && strings.Contains(prompt, "go vet"):
		return s.has("go.mod", "go.work") && s.runs("go")
	case strings.Contains(prompt, "_test.go"):
		return s.has("go.mod", "go.work")
	case verb == "create":
		return !s.exists(files[0])
	case verb == "rename":
		return s.exists(files[0]) && !s.exists(files[1])
	case verb == "replace":
		return strings.Contains(s.read(files[0]), strings.Trim(strings.Fields(prompt)[1], `"`))
	case verb == "list":
		return len(s.visible()) > 0
	case verb == "search":
		return s.written()
	case strings.Contains(prompt, "run the tests") && !s.testable():
		return false
	case strings.Contains(prompt, "function Sum") && strings.Contains(s.read(files[0]), "func Sum("):
		return false
	case strings.Contains(prompt, "test for Add"):
		return strings.Contains(s.read(files[0]), "func Add(")
	}
	return !slices.ContainsFunc(files, func(name string) bool { return !s.exists(name) })
}

// testable tells whether the practice model can run the tests here: it knows
// the command, and this machine has it.
func (s sight) testable() bool {
	command := practice.TestCommand(s.names)
	program, _, _ := strings.Cut(command, " ")
	switch {
	case command == "" || !s.runs(program):
		return false
	case program == "go":
		return s.has("go.mod", "go.work")
	case program == "npm":
		var file struct{ Scripts struct{ Test string } }
		return json.Unmarshal([]byte(s.read("package.json")), &file) == nil && file.Scripts.Test != ""
	}
	return true
}

// real lists what any model that reads and writes code can do here.
func (s sight) real() []wire.Example {
	if len(s.visible()) == 0 {
		return []wire.Example{
			{Prompt: "Create a small web page with a list of things to do, in plain HTML, CSS and JavaScript", What: "Makes a few files"},
			{Prompt: "Create a command-line program that renames photos by the date on which they were taken, with tests", What: "Makes a small project and runs its tests"},
			{Prompt: "Which tools for programming are installed here, and in which versions?", What: "Runs a few commands, each after you allow it"},
		}
	}
	if !s.written() {
		return []wire.Example{
			{Prompt: "Create a web page that shows the pictures of this folder as a gallery, in plain HTML and CSS", What: "Makes a few files"},
			{Prompt: "Suggest a clear name for each file in this folder, and rename nothing before I agree", What: "Reads the names, then asks"},
			{Prompt: "How large are the files in this folder, and which of them are the same?", What: "Runs a few commands, each after you allow it"},
		}
	}
	var out []wire.Example
	if s.uncommitted {
		out = append(out, wire.Example{
			Prompt:     "Review what I have not committed yet: what could go wrong, and what is missing?",
			What:       "Reads the changes; changes nothing",
			References: []session.Reference{gitDiff()},
		})
	}
	explain := wire.Example{Prompt: "Explain how this project is built: its parts, and how they work together", What: "Only reads"}
	if read := s.readable(); read != "" {
		explain.References = []session.Reference{{ID: "readme", Kind: session.ReferenceFile, Name: read, Path: read}}
	}
	out = append(out, explain)
	if s.tested() {
		out = append(out,
			wire.Example{Prompt: "Run the tests. Where some fail, find out why and fix it", What: "Runs commands, each after you allow it, and edits files"},
			wire.Example{Prompt: "Find the code that most needs a test, and write one", What: "Adds a test and runs it"})
	}
	if s.readable() == "" {
		out = append(out, wire.Example{Prompt: "Write a README.md that says what this project is and how to start it", What: "Makes one file"})
	}
	return append(out, wire.Example{Prompt: "Find three things in this folder that could be simpler, and show me one before you change it", What: "Reads, then asks"})
}

// tested tells whether there is a usual command for the tests of the folder.
func (s sight) tested() bool {
	return s.has("go.mod", "go.work", "package.json", "Cargo.toml", "pyproject.toml", "pytest.ini", "setup.py", "tox.ini", "requirements.txt") ||
		practice.TestCommand(s.names) != ""
}

func (s sight) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(s.names, name) })
}

// visible is what of the folder a person counts as being there.
func (s sight) visible() []string {
	return slices.DeleteFunc(slices.Clone(s.names), func(name string) bool { return strings.HasPrefix(name, ".") })
}

// aMedium is the end of a name whose file is no text.
var aMedium = regexp.MustCompile(`(?i)\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?|svg|ico|mp[34]|m4[av]|mov|mkv|webm|wav|flac|ogg|pdf|zip)$`)

// written tells whether there may be text or code in the folder: anything but
// pictures and the like.
func (s sight) written() bool {
	return slices.ContainsFunc(s.visible(), func(name string) bool { return !aMedium.MatchString(name) })
}

// readable is the file that says what the folder is; empty when there is none.
func (s sight) readable() string {
	for _, name := range s.names {
		if strings.EqualFold(strings.TrimSuffix(name, path.Ext(name)), "readme") && len(name) < 20 {
			return name
		}
	}
	return ""
}
