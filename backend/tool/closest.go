package tool

import (
	"fmt"
	"regexp"
	"strings"
)

// mostCompared bounds the work of looking for close lines; a larger file is
// looked through only so far.
const mostCompared = 20_000

// notFound says that old is not in the file and shows the lines that come
// closest to it.
func notFound(name string, lines, wanted []string) *Refusal {
	advice := "Read the file again and copy the text exactly, without line numbers."
	if numbered(wanted) {
		advice = "old_string seems to begin with the line numbers of read_file: leave them out."
	}
	at, found := closest(lines, wanted)
	if !found {
		return refuse("old_string was not found in %s, and no line comes close to it. %s Nothing was changed.", name, advice)
	}
	var b strings.Builder
	for i := at; i < min(len(lines), at+min(len(wanted), 12)); i++ {
		fmt.Fprintf(&b, "%6d\t%s\n", i+1, shorten(strings.TrimSuffix(lines[i], "\r"), 300))
	}
	return refuse("old_string was not found in %s. The closest lines are:\n%s%s Nothing was changed.", name, b.String(), advice)
}

// numbered reports whether every line begins as read_file shows it.
func numbered(lines []string) bool {
	number := regexp.MustCompile(`^\s*\d+\t`)
	for _, line := range lines {
		if !number.MatchString(line) {
			return false
		}
	}
	return len(lines) > 0
}

// closest returns where the longest of the wanted lines, or one quite like it,
// would put the first of them.
func closest(lines, wanted []string) (at int, found bool) {
	longest, key := 0, ""
	for i, line := range bare(wanted) {
		if len(line) > len(key) {
			longest, key = i, line
		}
	}
	best := 0.5
	for i, line := range bare(lines[:min(len(lines), mostCompared)]) {
		if score := similarity(line, key); score > best {
			best, at, found = score, i, true
		}
	}
	return max(0, at-longest), found
}

// similarity is the Sørensen–Dice coefficient of two texts' pairs of bytes: 1
// for the same text, 0 when they share no pair. Long texts are compared by
// their beginning.
func similarity(a, b string) float64 {
	a, b = a[:min(len(a), 500)], b[:min(len(b), 500)]
	if a == b && a != "" {
		return 1
	}
	if len(a) < 2 || len(b) < 2 {
		return 0
	}
	pairs := make(map[string]int, len(a))
	for i := range len(a) - 1 {
		pairs[a[i:i+2]]++
	}
	shared := 0
	for i := range len(b) - 1 {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(a)+len(b)-2)
}

// shorten cuts text to at most limit characters.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	characters := []rune(text)
	if len(characters) <= limit {
		return text
	}
	return string(characters[:limit]) + "…"
}
