package practice

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// task is one thing to do. It returns false when the reply ends here: a tool
// call waits for its result, or the plan cannot go on.
type task func(p *play) bool

// play works a plan off. Calls that were made already take their recorded
// result; the first further one becomes the reply's tool call. Text counts only
// from where the records end, as what came before has been said.
type play struct {
	calls   []done
	next    int // index of the call that is taken from the records next
	number  int // tool calls of the whole conversation so far
	text    strings.Builder
	pending *provider.ToolCall
}

// say adds a paragraph to the reply.
func (p *play) say(format string, values ...any) {
	if p.next < len(p.calls) || p.pending != nil {
		return
	}
	if p.text.Len() > 0 {
		p.text.WriteString("\n\n")
	}
	fmt.Fprintf(&p.text, format, values...)
}

// argument of a tool call.
type argument struct {
	name  string
	value any // a string or a bool
}

// try makes a tool call and returns its result, which may be an error. ok is
// false when the result is not there yet, or the user or a rule refused the
// call.
func (p *play) try(name string, arguments ...argument) (result done, ok bool) {
	if p.next == len(p.calls) {
		p.pending = &provider.ToolCall{ID: fmt.Sprintf("practice_%d", p.number+1), Name: name, Arguments: object(arguments)}
		return done{}, false
	}
	result = p.calls[p.next]
	p.next++
	if result.name != name {
		p.say("I cannot go on: the conversation holds a call of %s where I would have called %s. Send the request again.", result.name, name)
		return done{}, false
	}
	if reason, refused := refusal(result); refused {
		p.say("%s", reason(what(name)))
		return done{}, false
	}
	return result, true
}

// must is try for a call without whose success the plan cannot go on.
func (p *play) must(name string, arguments ...argument) (content string, ok bool) {
	result, ok := p.try(name, arguments...)
	if ok && result.isError {
		p.say("That did not work, so I stopped. %s said:\n\n%s", name, quoted(result.content))
		return "", false
	}
	return result.content, ok
}

// object writes arguments as a JSON object, in their order, so that a path can
// be shown before a long text has arrived.
func object(arguments []argument) json.RawMessage {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	b.WriteString("{")
	for i, a := range arguments {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "%q:", a.name)
		if err := encoder.Encode(a.value); err != nil { // strings and bools always have a JSON form
			b.WriteString("null")
		}
	}
	return json.RawMessage(strings.ReplaceAll(b.String(), "\n", "") + "}")
}

// what a tool's call is to the person who refused it.
func what(tool string) string {
	names := map[string]string{
		"edit_file": "the edit", "write_file": "writing the file", "delete_file": "the deletion", "move_file": "the move",
		"run_command": "the command", "read_file": "reading the file",
	}
	if name, ok := names[tool]; ok {
		return name
	}
	return "the call of " + tool
}

// refusal returns what to say about a call that was not let through.
func refusal(result done) (say func(what string) string, refused bool) {
	if !result.isError || exit.MatchString(result.content) { // it ran
		return nil, false
	}
	if strings.HasPrefix(result.content, "The user rejected") {
		_, reason, given := strings.Cut(result.content, "They said: ")
		return func(what string) string {
			if !given {
				return fmt.Sprintf("You refused %s, so I stopped. What was done before stays.", what)
			}
			return fmt.Sprintf("You refused %s, so I stopped: %s", what, reason)
		}, true
	}
	if rest, ok := strings.CutPrefix(result.content, "Not allowed, and nothing was done: "); ok {
		reason, _, _ := strings.Cut(rest, " Do not try")
		return func(what string) string {
			return fmt.Sprintf("Not allowed: %s, so I stopped. %s", what, reason)
		}, true
	}
	return nil, false
}

// quoted is text as a block of code, whose fence is longer than any in it.
func quoted(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + strings.TrimSuffix(text, "\n") + "\n" + fence
}

// source is a text file as read_file showed it.
type source struct {
	path    string
	lines   []string
	missing bool
}

func (s source) text() string { return strings.Join(s.lines, "\n") }

var (
	numbered = regexp.MustCompile(`^ *\d+\t`)
	readOn   = regexp.MustCompile(`(?m)^\[[^\n]*; read on with offset (\d+)`) // below the numbered lines
)

// mostPages is how far a long file is read.
const mostPages = 50

// read reads a whole file. A file that does not exist is no failure.
func (p *play) read(path string) (file source, ok bool) {
	file.path = path
	arguments := []argument{{"path", path}}
	for range mostPages {
		result, ok := p.try("read_file", arguments...)
		if !ok {
			return file, false
		}
		if result.isError && strings.Contains(result.content, "does not exist") {
			file.missing = true
			return file, true
		}
		if result.isError || strings.HasPrefix(result.content, "["+path+" is not text") {
			p.say("I cannot work with `%s`:\n\n%s", path, quoted(result.content))
			return file, false
		}
		for line := range strings.Lines(result.content) {
			if prefix := numbered.FindString(line); prefix != "" {
				file.lines = append(file.lines, strings.TrimSuffix(line[len(prefix):], "\n"))
			}
		}
		more := readOn.FindStringSubmatch(result.content)
		if more == nil {
			break
		}
		arguments = []argument{{"path", path}, {"offset", json.Number(more[1])}}
	}
	return file, true
}

// list returns the names in a folder, those of folders with a slash at the end.
func (p *play) list(folder string) (names []string, ok bool) {
	content, ok := p.must("list_dir", argument{"path", folder})
	for line := range strings.Lines(content) {
		name, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !strings.HasPrefix(name, "[") && name != "" {
			names = append(names, name)
		}
	}
	return names, ok
}

// extend adds text at the end of a file that was read, a blank line between.
func (p *play) extend(file source, addition string) bool {
	lines := file.lines
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		_, ok := p.must("write_file", argument{"path", file.path}, argument{"content", strings.TrimLeft(addition, "\n") + "\n"})
		return ok
	}
	// The fewest last lines that stand in the file only once.
	whole, old := file.text(), ""
	for n := 1; n <= len(lines); n++ {
		old = strings.Join(lines[len(lines)-n:], "\n")
		if strings.Count(whole, old) == 1 && strings.TrimSpace(old) != "" {
			break
		}
	}
	_, ok := p.must("edit_file", argument{"path", file.path}, argument{"old_string", old}, argument{"new_string", old + "\n" + addition})
	return ok
}
