// Package outline reads which symbols a source file defines, with tree-sitter.
//
// Tree-sitter is C and the files are anybody's, so the parsing is done by
// [Serve], in a process of its own that a [Reader] starts, feeds over a pipe and
// ends.
//
// # Promises
//
// Whatever a file holds, the process that asks goes on: a parser that crashes,
// hangs or takes too much memory is ended, and the file counts as one without an
// outline ([ErrUnreadable]); the next one gets a new process. The parser's process
// is given the text alone, opens no file, and its answer is checked before it is
// believed. A file gives at most [MostSymbols]; a name and a signature are one line
// of valid UTF-8 without control characters.
//
// A build without cgo has no grammars: [Available] says so, and every file is
// without an outline ([ErrUnavailable]).
package outline

import (
	"errors"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Argument is the first argument of a program that hands its arguments to [Serve].
const Argument = "__outline"

// MostBytes is how long a text may be.
const MostBytes = 1 << 20

// MostSymbols is how many symbols of one file are kept, the first ones.
const MostSymbols = 2000

const (
	mostName      = 120 // bytes
	mostSignature = 200 // bytes
	// parseLimit ends a parse inside the process; answerLimit ends the process.
	parseLimit  = 2 * time.Second
	answerLimit = 8 * time.Second
)

var (
	// ErrUnreadable: the text could not be parsed.
	ErrUnreadable = errors.New("its symbols cannot be read")
	// ErrUnavailable: this build has no parser.
	ErrUnavailable = errors.New("symbols are not available in this build")
)

// Symbol is something that a file defines.
type Symbol struct {
	Name      string `json:"n"`
	Kind      string `json:"k"` // "function", "method", "type", …
	From      int    `json:"f"` // lines, from 1, both inclusive
	To        int    `json:"t"`
	Signature string `json:"s"` // its first line, as far as its body
}

// Language names the grammar for a path, by the path's ending alone; empty where
// there is none.
func Language(name string) string {
	base := path.Base(name)
	if base == "Rakefile" || base == "Gemfile" {
		return "ruby"
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".go":
		return "go"
	case ".py", ".pyi", ".pyw":
		return "python"
	case ".js", ".mjs", ".cjs", ".jsx":
		return "javascript"
	case ".ts", ".mts", ".cts":
		return "typescript"
	case ".tsx":
		return "tsx"
	case ".java":
		return "java"
	case ".c":
		return "c"
	case ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".ipp":
		return "cpp" // takes C headers as well
	case ".cs":
		return "csharp"
	case ".rs":
		return "rust"
	case ".rb", ".rake", ".gemspec":
		return "ruby"
	case ".php":
		return "php"
	case ".sh", ".bash":
		return "bash"
	case ".svelte", ".vue":
		return "typescript" // of its script blocks, see scripts
	}
	return ""
}

// Text returns what of a file's text its grammar is to read: all of it, and of a
// component its scripts, with everything else blank so that lines stay.
func Text(name string, text []byte) []byte {
	switch strings.ToLower(path.Ext(name)) {
	case ".svelte", ".vue":
		return scripts(text)
	}
	return text
}

// Is tells whether the arguments of a program are meant for [Serve].
func Is(arguments []string) bool { return len(arguments) == 1 && arguments[0] == Argument }

// oneLine is text as one line of at most so many bytes: blanks and line ends
// become one space, control and invisible characters go.
func oneLine(text string, most int) string {
	var line strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = line.Len() > 0
			continue
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			continue
		}
		if line.Len()+utf8.RuneLen(r)+1 > most {
			line.WriteString("…")
			break
		}
		if space {
			line.WriteByte(' ')
			space = false
		}
		line.WriteRune(r)
	}
	return line.String()
}

// checked returns the symbols that can be true of a text with so many lines, made
// fit to be shown: they come from a process that has parsed what anybody wrote.
func checked(symbols []Symbol, lines int) []Symbol {
	var kept []Symbol
	for _, s := range symbols {
		s.Name, s.Signature, s.Kind = oneLine(s.Name, mostName), oneLine(s.Signature, mostSignature), oneLine(s.Kind, 20)
		if s.Name == "" || s.From < 1 || s.To < s.From || s.To > lines || len(kept) == MostSymbols {
			continue
		}
		kept = append(kept, s)
	}
	return kept
}
