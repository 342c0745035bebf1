package editors

import (
	"regexp/syntax"
	"strings"

	"github.com/tailscale/hujson"

	known "github.com/keel-ide/keel/backend/editors"
)

// kiro reads Kiro's settings (kiro.dev/docs, "Trust commands"), as they were
// before its version 1: the patterns mean what Keel's mean, and so does the deny
// list.
func kiro(settings known.Object) (patterns []Pattern, denied []string) {
	if value, ok := settings.Get("kiroAgent.trustedCommands"); ok {
		for _, each := range texts(value) {
			patterns = append(patterns, Pattern{Text: each, Original: each, Usable: true})
		}
	}
	if value, ok := settings.Get("kiroAgent.commandDenylist"); ok {
		denied = texts(value)
	}
	return patterns, denied
}

// code reads the settings of VS Code and what is built from it: the names are
// those of its terminalChatAgentToolsConfiguration.ts, the older ones among them.
func code(settings known.Object) (patterns []Pattern, denied []string) {
	for _, key := range []string{"chat.tools.terminal.autoApprove", "chat.agent.terminal.autoApprove"} {
		value, _ := settings.Get(key)
		for _, rule := range known.NewObject(value).Members {
			approves, whole, ok := approval(rule.Value)
			if !ok {
				continue // null takes a built-in rule back
			}
			p, d := translate(rule.Name, approves, whole)
			patterns, denied = append(patterns, p...), append(denied, d...)
		}
	}
	for _, list := range []struct {
		key      string
		approves bool
	}{
		{"chat.agent.terminal.allowList", true}, {"chat.agent.terminal.denyList", false},
		{"github.copilot.chat.agent.terminal.allowList", true}, {"github.copilot.chat.agent.terminal.denyList", false},
	} {
		value, _ := settings.Get(list.key)
		for _, rule := range known.NewObject(value).Members {
			if counts, ok := boolean(rule.Value); ok && counts {
				p, d := translate(rule.Name, list.approves, false)
				patterns, denied = append(patterns, p...), append(denied, d...)
			}
		}
	}
	return patterns, denied
}

// approval reads a rule's value: true, false, or an object that also says that the
// pattern is for the whole command line.
func approval(value hujson.Value) (approves, whole, ok bool) {
	if is, ok := boolean(value); ok {
		return is, false, true
	}
	rule := known.NewObject(value)
	approve, found := rule.Get("approve")
	if !found {
		return false, false, false
	}
	approves, ok = boolean(approve)
	line, _ := rule.Get("matchCommandLine")
	whole, _ = boolean(line)
	return approves, whole, ok
}

// Sentences about a rule that means something else in Keel, or nothing.
const (
	noteParts   = "There it counts for each part of a command; here for a whole command that begins with it, and the command guard looks at the parts."
	noteRegular = "It is a regular expression that is more than the beginning of a command, which Keel has no pattern for."
	noteAsks    = "It makes commands ask there, by a regular expression that Keel's deny list cannot say."
	noteEmpty   = "It is empty, and would trust nothing."
	noteFlags   = "It is a regular expression that ignores case; Keel's patterns do not."
)

// shortest is how long a word is that is taken for a part of others. The deny list
// looks for a text anywhere, and "rm" is also in "format": with a space behind it,
// it is found in few of them. A longer word is kept as it is, because `git push`
// and `shutdown` do something without arguments too.
const shortest = 3

// translate says in Keel's words what a rule says: a pattern, or a text for the
// deny list.
func translate(rule string, approves, whole bool) (patterns []Pattern, denied []string) {
	words, exact, why := beginning(rule)
	switch {
	case !approves && (why != "" || words == "*"):
		return []Pattern{{Original: rule, Note: noteAsks}}, nil
	case why != "":
		return []Pattern{{Original: rule, Note: why}}, nil
	case !approves && !exact && len(words) <= shortest && !strings.Contains(words, " "):
		return nil, []string{words + " "}
	case !approves:
		return nil, []string{words}
	case words == "*":
		return []Pattern{{Text: "*", Original: rule, Usable: true}}, nil
	case exact:
		return []Pattern{{Text: words, Original: rule, Usable: true}}, nil
	}
	p := Pattern{Text: words + " *", Original: rule, Usable: true}
	if !whole {
		p.Note = noteParts
	}
	return []Pattern{p}, nil
}

// beginning returns the words that a command has to begin with, or has to be when
// exact; "*" for every command. Why says why there are none.
func beginning(rule string) (words string, exact bool, why string) {
	expression, flags, regular := expression(rule)
	if !regular {
		words = strings.TrimSpace(rule)
		if words == "" {
			return "", false, noteEmpty
		}
		return words, false, ""
	}
	if strings.Contains(flags, "i") {
		return "", false, noteFlags
	}
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return "", false, noteRegular
	}
	words, exact, ok := plain(parsed.Simplify())
	if !ok {
		return "", false, noteRegular
	}
	return words, exact, ""
}

// expression takes a rule of the form /…/flags apart.
func expression(rule string) (inside, flags string, ok bool) {
	end := strings.LastIndexByte(rule, '/')
	if !strings.HasPrefix(rule, "/") || end < 2 || strings.Trim(rule[end+1:], "dgimsuvy") != "" {
		return "", "", false
	}
	return rule[1:end], rule[end+1:], true
}

// plain takes apart an expression that is only the beginning of a command: ^git
// status\b, ^git status$, ^git status( .*)?$ or ^git status(\s|$), and .* for
// every command.
func plain(e *syntax.Regexp) (words string, exact, ok bool) {
	parts := []*syntax.Regexp{e}
	if e.Op == syntax.OpConcat {
		parts = e.Sub
	}
	anchored := len(parts) > 0 && isStart(parts[0])
	if anchored {
		parts = parts[1:]
	}
	if len(parts) > 0 && isEnd(parts[len(parts)-1]) {
		exact, parts = true, parts[:len(parts)-1]
	}
	if len(parts) == 1 && isAnything(parts[0]) {
		return "*", false, true
	}
	if !anchored || len(parts) == 0 || parts[0].Op != syntax.OpLiteral || parts[0].Flags&syntax.FoldCase != 0 {
		return "", false, false
	}
	words, parts = string(parts[0].Rune), parts[1:]
	trimmed := strings.TrimRight(words, " ")
	switch {
	case trimmed == "" || strings.HasPrefix(words, " ") || strings.ContainsAny(words, "\n\r"):
		return "", false, false
	case len(parts) == 0 && exact:
		return words, true, true
	case len(parts) == 0 || len(parts) == 1 && (isAnything(parts[0]) || isRest(parts[0])):
		return trimmed, false, true // narrower where more of a word could follow
	case len(parts) == 1 && !exact && trimmed == words && isBoundary(parts[0]):
		return words, false, true
	}
	return "", false, false
}

func isStart(e *syntax.Regexp) bool {
	return e.Op == syntax.OpBeginText || e.Op == syntax.OpBeginLine
}

func isEnd(e *syntax.Regexp) bool { return e.Op == syntax.OpEndText || e.Op == syntax.OpEndLine }

// isAnything reports whether e is .* or a group of it.
func isAnything(e *syntax.Regexp) bool {
	for e.Op == syntax.OpCapture {
		e = e.Sub[0]
	}
	return e.Op == syntax.OpStar && (e.Sub[0].Op == syntax.OpAnyChar || e.Sub[0].Op == syntax.OpAnyCharNotNL)
}

// isBoundary reports whether e is \b or ends a word in another way that Keel's
// star does too: (\s|$).
func isBoundary(e *syntax.Regexp) bool {
	for e.Op == syntax.OpCapture {
		e = e.Sub[0]
	}
	if e.Op == syntax.OpAlternate && len(e.Sub) == 2 {
		return isSpace(e.Sub[0]) && isEnd(e.Sub[1])
	}
	return e.Op == syntax.OpWordBoundary
}

// isRest reports whether e is ( .*)? or (\s.*)?.
func isRest(e *syntax.Regexp) bool {
	if e.Op != syntax.OpQuest {
		return false
	}
	e = e.Sub[0]
	for e.Op == syntax.OpCapture {
		e = e.Sub[0]
	}
	return e.Op == syntax.OpConcat && len(e.Sub) == 2 && isSpace(e.Sub[0]) && isAnything(e.Sub[1])
}

// isSpace reports whether e is a space or \s, once or more often.
func isSpace(e *syntax.Regexp) bool {
	if e.Op == syntax.OpPlus {
		e = e.Sub[0]
	}
	return e.Op == syntax.OpLiteral && string(e.Rune) == " " || e.Op == syntax.OpCharClass && e.String() == `[\t\n\f\r ]` || e.Op == syntax.OpCharClass && e.String() == `\s`
}
