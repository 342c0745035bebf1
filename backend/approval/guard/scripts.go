package guard

import (
	"fmt"
	"slices"
	"strings"
)

// judgeSed reads the scripts of a sed command. What it does not know asks.
// Source: the manual of GNU sed, "Commands within a script or script-file":
// e runs a program, w and W write files, r and R read them.
func judgeSed(c call, shown int) string {
	var scripts []string
	operand := ""
	for i := 1; i < len(c.words); i++ {
		text := c.words[i].text
		switch {
		case text == "-e" || text == "--expression":
			if i++; i < len(c.words) {
				scripts = append(scripts, c.words[i].text)
			}
		case strings.HasPrefix(text, "--expression="):
			scripts = append(scripts, strings.TrimPrefix(text, "--expression="))
		case text == "-n" || text == "-E" || text == "-r" || text == "-u" || text == "-z" || text == "-s" || text == "-nE" || text == "-En" || text == "-nr" || text == "-rn",
			text == "--quiet", text == "--silent", text == "--regexp-extended", text == "--debug", text == "--posix", text == "--sandbox", text == "--version", text == "--help":
		case text == "-ne" || text == "-Ee" || text == "-nEe" || text == "-re":
			if i++; i < len(c.words) {
				scripts = append(scripts, c.words[i].text)
			}
		case isOption(text):
			if i >= shown {
				return fmt.Sprintf("It is not known what %s does to sed.", quote(text))
			}
		case operand == "":
			operand = text
		}
	}
	if len(scripts) == 0 {
		scripts = []string{operand}
	}
	for _, script := range scripts {
		s := sedScript{rest: script}
		if !s.harmless() {
			return fmt.Sprintf("sed's script %s may run a program, read or write a file, or does what is not known.", quote(script))
		}
	}
	return ""
}

// sedScript reads the simple commands of sed.
type sedScript struct{ rest string }

func (s *sedScript) harmless() bool {
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\n;")
		if s.rest == "" {
			return true
		}
		if !s.addresses() || s.rest == "" {
			return false
		}
		command := s.rest[0]
		s.rest = s.rest[1:]
		switch command {
		case 'p', 'd', '=', 'D', 'P', 'n', 'N', 'g', 'G', 'h', 'H', 'x':
		case 'q', 'Q', 'l', 'L':
			s.digits()
		case 's':
			if !s.substitution() {
				return false
			}
		case 'y':
			if s.rest == "" || !s.delimited(s.rest[0], 2) {
				return false
			}
		default:
			return false
		}
		s.rest = strings.TrimLeft(s.rest, " \t")
		if s.rest != "" && s.rest[0] != ';' && s.rest[0] != '\n' {
			return false
		}
	}
}

// addresses reads up to two addresses and a "!".
func (s *sedScript) addresses() bool {
	for {
		switch {
		case s.rest == "":
			return false
		case s.rest[0] == '/':
			if !s.delimited('/', 1) {
				return false
			}
			s.rest = strings.TrimLeft(s.rest, "IM")
		case s.rest[0] == '$' || s.rest[0] == '+' || s.rest[0] == '~':
			s.rest = s.rest[1:]
			s.digits()
		case s.rest[0] >= '0' && s.rest[0] <= '9':
			s.digits()
			if strings.HasPrefix(s.rest, "~") {
				s.rest = s.rest[1:]
				s.digits()
			}
		}
		s.rest = strings.TrimLeft(s.rest, " \t")
		if !strings.HasPrefix(s.rest, ",") {
			break
		}
		s.rest = strings.TrimLeft(s.rest[1:], " \t")
	}
	s.rest = strings.TrimLeft(s.rest, "! \t")
	return true
}

func (s *sedScript) substitution() bool {
	if s.rest == "" || strings.IndexByte("\\\n", s.rest[0]) >= 0 || s.rest[0] >= 0x80 || !s.delimited(s.rest[0], 2) {
		return false
	}
	s.rest = strings.TrimLeft(s.rest, "gpiI0123456789")
	return true
}

// delimited reads n parts that each end with the delimiter, after one that begins
// the first. A delimiter within brackets is read differently by different
// programs called sed, so it is not read at all.
func (s *sedScript) delimited(delimiter byte, n int) bool {
	bracket := false
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\n':
			return false
		case bracket && c == '[' && i+1 < len(s.rest) && strings.IndexByte(":.=", s.rest[i+1]) >= 0:
			// A class such as [:space:], whose bracket does not end the outer one.
			length := strings.Index(s.rest[i+2:], s.rest[i+1:i+2]+"]") + 4
			if length < 4 || strings.IndexByte(s.rest[i:i+length], delimiter) >= 0 || strings.ContainsAny(s.rest[i+2:i+length-2], "\\\n[]") {
				return false
			}
			i += length - 1
		case bracket && c == '\\' && i+1 < len(s.rest) && s.rest[i+1] != delimiter && strings.IndexByte("tsnw", s.rest[i+1]) >= 0:
			i++ // one sign or two: the brackets go on
		case bracket && (c == '\\' || c == delimiter || s.rest[i-1] == '[' && (c == ']' || c == '^' && strings.HasPrefix(s.rest[i+1:], "]"))):
			return false
		case c == '\\':
			i++
		case c == delimiter:
			if n--; n == 0 {
				s.rest = s.rest[i+1:]
				return true
			}
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		}
	}
	return false
}

func (s *sedScript) digits() { s.rest = strings.TrimLeft(s.rest, "0123456789") }

// judgeAwk asks about a program for awk that can start another one or open a
// file. Source: the manual of GNU awk, "Redirecting Output", "Getline", "I/O
// Functions", "Including Other Files", "Indirect Calls".
func judgeAwk(c call, _ int) string {
	signs := []string{"system", "getline", "@", "`"}
	// Only what stands in braces can print, and "|" and ">" mean nothing else of that kind.
	if slices.ContainsFunc(c.words, func(w word) bool { return strings.Contains(w.text, "{") }) {
		signs = append(signs, "|", ">")
	}
	for i, w := range c.words[1:] {
		if (strings.HasPrefix(w.text, "-F") || c.words[i].text == "-F") && !awkProgram(w.text) {
			continue // what divides the fields
		}
		text := strings.NewReplacer("||", "", ">=", "").Replace(w.text)
		for _, sign := range signs {
			if strings.Contains(text, sign) {
				return fmt.Sprintf("The text %s holds %q, with which awk can run a program or open a file.", quote(w.text), sign)
			}
		}
	}
	return ""
}

// awkProgram reports whether what seems to divide fields could be a program that
// acts: behind "--" or "-e" a word that begins with -F is one.
func awkProgram(text string) bool {
	return strings.ContainsAny(text, "{(") || strings.Contains(text, "getline") ||
		strings.Contains(text, "@") && strings.TrimPrefix(text, "-F") != "@"
}

// standardInput asks when an interpreter reads its program from the standard
// input, where a pipe can put anything, or may do so.
func (p *program) standardInput(c call, shown int) string {
	for i, w := range c.words[1:] {
		option, _, _ := strings.Cut(w.text, "=")
		switch {
		case w.text != "-" && !isOption(w.text) && !strings.HasPrefix(w.text, "+"):
			return ""
		case i+1 < shown:
		case slices.Contains(p.flags, option):
		case slices.Contains([]string{"--version", "-V", "-VV", "--help", "-h", "--test"}, w.text):
			return ""
		default:
			return fmt.Sprintf("It is not known what %s before the file does to %s.", quote(w.text), p.name)
		}
	}
	return fmt.Sprintf("%s without a file reads its program from what comes before it.", quote(c.words[0].text))
}

// judgeTar reads the old form of tar's options, without a dash.
func judgeTar(c call, shown int) string {
	if len(c.words) < 2 || isOption(c.words[1].text) {
		return ""
	}
	values := 0
	for _, letter := range c.words[1].text {
		if strings.ContainsRune("IFCTPgX", letter) && shown <= 1 {
			return fmt.Sprintf("%s holds the option %q of tar, which can run a program or write somewhere else.", quote(c.words[1].text), "-"+string(letter))
		}
		if strings.ContainsRune("bfHKLNVIFCTgX", letter) {
			values++
		}
	}
	for i := max(2, shown); i < min(2+values, len(c.words)); i++ {
		if strings.Contains(c.words[i].text, ":") {
			return fmt.Sprintf("%s names an archive on another machine, for which tar starts a program.", quote(c.words[i].text))
		}
	}
	return ""
}

// judgeGo reads the options that go hands to its compiler and linker, of which
// only a few are known to be harmless. Source: go tool link, -extld; go tool
// compile, -o and -cpuprofile.
func judgeGo(c call, shown int) string {
	for i := max(1, shown); i < len(c.words); i++ {
		name, value, attached := strings.Cut(strings.TrimLeft(c.words[i].text, "-"), "=")
		if !isOption(c.words[i].text) || name != "ldflags" && name != "gcflags" && name != "asmflags" {
			continue
		}
		if !attached && i+1 < len(c.words) {
			value = c.words[i+1].text
		}
		// Go takes a field in quotes for one without.
		for _, field := range strings.Fields(strings.NewReplacer(`'`, "", `"`, "").Replace(value)) {
			field = strings.TrimPrefix(field, "all=")
			harmless := slices.Contains([]string{"-s", "-w", "-X", "-N", "-l", "-m", "-S", "-m=2", "-buildid="}, field)
			if !harmless && (strings.HasPrefix(field, "-") || strings.Contains(field, "=-")) {
				return fmt.Sprintf("%s is handed to go's compiler or linker, where it may run a program or write a file.", quote(field))
			}
		}
	}
	return ""
}

// judgeMake asks about a variable whose value make or a recipe's shell would
// read as more than a plain text. Source: GNU make manual, "Overriding
// Variables", "The shell Function".
func judgeMake(c call, shown int) string {
	for i := max(1, shown); i < len(c.words); i++ {
		text := c.words[i].text
		if strings.Contains(text, "$") || strings.Contains(text, "=") && strings.ContainsAny(text, " \t\n;|&<>()`\\\"'*?[]{}~#!") {
			return fmt.Sprintf("%s holds signs that make, or the shell of a rule, reads as commands.", quote(text))
		}
	}
	return ""
}

// judgeSecondFile asks about programs that write to their second operand.
func judgeSecondFile(c call, shown int) string {
	operands := 0
	for i, w := range c.words[1:] {
		if isOption(w.text) {
			continue
		}
		if operands++; operands == 2 && i+1 >= shown {
			return fmt.Sprintf("%s writes to %s.", c.words[0].text, quote(w.text))
		}
	}
	return ""
}

// judgeGit asks before the repository's content is sent to an address that is
// none of its remotes, and about addresses that name a program. Source:
// git-push(1), git-send-pack(1), git-remote-ext(1).
func judgeGit(c call, shown int) string {
	sends := c.subcommand([][]string{{"push"}, {"send-pack"}}, &program{})
	for i := 1; i < len(c.words); i++ {
		text, before := c.words[i].text, c.words[i-1].text
		if i < shown {
			continue
		}
		if strings.HasPrefix(text, "ext::") || strings.Contains(text, "=ext::") {
			return fmt.Sprintf("%s is an address that names a program to run.", quote(text))
		}
		if sends == 0 || i <= sends || isOption(text) || before == "-o" || before == "--push-option" {
			continue
		}
		if strings.ContainsAny(text, ":/\\") || text == "." || text == ".." {
			return fmt.Sprintf("It sends the repository's content to %s, which is not the name of a remote.", quote(text))
		}
		if !isOption(before) || strings.Contains(before, "=") || strings.Contains(pushFlags, " "+before+" ") {
			sends = 0 // only the first operand is a place; behind another option it may be the option's value
		}
	}
	return ""
}

// pushFlags are options of git push without a value.
const pushFlags = " -- -u --set-upstream -f --force -uf -fu -q --quiet -v --verbose -n --dry-run -d --delete --all --branches --mirror --tags --follow-tags --prune --atomic --no-verify --verify --progress --porcelain --thin --no-thin --force-with-lease --no-force-with-lease --force-if-includes --signed --no-signed --no-recurse-submodules -4 --ipv4 -6 --ipv6 "

// judgeCurl asks about a format that writes files. Source: curl(1), --write-out.
func judgeCurl(c call, _ int) string {
	for _, w := range c.words[1:] {
		if strings.Contains(w.text, "%output{") {
			return fmt.Sprintf("%s makes curl write to the file that it names.", quote(w.text))
		}
	}
	return ""
}
