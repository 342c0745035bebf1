package guard_test

import (
	"math/rand/v2"
	"strings"
)

// generator makes commands: from a grammar that knows where shells are
// surprising, and by changing commands of the corpus.
type generator struct {
	random *rand.Rand
	corpus []string
}

func newGenerator(seed uint64, corpus []string) *generator {
	return &generator{random: rand.New(rand.NewPCG(seed, 0)), corpus: corpus}
}

func (g *generator) command() string {
	if g.random.IntN(3) == 0 {
		return g.mutated()
	}
	return g.list()
}

func (g *generator) pick(from ...string) string { return from[g.random.IntN(len(from))] }

// often is true in most cases: what is to be looked at first has to run unasked.
func (g *generator) often() bool { return g.random.IntN(8) > 0 }

func (g *generator) list() string {
	var b strings.Builder
	b.WriteString(g.simple())
	for range g.random.IntN(3) {
		b.WriteString(g.pick(" && ", " || ", "; ", " | ", " & ", "\n", "&&", ";", "|", " |& ", "&", " ;\n", "\n\n", " &\n", "||", ";;", " && ! ", " && { "))
		b.WriteString(g.simple())
	}
	if !g.often() {
		b.WriteString(g.pick(" &", ";", "\n", " #", "\\", " }", ")", " 2>&1", " >/dev/null", " \r", "\t"))
	}
	return b.String()
}

func (g *generator) simple() string {
	var b strings.Builder
	if g.random.IntN(40) == 0 {
		b.WriteString(g.pick("X=1 ", "PATH=. ", "! ", "time ", "exec ", "command ", "eval ", "\\", "'", "\"", "2>&1 ", ">/dev/null ", "coproc ", "builtin ", "env ", "~/"))
	}
	if g.often() {
		b.WriteString(g.pick("git log", "git diff", "git status", "git", "npm test", "npm run build", "npm", "ls", "find .", "go test", "rg x", "echo", "sort", "sed p", "tar tf", "printf", "test", "cat", "make", "python -m pytest", "./run.sh"))
	} else {
		b.WriteString(g.pick("curl", "sh", "rm", "id", "go", "go run", "gitx", "python", "./x", ".", "source", "alias", "trap", "read", "cd", "wait", "type", "if", "for", "[[", "((", "{", "(", "]", "git\tlog", "g\\it", "'git'", "\"npm\"", "npm\\ test", "exec", "time", "coproc", "let", "declare"))
	}
	for range g.random.IntN(4) {
		b.WriteString(g.pick(" ", " ", " ", "  ", "\t", " \t"))
		b.WriteString(g.word())
	}
	return b.String()
}

func (g *generator) word() string {
	var b strings.Builder
	for range 1 + g.random.IntN(2) {
		b.WriteString(g.part())
	}
	return b.String()
}

func (g *generator) part() string {
	switch g.random.IntN(20) {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return g.pick("a", "src", "-n", "--stat", "x.go", "./a", "./...", "a/b", "-la", "--oneline", "HEAD~1", "1,5p", "é", "-v", "--", "=", ":", "@{0}", "{}", "]", "then", "do", "done", "fi", "if", "in", "!", "%", "^", ",", "+", "a=b", "esac", "}", "[")
	case 8, 9, 10:
		return "'" + g.pick("", "a b", "a; b", "$(id)", "`id`", "$x", "*", "a && curl x", "> f", "\n", "\\", "\"", "#", "~", "{a,b}", "!x", "é") + "'"
	case 11, 12, 13:
		return "\"" + g.pick("", "a b", "a; b", "a | b", "\\$x", "\\`id\\`", "*", "a && curl x", "'", "\n", "\\\\", "\\\"", "#", "~", "{a,b}", "!x", "5$", "$", "\\a", "é") + "\""
	case 14:
		return g.pick("\\ ", "\\;", "\\&", "\\|", "\\$x", "\\*", "\\'", "\\\"", "\\\\", "\\#", "\\~", "\\{", "\\>", "\\(", "\\n", "\\\n", "\\é")
	case 15:
		return g.pick("*", "?", "[a-z]*", "./*", "src/*", "-*", "--o*", "*.go", "[!a]*", "[", "[[:alpha:]]*", "**", "-e*", "[-]*", "?exec", "e*", "S*", "[a", "a]*", ".*", "{*", "-[ec]*", "--*=x")
	case 16:
		return g.pick("~", "~root", "a=~", ":~", "{a,b}", "{1..3}", "{-exec,x}", "a{b,c}", "{a,b", "{a", "}", "{,}", "x{}y", "{a\\,b}", "{'a',b}", "{a,}b", "{-a..-c}", "{a\",\"b}", "a:~/b", "~+", "~-", "\\~/x", "{a..b}}", "{{a,b}}")
	case 17:
		return g.pick("$x", "${x}", "$(id)", "`id`", "$((1))", "$'a'", "$\"a\"", "$", "a$", "$?", "$$", "<(id)", ">(id)", "@(a|b)", "!(a)", "+(a)", "$-", "${x:-a}", "$[1]", "${ id;}", "$é", "$=", "$,", "$.", "$%", "$+", "$/", "$:", "$]", "$^", "$}", "$~")
	case 18:
		return g.pick("2>&1", ">/dev/null", "2>/dev/null", "&>/dev/null", ">&2", ">f", "<f", ">>f", "2>f", "<<E", "<<<x", ">|f", "<>f", ">&-", ">&f", "{x}>f", "1>&2", "</dev/null", ">&1", "2>&2", ">/dev/null/", ">&11", ">&2x", "2>&1x", "3>&1")
	}
	return g.pick("#", "#x", "a#b", "\u200b", "\u00a0", "\r", "\x1b", "\x7f", "\u202e", "\xff", "\u3000", "--output=x", "-exec", "-delete", "-c", "-o", "--pre", "SHELL=x", "-ex'ec'", "--ou\"t\"put=x", "\v", "\f", "\u0085", "\u2028")
}

// mutated changes a command of the corpus in up to four places.
func (g *generator) mutated() string {
	text := []byte(g.corpus[g.random.IntN(len(g.corpus))])
	for range g.random.IntN(4) {
		at := g.random.IntN(len(text) + 1)
		switch g.random.IntN(6) {
		case 0: // put in
			text = append(text[:at:at], append([]byte(g.part()), text[at:]...)...)
		case 1: // take out
			if at < len(text) {
				text = append(text[:at:at], text[at+1:]...)
			}
		case 2: // put a sign in
			const signs = " \t\n;|&<>()`$\\\"'*?[]{}#~=%!-\r\x00\x80"
			text = append(text[:at:at], append([]byte{signs[g.random.IntN(len(signs))]}, text[at:]...)...)
		case 3: // the end of another
			other := g.corpus[g.random.IntN(len(g.corpus))]
			text = append(text[:at:at], other[g.random.IntN(len(other)+1):]...)
		case 4: // a pair of quotes
			quote := g.pick("'", "\"")[0]
			text = append(text[:at:at], append([]byte{quote}, append(append([]byte{}, text[at:]...), quote)...)...)
		case 5: // cut off
			text = text[:at]
		}
		if len(text) == 0 {
			return "git"
		}
	}
	return string(text)
}
