package codemap

import (
	"regexp"
	"slices"
	"strings"
)

// question is what a prompt says about where to look.
type question struct {
	words []string // stems, folded, in their order; each once
	exact []string // what looks like a name in code, as written
	paths []string // what looks like a file or folder, folded
	tests bool     // it is about tests
	docs  bool     // it is about documents
}

// mostWords bounds how much of a long prompt counts: its first words.
const mostWords = 24

var (
	pathLike = regexp.MustCompile(`[\w@.~+-]*(?:/[\w@.+-]+)+/?|[\w@+-]+\.[A-Za-z][A-Za-z0-9]{0,6}\b`)
	wordLike = regexp.MustCompile(`[\p{L}_$][\p{L}\p{N}_$]*`)
)

// common are words that say nothing about where to look, in prompts to an agent.
const common = ` a about after again all also an and any are as at be because been before being both but by can cannot change check code codebase could did do does doing done down each explain every file files find fix for from function get give go goes had has have he her here him his how i if implement implemented improve in into is it its just keep know let like look made make makes many may me might more most much must my need new no not now of off on once one only or other our out over own please project put same say see she should show so some somewhere such take tell than that the their them then there these they thing things this those through to too under until up us use used uses using very want was way we were what when where which while who whole whom whose why will with without work works would you your yours `

func ask(prompt string) question {
	var q question
	for _, found := range pathLike.FindAllString(prompt, 20) {
		q.paths = append(q.paths, fold(strings.Trim(found, "/.")))
	}
	for _, word := range wordLike.FindAllString(prompt, 400) {
		if len(q.words) >= mostWords {
			break
		}
		pieces := parts(word)
		if len(pieces) > 1 || strings.Contains(word, "_") {
			q.exact = append(q.exact, word)
		} else if isUpper(word[0]) && !strings.Contains(common, " "+fold(word)+" ") {
			q.exact = append(q.exact, word)
		}
		for _, piece := range pieces {
			if len(piece) < shortestName || strings.Contains(common, " "+piece+" ") {
				continue
			}
			stem := stemOf(strings.ToLower(piece))
			switch stem {
			case "test", "spec":
				q.tests = true
			case "readme", "doc", "document", "changelog":
				q.docs = true
			}
			if !slices.Contains(q.words, stem) {
				q.words = append(q.words, stem)
			}
		}
	}
	return q
}

// stemOf cuts an English ending off, so that "retries", "retried" and "retry" are
// looked for alike. What is left is looked for as the beginning of a word.
func stemOf(word string) string {
	for _, ending := range []string{"ations", "ation", "ings", "ing", "ions", "ion", "ments", "ment", "ers", "ies", "ied", "es", "ed", "er", "ly", "s", "y", "e"} {
		stem, ok := strings.CutSuffix(word, ending)
		least := 4
		switch {
		case strings.HasPrefix(ending, "er"):
			least = 5
		case ending == "s" || ending == "e" || ending == "y" || ending == "ies":
			least = 3
		}
		if !ok || len(stem) < least {
			continue
		}
		if n := len(stem); n > 4 && stem[n-1] == stem[n-2] && stem[n-1] != 's' && stem[n-1] != 'l' {
			stem = stem[:n-1] // "running"
		}
		return stem
	}
	return word
}
