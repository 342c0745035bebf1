package guard

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call is one simple command: a program or a built-in with its words.
type call struct {
	words       []word
	start, end  int    // where the words stand in the whole command, in bytes
	pipelineEnd int    // where the pipeline that it stands in ends
	exact       bool   // a pattern is this very text
	separator   string // what stands before it, quoted; empty for the first
}

// word is one literal word, quotes and backslashes removed.
type word struct {
	text       string
	start, end int
	globAt     int // where in text the first unquoted * ? or [ stands, or -1
}

// text is the call's own source text, without the redirects before and behind it.
func (c call) text(command string) string { return command[c.start:c.end] }

// within counts the words that lie wholly within the first bytes of the command.
func (c call) within(length int) int {
	n := 0
	for n < len(c.words) && c.words[n].end <= length {
		n++
	}
	return n
}

// shownBy counts the words that the pattern which covers the call shows. It is
// not known which pattern that is, so words are asked about with a word behind
// them that nobody has written: the shortest beginning that is still covered
// counts. Where none is, the pattern is the whole call, and shows all of it.
func (c call) shownBy(command string, trusted func(string) bool) (shown int, exact bool) {
	const nobodysWord = " keel-guard-asks"
	for n := 1; n <= len(c.words); n++ {
		if trusted(command[c.start:c.words[n-1].end] + nobodysWord) {
			return n, false
		}
	}
	return len(c.words), true
}

// read parses a command and returns its calls in the order of the text, or what
// it holds besides simple commands.
func read(command string) (calls []call, reason string) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(command), "")
	if err != nil {
		return nil, "It cannot be read as a command for bash, so nobody can say what it does."
	}
	r := reader{command: command}
	separator := ""
	for i, statement := range file.Stmts {
		if i > 0 {
			separator = between(file.Stmts[i-1])
		}
		if reason := r.statement(statement, separator); reason != "" {
			return nil, reason
		}
	}
	if len(r.calls) == 0 {
		return nil, "It holds no command."
	}
	return r.calls, ""
}

// between names what separates a statement from the next one.
func between(statement *syntax.Stmt) string {
	switch {
	case statement.Background:
		return `"&"`
	case statement.Semicolon.IsValid():
		return `";"`
	}
	return "a new line"
}

type reader struct {
	command string
	calls   []call
}

// statement reads one statement; what it does not know, it names.
func (r *reader) statement(s *syntax.Stmt, separator string) string {
	if s.Negated || s.Coprocess || s.Disown {
		return `It turns the result of a command round ("!") or detaches it from the shell.`
	}
	for _, redirect := range s.Redirs {
		if !harmlessRedirect(redirect) {
			return fmt.Sprintf("It redirects with %s.", quote(r.source(redirect)))
		}
	}
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		if len(s.Redirs) > 0 {
			return "It redirects several commands at once."
		}
		first := len(r.calls)
		if reason := r.statement(c.X, separator); reason != "" {
			return reason
		}
		if reason := r.statement(c.Y, `"`+c.Op.String()+`"`); reason != "" {
			return reason
		}
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			for i := first; i < len(r.calls); i++ {
				r.calls[i].pipelineEnd = r.calls[len(r.calls)-1].pipelineEnd
			}
		}
		return ""
	case *syntax.CallExpr:
		return r.call(c, separator)
	case nil:
		return "It redirects without a command."
	default:
		return fmt.Sprintf("It holds %s, which is more than a program with its arguments.", quote(excerpt(r.source(c), "\n;")))
	}
}

func (r *reader) call(c *syntax.CallExpr, separator string) string {
	if len(c.Assigns) > 0 {
		return fmt.Sprintf("It sets the variable %s.", quote(excerpt(r.source(c.Assigns[0]), "")))
	}
	next := call{separator: separator}
	for _, each := range c.Args {
		w, reason := r.word(each)
		if reason != "" {
			return reason
		}
		next.words = append(next.words, w)
	}
	next.start, next.end = next.words[0].start, next.words[len(next.words)-1].end
	next.pipelineEnd = next.end
	if name := r.command[next.start:next.words[0].end]; !plainName(name) {
		return fmt.Sprintf("The program's name is written as %s, which can hide what it is.", quote(name))
	}
	if len(r.calls) == mostCalls {
		return fmt.Sprintf("It holds more than %d commands.", mostCalls)
	}
	r.calls = append(r.calls, next)
	return ""
}

// mostCalls is the number of commands above which nobody reads them all.
const mostCalls = 50

// plainName reports whether a program's name is written the way it is read.
func plainName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("_./+@:-[", r)
	}) < 0 && (name == "[" || !strings.Contains(name, "["))
}

func (r *reader) source(node syntax.Node) string {
	start, end := int(node.Pos().Offset()), int(node.End().Offset())
	if start < 0 || end > len(r.command) || start > end {
		return ""
	}
	return r.command[start:end]
}

// harmlessRedirect allows what joins the two outputs, throws an output away, or
// reads nothing.
func harmlessRedirect(r *syntax.Redirect) bool {
	if r.Hdoc != nil || r.Word == nil || len(r.Word.Parts) != 1 {
		return false
	}
	target := r.Word.Lit()
	from := ""
	if r.N != nil {
		from = r.N.Value
	}
	if from != "" && from != "0" && from != "1" && from != "2" {
		return false
	}
	switch r.Op {
	case syntax.DplOut:
		return (target == "1" || target == "2") && from != "0"
	case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll:
		return target == "/dev/null" && from != "0"
	case syntax.RdrIn:
		return target == "/dev/null" && (from == "" || from == "0")
	}
	return false
}
