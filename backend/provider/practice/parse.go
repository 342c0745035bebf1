package practice

import (
	"regexp"
	"strings"
)

// firstQuoted is the letter that stands for the first quoted text of a prompt.
const firstQuoted = '\uE000'

// mostQuoted is how many quoted texts a prompt may hold.
const mostQuoted = 0xF8FF - 0xE000

// quotes are the ways to quote a text, fenced blocks first. An apostrophe
// inside a word is none.
var quotes = regexp.MustCompile("(?s)```[a-zA-Z]*\n(.*?)\n?```|`([^`\n]+)`|\"([^\"]*)\"|“([^”]*)”|(?:^|[\\s(])'([^'\n]+)'")

// mask replaces every quoted text of a prompt by one letter of the private use
// area, so that nothing in it is taken for a part of the request.
func mask(prompt string) (masked string, texts []string) {
	prompt = strings.Map(func(r rune) rune {
		if r >= 0xE000 && r <= 0xF8FF {
			return -1
		}
		return r
	}, prompt)
	masked = quotes.ReplaceAllStringFunc(prompt, func(quoted string) string {
		if len(texts) == mostQuoted {
			return quoted
		}
		text, before := "", ""
		for _, group := range quotes.FindStringSubmatch(quoted)[1:] {
			text += group
		}
		if last := strings.IndexByte(quoted, '\''); last == 1 && quoted[0] != '`' && quoted[0] != '"' {
			before = quoted[:1]
		}
		texts = append(texts, text)
		return before + string(firstQuoted+rune(len(texts)-1))
	})
	return masked, texts
}

// unmask puts the quoted texts back, without their quotes.
func unmask(text string, texts []string) string {
	var b strings.Builder
	for _, r := range text {
		if i := int(r - firstQuoted); i >= 0 && i < len(texts) {
			b.WriteString(texts[i])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// begins matches what begins with a word that begins a request.
var begins = regexp.MustCompile(`(?i)^(?:please |also |now |just )*(?:add|create|make|write|implement|define|edit|replace|change|substitute|append|put|rename|move|delete|remove|erase|search|grep|find|list|show|read|open|explain|print|display|describe|summari[sz]e|run|execute|start|test|count|touch|in \S+ (?:replace|change))\b`)

// joins matches what may stand between two requests.
var joins = regexp.MustCompile(`(?i)(?:[,;.]?\s+(?:and then|and after that|and also|and|then|afterwards)\s+|[;,.]\s+|\s*\n\s*)`)

// politeness is what may surround a request.
var politeness = regexp.MustCompile(`(?i)^(?:(?:please|kindly|now|also|just|then|can you|could you|would you|i want you to|i'd like you to|let's),? )+|(?:,? please| for me)$`)

// parse turns a prompt into what is to be done. Where a part of it is not
// understood, that part is returned and nothing is to be done.
func parse(prompt string) (tasks []task, misunderstood string) {
	masked, texts := mask(prompt)
	grammar, parts := rules(), clauses(strings.TrimSpace(masked))
	for len(parts) > 0 {
		found, used := shortest(grammar, parts, texts)
		if used == 0 {
			return nil, unmask(tidy(parts[0].text), texts)
		}
		tasks = append(tasks, found...)
		parts = parts[used:]
	}
	if len(tasks) == 0 {
		return nil, prompt
	}
	return tasks, ""
}

// clause is a piece of a prompt with what joins it to the next one.
type clause struct{ text, join string }

// clauses splits a masked prompt where a request may end: at "and", "then" and
// punctuation, when what follows could begin one.
func clauses(rest string) []clause {
	var list []clause
	from := 0
	for {
		at := joins.FindStringIndex(rest[from:])
		if at == nil {
			return append(list, clause{text: rest})
		}
		start, end := from+at[0], from+at[1]
		if !begins.MatchString(rest[end:]) {
			from = end
			continue
		}
		list = append(list, clause{rest[:start], rest[start:end]})
		rest, from = rest[end:], 0
	}
}

// shortest finds the fewest pieces that make a request together: in "add the
// functions Min, Add and Count to calc.go" there are joints that are none.
func shortest(grammar []rule, parts []clause, texts []string) (tasks []task, used int) {
	text := ""
	for i, part := range parts {
		text += part.text
		if tasks := match(grammar, tidy(text), texts); tasks != nil {
			return tasks, i + 1
		}
		text += part.join
	}
	return nil, 0
}

// tidy strips politeness and the punctuation at the end.
func tidy(clause string) string {
	clause = strings.TrimRight(strings.TrimSpace(clause), ".!?;, ")
	for {
		shorter := strings.TrimSpace(politeness.ReplaceAllString(clause, ""))
		if shorter == clause {
			return clause
		}
		clause = shorter
	}
}

// match finds the rule for one request.
func match(grammar []rule, clause string, texts []string) []task {
	for _, r := range grammar {
		groups := r.pattern.FindStringSubmatch(clause)
		if groups == nil {
			continue
		}
		for i := range groups {
			groups[i] = unmask(groups[i], texts)
		}
		if tasks := r.build(groups); tasks != nil {
			return tasks
		}
	}
	return nil
}
