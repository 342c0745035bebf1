package practice

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// create makes a file. Without a text it gets a beginning that fits its name.
func create(name, text string) task {
	return func(p *play) bool {
		content := text
		if text == "" {
			beginning, ok := p.beginning(name)
			if !ok {
				return false
			}
			content = beginning
		}
		if content != "" && !strings.HasSuffix(content, "\n") {
			content += "\n"
		}
		p.say("I'll create `%s`.", name)
		if _, ok := p.must("write_file", argument{"path", name}, argument{"content", content}); !ok {
			return false
		}
		p.say("Created `%s`.", name)
		return true
	}
}

// beginning is what a new file of this name holds.
func (p *play) beginning(name string) (content string, ok bool) {
	title := strings.TrimSuffix(path.Base(name), path.Ext(name))
	switch strings.ToLower(path.Ext(name)) {
	case ".go":
		pkg, ok := p.packageOf(name)
		return "package " + pkg + "\n", ok
	case ".md":
		return "# " + title + "\n", true
	case ".py":
		return fmt.Sprintf("\"\"\"%s.\"\"\"\n", title), true
	case ".json":
		return "{}\n", true
	case ".html":
		return fmt.Sprintf("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%s</h1>\n</html>\n", title, title), true
	case ".sh":
		return "#!/bin/sh\nset -eu\n", true
	}
	return "", true
}

// appendLine adds a line at the end of a file.
func appendLine(text, name string) task {
	return func(p *play) bool {
		p.say("I'll read `%s`, then add the line.", name)
		file, ok := p.read(name)
		if !ok {
			return false
		}
		if file.missing {
			p.say("`%s` does not exist, so I stopped. To make it, say: create %s with the text %q.", name, name, text)
			return false
		}
		if !p.extend(file, text) {
			return false
		}
		p.say("Added the line to `%s`.", name)
		return true
	}
}

// replace changes every place where old stands in a file.
func replace(name, old, new string) task {
	return func(p *play) bool {
		p.say("I'll read `%s` and replace the text.", name)
		file, ok := p.read(name)
		if !ok {
			return false
		}
		places := strings.Count(file.text(), old)
		switch {
		case file.missing:
			p.say("`%s` does not exist, so I stopped.", name)
			return false
		case places == 0:
			p.say("%q does not stand in `%s`, so I changed nothing.", old, name)
			return false
		}
		arguments := []argument{{"path", name}, {"old_string", old}, {"new_string", new}}
		if places > 1 {
			arguments = append(arguments, argument{"replace_all", true})
		}
		result, ok := p.must("edit_file", arguments...)
		if !ok {
			return false
		}
		if taken := takenOf(result); taken != "" {
			p.say("%s", taken)
			return true
		}
		p.say("Replaced %s in `%s`.", plural(places, "place"), name)
		return true
	}
}

// some matches what a result says of a change that was taken in part.
var some = regexp.MustCompile(`(?m)^The user accepted (\d+) of (\d+) changes`)

// takenOf says what the user has made of a change before it was written; empty
// where it was written as it was.
func takenOf(result string) string {
	switch match := some.FindStringSubmatch(result); {
	case strings.HasPrefix(result, "Nothing was changed."):
		return "You left the file as it was, so nothing was changed."
	case match != nil:
		return fmt.Sprintf("You accepted %s of %s changes; the others were not written.", match[1], match[2])
	case strings.Contains("\n"+result, "\nThe user changed your text before accepting it.\n"):
		return "You changed my text first; yours was written."
	}
	return ""
}

func move(from, to string) task {
	return func(p *play) bool {
		if strings.HasSuffix(to, "/") {
			to += path.Base(from)
		}
		p.say("I'll move `%s` to `%s`.", from, to)
		if _, ok := p.must("move_file", argument{"from", from}, argument{"to", to}); !ok {
			return false
		}
		p.say("Moved `%s` to `%s`.", from, to)
		return true
	}
}

func remove(name string) task {
	return func(p *play) bool {
		p.say("I'll delete `%s`.", name)
		if _, ok := p.must("delete_file", argument{"path", name}); !ok {
			return false
		}
		p.say("Deleted `%s`.", name)
		return true
	}
}

func findFiles(pattern string) task {
	return func(p *play) bool {
		p.say("I'll look for files that match `%s`.", pattern)
		content, ok := p.must("find_files", argument{"pattern", pattern})
		if !ok {
			return false
		}
		p.say("Found:\n\n%s", quoted(content))
		return true
	}
}

func listFiles(folder string) task {
	return func(p *play) bool {
		if folder == "" {
			folder = "."
		}
		p.say("I'll list what is there.")
		content, ok := p.must("list_dir", argument{"path", folder})
		if !ok {
			return false
		}
		p.say("This is what is in `%s`:\n\n%s", folder, quoted(content))
		return true
	}
}

// searchFor looks for a plain text.
func searchFor(text, where string) task {
	return func(p *play) bool {
		p.say("I'll search for %q.", text)
		arguments := []argument{{"pattern", regexp.QuoteMeta(text)}}
		if where != "" {
			arguments = append(arguments, argument{"path", where})
		}
		content, ok := p.must("search_text", arguments...)
		if !ok {
			return false
		}
		matches := 0
		for line := range strings.Lines(content) {
			if !strings.HasPrefix(line, "[") {
				matches++
			}
		}
		if matches == 0 {
			p.say("%q was not found.", text)
			return true
		}
		p.say("Found %s:\n\n%s", plural(matches, "line"), quoted(content))
		return true
	}
}

// show reads a file and says what can be said without understanding it.
func show(name string) task {
	return func(p *play) bool {
		p.say("I'll read `%s`.", name)
		file, ok := p.read(name)
		switch {
		case !ok:
			return false
		case file.missing:
			p.say("`%s` does not exist.", name)
			return false
		case len(file.lines) == 0:
			p.say("`%s` is empty.", name)
			return true
		}
		const first = 12
		text := fmt.Sprintf("`%s` has %s", name, plural(len(file.lines), "line"))
		if functions := functionNames(file); len(functions) > 0 {
			text += fmt.Sprintf(" and declares %s", strings.Join(functions, ", "))
		}
		p.say("%s. It begins:\n\n%s\n\nI am a set of fixed rules, so I cannot say what it means; a real model can.",
			text, quoted(strings.Join(file.lines[:min(first, len(file.lines))], "\n")))
		return true
	}
}

// declared matches the functions of common languages.
var declared = regexp.MustCompile(`(?m)^(?:export )?(?:async )?(?:func|function|def|fn) (?:\([^)]*\) )?([A-Za-z_]\w*)`)

func functionNames(file source) []string {
	var names []string
	for _, m := range declared.FindAllStringSubmatch(file.text(), 10) {
		names = append(names, "`"+m[1]+"`")
	}
	return names
}

func run(command string) task {
	return func(p *play) bool {
		p.say("I'll run %s.", quoteCode(command))
		return p.command(command)
	}
}

// exit matches how run_command says that a command ended. It stands last, so
// that no output can pass for it, nor for anything else the agent says.
var exit = regexp.MustCompile(`\[(?:no output; )?([^\[\]\n]*; )?exit code (-?\d+) after [^\[\]\n]*\]\s*$`)

// command runs a command and reports what came of it.
func (p *play) command(command string) bool {
	result, ok := p.try("run_command", argument{"command", command})
	if !ok {
		return false
	}
	ended := exit.FindStringSubmatch(result.content)
	output := strings.TrimSpace(exit.ReplaceAllString(result.content, ""))
	switch {
	case ended == nil && result.isError:
		p.say("%s could not be run:\n\n%s", quoteCode(command), quoted(result.content))
		return false
	case ended == nil || ended[2] == "0":
		p.say("%s ended with exit code 0.", quoteCode(command))
	default:
		p.say("%s failed: %sexit code %s.", quoteCode(command), ended[1], ended[2])
	}
	if output != "" {
		p.say("%s", quoted(lastLines(output, 20)))
	}
	return ended == nil || ended[2] == "0"
}

func lastLines(text string, most int) string {
	lines := strings.Split(text, "\n")
	if len(lines) > most {
		lines = append([]string{"…"}, lines[len(lines)-most:]...)
	}
	return strings.Join(lines, "\n")
}

// runTests runs the tests of whatever kind of project the workspace is.
func runTests(p *play) bool {
	p.say("I'll look at what kind of project this is and run its tests.")
	names, ok := p.list(".")
	if !ok {
		return false
	}
	command := TestCommand(names)
	if command == "" {
		p.say("I do not know how to test this: there is no go.mod, package.json, Cargo.toml or Python project at the top. Tell me the command: run `…`.")
		return false
	}
	return p.command(command)
}

// TestCommand is the usual test command of a folder with these names; empty
// where there is none that the practice model knows.
func TestCommand(names []string) string {
	for _, kind := range []struct{ marker, command string }{
		{"go.mod", "go test ./..."}, {"go.work", "go test ./..."}, {"package.json", "npm test"}, {"Cargo.toml", "cargo test"},
		{"pyproject.toml", "pytest"}, {"pytest.ini", "pytest"}, {"setup.py", "pytest"}, {"tox.ini", "pytest"},
	} {
		if slices.Contains(names, kind.marker) {
			return kind.command
		}
	}
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "test_") && strings.HasSuffix(name, ".py"):
			return "pytest"
		case strings.HasSuffix(name, ".go"):
			return "go test ./..."
		}
	}
	return ""
}

// mostCounted bounds the speed test.
const mostCounted = 200_000

// count streams words, ten in a line.
func count(number string) task {
	return func(p *play) bool {
		n, err := strconv.Atoi(number)
		if err != nil || n > mostCounted {
			n = mostCounted
		}
		var b strings.Builder
		for i := 1; i <= n; i++ {
			b.WriteString(strconv.Itoa(i))
			if i%10 == 0 {
				b.WriteString("\n")
			} else {
				b.WriteString(" ")
			}
		}
		p.say("%s", strings.TrimSpace(b.String()))
		return true
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
