package practice

import (
	"fmt"
	"regexp"
	"strings"
)

// Example is a request that the practice model understands.
type Example struct {
	Prompt string
	What   string // what it does, one line
}

// rule is one kind of request.
type rule struct {
	example Example
	pattern *regexp.Regexp              // of a clause in which quoted texts are one letter each
	build   func(match []string) []task // of the pattern's groups, quoted texts restored; nil: not meant after all
}

// Pieces of the rules' patterns. Every quoted text is one rune of the private
// use area, see [mask].
const (
	anyQuoted = `[\x{E000}-\x{F8FF}]`
	aPath     = `(` + anyQuoted + `|[^\s,;:]+)`
	aFile     = `(` + anyQuoted + `|[^\s,;:]*[./][^\s,;:]*|Makefile|Dockerfile|LICENSE)`
	aText     = `(` + anyQuoted + `|.+?)`
	someNames = `([A-Za-z_]\w*(?:\(\))?(?:(?:,? and |, ?)[A-Za-z_]\w*(?:\(\))?)*)`
	the       = `(?:the |a |an |my |some |new |all |empty |its )*`
	withTests = `((?:,? (?:and|with|along with|including)) ` + the + `(?:unit |table )?tests?(?: for (?:it|them|each))?(?: too| as well)?)?`
)

// pattern compiles a rule's pattern; a space in it is any white space.
func pattern(text string) *regexp.Regexp {
	text = strings.NewReplacer(" ?", `\s*`, " ", `\s+`).Replace(text)
	return regexp.MustCompile(`(?is)^` + text + `$`)
}

// rules is the whole grammar; the first rule that fits counts.
func rules() []rule {
	return []rule{
		{
			Example{"add a function Sum to calc.go with a test and run the tests", "reads the file, adds the function and a table test, runs the tests and reports"},
			pattern(`(?:add|create|write|implement|make|define) ` + the + `(?:functions?|funcs?|methods?|helpers?)(?: called| named)? ` + someNames + ` (?:to|in|into|inside) (?:the )?(?:file )?` + aFile + withTests),
			func(m []string) []task { return []task{addFunctions(m[1], m[2], m[3] != "")} },
		},
		{
			Example{"add a test for Add in calc.go", "adds a table test for a function it knows"},
			pattern(`(?:add|write|create|make) ` + the + `(?:unit |table )?tests? for ` + the + `(?:functions? )?` + someNames + ` (?:in|to|from|of) (?:the )?(?:file )?` + aFile),
			func(m []string) []task { return []task{addTests(m[1], m[2])} },
		},
		{
			Example{"run the tests", "chooses go test ./..., npm test, pytest or cargo test by the files in the workspace"},
			pattern(`(?:(?:run|execute|start) ` + the + `(?:unit )?tests?(?: suite)?(?: again)?|test (?:it|this|everything)|tests?)`),
			func([]string) []task { return []task{runTests} },
		},
		{
			Example{"run `go vet ./...`", "runs the command, after you allow it"},
			pattern(`(?:run|execute)(?: the command| command)?:? (.+)`),
			func(m []string) []task { return []task{run(m[1])} },
		},
		{
			Example{`create a file notes.md with the text "Remember the milk"`, "makes a file; without a text, with a sensible beginning"},
			pattern(`(?:create|make|add|write|new) ` + the + `(?:[a-z]+ )?file(?: called| named| at)? ` + aPath + `(?:,? (?:with|containing|that contains|saying|that says)(?: the)?(?: contents?| text| line)?:? (.+))?`),
			func(m []string) []task { return []task{create(m[1], m[2])} },
		},
		{
			Example{"create docs/usage.md", "the same"},
			pattern(`(?:create|make|write|touch) ` + the + aFile + `(?:,? (?:with|containing|that contains|saying|that says)(?: the)?(?: contents?| text| line)?:? (.+))?`),
			func(m []string) []task { return []task{create(m[1], m[2])} },
		},
		{
			Example{`append "One more line" to notes.md`, "adds a line at the end of a file"},
			pattern(`(?:append|add|put) (?:the (?:line|text) )?(` + anyQuoted + `) (?:to|at|into) (?:the )?(?:end of |bottom of )?(?:the )?(?:file )?` + aPath),
			func(m []string) []task { return []task{appendLine(m[1], m[2])} },
		},
		{
			Example{`replace "milk" with "bread" in notes.md`, "changes every place where the text stands; in Supervised mode you decide about each"},
			pattern(`(?:replace|change|edit|substitute)(?: (?:all|every|each)(?: occurrences?)?(?: of)?)? ` + aText + ` (?:with|by|to|into) ` + aText + `(?: everywhere)? in (?:the )?(?:file )?` + aPath),
			func(m []string) []task { return []task{replace(m[3], m[1], m[2])} },
		},
		{
			Example{`in notes.md replace "bread" with "butter"`, "the same"},
			pattern(`(?:in|edit) (?:the )?(?:file )?` + aPath + `(?: and|:|,)? ?(?:replace|change|substitute)(?: (?:all|every|each)(?: occurrences?)?(?: of)?)? ` + aText + ` (?:with|by|to|into) ` + aText + `(?: everywhere)?`),
			func(m []string) []task { return []task{replace(m[1], m[2], m[3])} },
		},
		{
			Example{"rename notes.md to shopping.md", "renames or moves a file or folder"},
			pattern(`(?:rename|move)(?: the)?(?: file| folder)? ` + aPath + ` (?:to|into|as) (?:the )?(?:folder )?` + aPath),
			func(m []string) []task { return []task{move(m[1], m[2])} },
		},
		{
			Example{"delete shopping.md", "deletes one file"},
			pattern(`(?:delete|remove|erase)(?: the)?(?: file| folder)? ` + aPath),
			func(m []string) []task { return []task{remove(m[1])} },
		},
		{
			Example{"find files named *_test.go", "finds files by a part of their name or a pattern"},
			pattern(`(?:find|list|search for) ` + the + `files? (?:named|called|matching|like) (.+)`),
			func(m []string) []task { return []task{findFiles(m[1])} },
		},
		{
			Example{"list files", "lists the workspace, or a folder: list files in docs"},
			pattern(`(?:(?:list|show)(?: me)? ` + the + `(?:files|folders?|directory|workspace|everything)|what files are there|ls)(?: (?:(?:in|of|under) )?(?:the )?(?:folder )?` + aPath + `)?`),
			func(m []string) []task { return []task{listFiles(m[1])} },
		},
		{
			Example{"search for TODO", "searches all files; or one: search for TODO in main.go"},
			pattern(`(?:search|grep|look|find)(?: everywhere| the (?:code|workspace|files))?(?: for)? ` + aText + `(?: in (?:the )?(?:file |folder )?` + aFile + `)?`),
			func(m []string) []task { return []task{searchFor(m[1], m[2])} },
		},
		{
			Example{"explain calc.go", "reads a file and says how long it is and how it begins"},
			pattern(`(?:read|show|open|explain|print|display|cat|describe|summari[sz]e|what is in|what's in)(?: me)?(?: the)?(?: file| contents? of)? ` + aPath),
			func(m []string) []task { return []task{show(m[1])} },
		},
		{
			Example{"count to 2000 words", "a speed test: streams that many words, at most 200,000"},
			pattern(`count (?:up )?to (\d{1,7})(?: words?)?`),
			func(m []string) []task { return []task{count(m[1])} },
		},
		{
			Example{"help", "shows this list"},
			pattern(`(?:help|what can you do|what do you (?:do|know|understand)|hello|hi|hey)\b.*`),
			func([]string) []task { return []task{func(p *play) bool { return p.help() }} },
		},
	}
}

// Examples lists a request of every kind that the practice model understands,
// the most telling first. Requests can be joined by "and" or "then".
func Examples() []Example {
	var examples []Example
	for _, r := range rules() {
		examples = append(examples, r.example)
	}
	return examples
}

// help says what the practice model can do.
func (p *play) help() bool {
	p.say("I am the practice model: a set of fixed rules that works without a network, so that you can try Keel. I am not a language model. This is what I understand; requests can be joined by \"and\" or \"then\":\n\n%s", exampleList())
	return true
}

// receive says what the user has pointed at without a word.
func (p *play) receive(given []string) bool {
	lines := ""
	for _, each := range given {
		lines += "\n- " + quoteCode(each)
	}
	p.say("You gave me this, and did not say what to do with it:\n%s\n\nI am the practice model, a set of fixed rules: I do what your own words say, and do not look at what is in it. Say \"help\" for what I understand.", lines)
	return true
}

// explain says that a part of a request was not understood.
func (p *play) explain(part string) bool {
	p.say("I did nothing, because I do not understand this: %q. I am the practice model, a set of fixed rules and not a language model. This is what I can do:\n\n%s\n\nFor anything else, choose a real model in the model picker.", part, exampleList())
	return false
}

func exampleList() string {
	var lines []string
	for _, e := range Examples() {
		lines = append(lines, fmt.Sprintf("- %s: %s", quoteCode(e.Prompt), e.What))
	}
	return strings.Join(lines, "\n")
}

// quoteCode writes text as inline code, also when it holds backquotes.
func quoteCode(text string) string {
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}
