package guard

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// program is what the table says about one program.
type program struct {
	name string
	rows []indexed
	habit
	flags, exact, known []string // those of habit, divided
}

// indexed is a row whose texts have been divided once.
type indexed struct {
	row
	choices    []choice
	paths      [][]string // of subcommands
	needs      int        // words that a pattern has to show
	onlyDashes bool       // every option begins with a dash
	launcher   bool       // the row is about the program or the subcommand itself
}

// choice is one option of a row.
type choice struct {
	option     string
	only       string // characters of which the value has to hold one; empty: any value counts
	assignment bool   // option is a name, and the word sets it
}

// index sorts the table by program.
func index(rows []row, habits []habit) map[string]*program {
	programs := map[string]*program{}
	for _, r := range rows {
		for _, name := range strings.Fields(r.programs) {
			if programs[name] == nil {
				programs[name] = &program{name: name}
			}
			programs[name].rows = append(programs[name].rows, divide(r))
		}
	}
	for _, h := range habits {
		for _, name := range strings.Fields(h.programs) {
			if programs[name] == nil {
				programs[name] = &program{name: name}
			}
			p := programs[name]
			p.habit = h
			p.flags, p.exact, p.known = strings.Fields(h.flags), strings.Fields(h.exact), strings.Fields(h.known)
		}
	}
	return programs
}

func divide(r row) indexed {
	result := indexed{row: r, onlyDashes: true}
	if len(r.options) == 2 && r.options[0] == ':' {
		result.needs, result.launcher = int(r.options[1]-'0'), true
	}
	if r.under != "" && r.under != "^" {
		for _, path := range strings.Split(r.under, "|") {
			result.paths = append(result.paths, strings.Fields(path))
		}
	}
	for _, text := range strings.Fields(r.options) {
		option, only, conditional := strings.Cut(text, "=")
		result.onlyDashes = result.onlyDashes && text[0] == '-'
		result.choices = append(result.choices, choice{option: option, only: only, assignment: conditional && only == ""})
	}
	return result
}

// find looks a program up by the last part of its path, without a version.
func (g *Guard) find(name string) *program {
	name = strings.TrimSuffix(strings.ToLower(path.Base(name)), ".exe")
	if p := g.programs[name]; p != nil {
		return p
	}
	return g.programs[strings.TrimRight(name, "0123456789.-")]
}

// judge returns what a call does beyond the words that the pattern shows.
// followed tells whether another command runs after it in the same shell.
func (g *Guard) judge(c call, shown int, followed bool) string {
	if reason := judgeBuiltin(c, followed); reason != "" && (!c.exact || followed) {
		return reason
	}
	if c.exact {
		return ""
	}
	if reason := c.credentials(shown); reason != "" {
		return reason
	}
	return g.judgeProgram(c, shown)
}

func (g *Guard) judgeProgram(c call, shown int) string {
	p := g.find(c.words[0].text)
	if p == nil {
		return ""
	}
	end := c.optionsEnd(p)
	excused := false // by what the pattern shows
	for _, r := range p.rows {
		reason, isExcused := r.judge(c, p, shown, end)
		if reason != "" {
			return reason
		}
		excused = excused || isExcused
	}
	if reason := p.unknownSubcommand(c, shown); reason != "" {
		return reason
	}
	if p.interpreter {
		if reason := p.standardInput(c, shown); reason != "" {
			return reason
		}
	}
	if p.judge != nil {
		if reason := p.judge(c, shown); reason != "" {
			return reason
		}
	}
	if reason := c.fileNames(p.name, c.optionsEnd(&program{habit: habit{ignoresDashes: p.ignoresDashes}})); reason != "" {
		return reason
	}
	if !excused {
		return ""
	}
	// The pattern shows a program that this one runs: what is true of that one counts too.
	for i := 1; i < shown && i < len(c.words); i++ {
		inner := call{words: c.words[i:], separator: c.separator}
		if g.find(inner.words[0].text) != nil {
			if reason := g.judgeProgram(inner, shown-i); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// judge compares one row with a call. excused tells that the row applies, but
// to words of the pattern itself. end is where the call's options end.
func (r indexed) judge(c call, p *program, shown, end int) (reason string, excused bool) {
	under := 0 // the word after which the row counts
	if len(r.paths) > 0 {
		if under = c.subcommand(r.paths, p); under == 0 {
			return "", false
		}
	}
	if r.launcher {
		if c.operandsShown(under, shown) >= r.needs {
			return "", true
		}
		return fmt.Sprintf("%s can %s, and the trusted command does not show what.", quote(c.joined(under+1)), r.does), false
	}
	for i := 1; i < min(end+1, len(c.words)); i++ {
		if i >= shown && !isOption(c.words[i].text) && !strings.HasPrefix(c.words[i].text, "+") && (r.under == "^" || p.interpreter) {
			break // the subcommand, or the file that the interpreter reads
		}
		if r.onlyDashes && !strings.HasPrefix(c.words[i].text, "-") {
			continue
		}
		match, takesNext := r.matches(c, i, p)
		if !match {
			continue
		}
		if i < shown && (!takesNext || i+1 < shown) {
			excused = true
			continue
		}
		return fmt.Sprintf("%s makes %s %s.", quote(c.words[i].text), p.name, r.does), false
	}
	return "", excused
}

// matches reports whether a word is one of the row's options, and whether the
// word behind it can be its value.
func (r indexed) matches(c call, i int, p *program) (match, takesNext bool) {
	text := c.words[i].text
	next := ""
	if i+1 < len(c.words) {
		next = c.words[i+1].text
	}
	for _, each := range r.choices {
		if each.assignment {
			if rest, ok := strings.CutPrefix(text, each.option); ok && strings.HasPrefix(strings.TrimLeft(rest, ":+?! "), "=") {
				return true, false
			}
			continue
		}
		attached, rest, ok := p.option(text, each.option)
		if !ok {
			continue
		}
		value := next
		if attached {
			value = rest
		}
		if each.only != "" && !strings.ContainsAny(value, each.only) || thrownAway(p, each.option, value) {
			continue
		}
		return true, !attached && i+1 < len(c.words)
	}
	return false, false
}

// thrownAway reports whether an option that always takes the name of a file is
// given none that would be written.
func thrownAway(p *program, option, value string) bool {
	switch option {
	case "-o", "--output":
		return value == "/dev/null" && (p.name == "curl" || p.name == "go" || p.name == "sort")
	case "-O", "--output-document":
		return (value == "-" || value == "/dev/null") && p.name == "wget"
	}
	return false
}

// option reports whether a word is an option, as this program reads its words,
// and what is attached to it.
func (p *program) option(text, option string) (attached bool, value string, ok bool) {
	if p.foldsCase {
		text, option = strings.ToLower(text), strings.ToLower(option)
	}
	if p.anyDashes && strings.HasPrefix(option, "--") && len(text) > 2 && text[0] == '-' && text[1] != '-' {
		text = "-" + text
	}
	switch {
	case option[0] != '-': // any word that begins so
		return true, "", strings.HasPrefix(text, option)
	case option == "-": // the standard input
		return false, "", text == "-"
	case strings.HasPrefix(option, "--"):
		name, value, attached := strings.Cut(text, "=")
		if !strings.HasPrefix(name, "--") || len(name) < 3 {
			return false, "", false
		}
		// A unique beginning of a long option is enough for most programs.
		return attached, value, name == option || strings.HasPrefix(option, name) && !slices.Contains(p.exact, name)
	case len(option) > 2 || p.oneDash:
		if !strings.HasPrefix(text, "-") {
			return false, "", false
		}
		name, value, attached := strings.Cut(strings.TrimPrefix(text, "-"), "=")
		if name == option || "-"+name == option {
			return attached, value, true
		}
		if stem, glued := strings.CutSuffix(option, "…"); glued && strings.HasPrefix(text, stem) && !slices.Contains(p.exact, "-"+name) {
			return true, text[len(stem):], true
		}
		return false, "", false
	}
	return p.short(text, option[1])
}

// short looks for a letter in a bundle of short options. What follows a letter
// that takes a value is its value.
func (p *program) short(text string, letter byte) (attached bool, value string, ok bool) {
	if len(text) < 2 || text[0] != '-' || text[1] == '-' {
		return false, "", false
	}
	for i := 1; i < len(text); i++ {
		if text[i] == letter {
			return i+1 < len(text), strings.TrimPrefix(text[i+1:], "="), true
		}
		if strings.IndexByte(p.values, text[i]) >= 0 {
			return false, "", false
		}
	}
	return false, "", false
}

// subcommand returns the place of the first word that is one of paths and can
// be the subcommand, or 0. A word right behind an option may be the option's
// value or the subcommand, so it counts as both. Further names, as in
// `submodule foreach`, may stand anywhere behind the first.
func (c call) subcommand(paths [][]string, p *program) int {
	candidates := c.candidates(1)
	for _, path := range paths {
		for _, i := range candidates {
			if !p.names(c.words[i].text, path[0]) {
				continue
			}
			if len(path) == 1 {
				return i
			}
			for j := i + 1; j < len(c.words); j++ {
				if p.names(c.words[j].text, path[1]) {
					return j
				}
			}
		}
	}
	return 0
}

// names reports whether a word names a subcommand. npm takes any beginning of
// a name.
func (p *program) names(text, name string) bool {
	if text == name {
		return true
	}
	return p.abbreviates && text != "" && strings.HasPrefix(name, text) && !slices.Contains(p.exact, text)
}

// candidates returns the places of the words that can be the first operand.
func (c call) candidates(from int) []int {
	var places []int
	for i := from; i < len(c.words); i++ {
		if isOption(c.words[i].text) {
			continue
		}
		places = append(places, i)
		if before := c.words[i-1].text; i == from || !isOption(before) || strings.Contains(before, "=") {
			break
		}
	}
	return places
}

// operandsShown counts the words behind under that are operands for sure and
// that the pattern shows.
func (c call) operandsShown(under, shown int) int {
	n := 0
	for i := under + 1; i < shown && i < len(c.words); i++ {
		text, before := c.words[i].text, c.words[i-1].text
		behindOption := i > under+1 && isOption(before) && !strings.Contains(before, "=") && before != "--"
		if !isOption(text) && !behindOption && !strings.Contains(text, "=") {
			n++
		}
	}
	return n
}

// optionsEnd returns the place of the first "--" that is no option's value, behind
// which no word is an option, or the number of words.
func (c call) optionsEnd(p *program) int {
	if p.ignoresDashes {
		return len(c.words)
	}
	for i := 1; i < len(c.words); i++ {
		if before := c.words[i-1].text; c.words[i].text == "--" &&
			(i == 1 || !isOption(before) || strings.Contains(before, "=") || slices.Contains(p.flags, before)) {
			return i
		}
	}
	return len(c.words)
}

// joined returns the first n words in one piece.
func (c call) joined(n int) string {
	var texts []string
	for _, w := range c.words[:min(n, len(c.words))] {
		texts = append(texts, w.text)
	}
	return strings.Join(texts, " ")
}

func isOption(text string) bool {
	return len(text) > 1 && text[0] == '-'
}

// unknownSubcommand asks where a program starts other programs for subcommands
// that it does not know itself.
func (p *program) unknownSubcommand(c call, shown int) string {
	if len(p.known) == 0 {
		return ""
	}
	for i := 1; i < len(c.words); i++ {
		text := c.words[i].text
		if isOption(text) {
			if i >= shown && !slices.Contains(p.flags, text) {
				return fmt.Sprintf("%s stands before the subcommand of %s, where options can change which program runs.", quote(text), p.name)
			}
			continue
		}
		if before := c.words[i-1].text; i < shown && i > 1 && isOption(before) && !slices.Contains(p.flags, before) {
			continue // the value of an option
		}
		if i < shown || slices.Contains(p.known, text) {
			return ""
		}
		return fmt.Sprintf("%s is not known as a part of %s, which can start another program by that name.", quote(p.name+" "+text), p.name)
	}
	return ""
}

// fileNames asks about a pattern of file names that can become an option or a
// subcommand of the program. end is where its options end.
func (c call) fileNames(name string, end int) string {
	for i, w := range c.words {
		if i == 0 || i > end || w.globAt < 0 {
			continue
		}
		fixed := w.text[:w.globAt]
		if strings.Contains(fixed, "/") && !isOption(fixed) || strings.HasPrefix(fixed, "--") && strings.Contains(fixed, "=") {
			continue
		}
		return fmt.Sprintf("A file's name that matches %s can be an option of %s; write %s.", quote(w.text), name, quote("./"+w.text))
	}
	return ""
}
