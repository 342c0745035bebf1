package approval

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// namesKept says which file that is not read unasked a command names behind the
// words of a pattern, as a sentence, or "": `cat *` and `git *` do not show which
// file they read. Only names count, in the folder where the command runs and as
// links lead; what a program reads without being told its name is not known.
func (p *Policy) namesKept(r Request, pattern string) string {
	shown, _ := starPrefix(pattern)
	listed := ReadIgnored(p.root)
	for _, name := range pathsIn(strings.TrimPrefix(r.Command, shown)) {
		names := p.namesOf(r.Folder, name)
		if secretPath(name) || slices.ContainsFunc(names, Secret) {
			return fmt.Sprintf("It names %q, which looks like a file with passwords or keys; what is in it could be sent to the model.", name)
		}
		if why := listed.any(names); why != "" {
			return fmt.Sprintf("It names %q, which is kept from the agent: %s.", name, why)
		}
	}
	return ""
}

// secretPath is [Secret] for a word that may be no path: a bare name is one only
// where such a file is there.
func secretPath(word string) bool { return strings.ContainsAny(word, "./") && Secret(word) }

// pathsIn are the parts of a command that may be paths. HEAD:.env and --file=.env
// name a file too; a word with a blank in it is text.
func pathsIn(command string) []string {
	var paths []string
	for _, word := range plainWords(command) {
		if !strings.ContainsAny(word, " \t\n") {
			paths = append(paths, strings.FieldsFunc(word, func(r rune) bool { return r == ':' || r == '=' || r == '@' })...)
		}
	}
	return paths
}

// namesOf are the workspace-relative names of what a word of a command names, if
// it is there or looks like a path.
func (p *Policy) namesOf(folder, word string) []string {
	name := path.Join(filepath.ToSlash(folder), word)
	if filepath.IsAbs(word) {
		relative, err := filepath.Rel(p.root, word)
		if err != nil {
			return nil
		}
		name = filepath.ToSlash(relative)
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(p.root, filepath.FromSlash(name))); err != nil {
		if strings.ContainsAny(word, "./") {
			return []string{name} // of another revision, or without the part that a pattern of file names stands for
		}
		return nil
	}
	forms, denied := p.locate(name, true)
	if denied != nil {
		return []string{name}
	}
	return append(p.relative(forms), name)
}

// plainWords divides a command at blanks and operators outside of quotes, and
// removes quotes and backslashes. It is for commands that a [Guard] has let pass:
// they hold nothing that the shell expands.
func plainWords(command string) []string {
	var words []string
	var word strings.Builder
	quote := byte(0)
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
		}
		word.Reset()
	}
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\\' && quote != '\'' && i+1 < len(command):
			i++
			word.WriteByte(command[i])
		case c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote = c
		case strings.IndexByte(" \t\n;|&<>", c) >= 0:
			end()
		default:
			word.WriteByte(c)
		}
	}
	end()
	return words
}
