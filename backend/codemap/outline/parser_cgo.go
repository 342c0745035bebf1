//go:build cgo

package outline

import (
	"context"
	"fmt"
	"strings"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/bash"
	"github.com/smacker/go-tree-sitter/c"
	"github.com/smacker/go-tree-sitter/cpp"
	"github.com/smacker/go-tree-sitter/csharp"
	"github.com/smacker/go-tree-sitter/golang"
	"github.com/smacker/go-tree-sitter/java"
	"github.com/smacker/go-tree-sitter/javascript"
	"github.com/smacker/go-tree-sitter/php"
	"github.com/smacker/go-tree-sitter/python"
	"github.com/smacker/go-tree-sitter/ruby"
	"github.com/smacker/go-tree-sitter/rust"
	"github.com/smacker/go-tree-sitter/typescript/tsx"
	"github.com/smacker/go-tree-sitter/typescript/typescript"
)

// Available tells whether this build has a parser.
const Available = true

// parser parses texts one after the other.
type parser struct {
	sitter   *sitter.Parser
	grammars map[string]*grammar
}

// grammar is a language with what its kinds of nodes define.
type grammar struct {
	language *sitter.Language
	rules    []rule // by the number of a node's kind
}

func newParser() *parser {
	p := &parser{sitter: sitter.NewParser(), grammars: map[string]*grammar{}}
	p.sitter.SetOperationLimit(int(parseLimit.Microseconds()))
	return p
}

func (p *parser) close() { p.sitter.Close() }

func (p *parser) grammar(name string) *grammar {
	if known, ok := p.grammars[name]; ok {
		return known
	}
	language := languageOf(name)
	if language == nil {
		return nil
	}
	byKind := rulesOf(name)
	g := &grammar{language: language, rules: make([]rule, language.SymbolCount())}
	for i := range g.rules {
		if symbol := sitter.Symbol(i); language.SymbolType(symbol) == sitter.SymbolTypeRegular {
			g.rules[i] = byKind[language.SymbolName(symbol)]
		}
	}
	p.grammars[name] = g
	return g
}

func languageOf(name string) *sitter.Language {
	switch name {
	case "bash":
		return bash.GetLanguage()
	case "c":
		return c.GetLanguage()
	case "cpp":
		return cpp.GetLanguage()
	case "csharp":
		return csharp.GetLanguage()
	case "go":
		return golang.GetLanguage()
	case "java":
		return java.GetLanguage()
	case "javascript":
		return javascript.GetLanguage()
	case "php":
		return php.GetLanguage()
	case "python":
		return python.GetLanguage()
	case "ruby":
		return ruby.GetLanguage()
	case "rust":
		return rust.GetLanguage()
	case "tsx":
		return tsx.GetLanguage()
	case "typescript":
		return typescript.GetLanguage()
	}
	return nil
}

func (p *parser) parse(language string, text []byte) ([]Symbol, error) {
	g := p.grammar(language)
	if g == nil {
		return nil, fmt.Errorf("no grammar for %q", language)
	}
	p.sitter.Reset()
	p.sitter.SetLanguage(g.language)
	tree, err := p.sitter.ParseCtx(context.Background(), nil, text)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	w := walk{grammar: g, text: text, cursor: sitter.NewTreeCursor(tree.RootNode())}
	defer w.cursor.Close()
	w.all()
	return w.found, nil
}

// Bounds of a walk. Definitions do not stand deeper, save in made-up texts.
const (
	mostDepth = 32
	mostNodes = 300_000
)

// walk goes through a tree in the order of the text. It does not enter functions:
// what stands in them is nobody else's.
type walk struct {
	grammar *grammar
	text    []byte
	cursor  *sitter.TreeCursor
	found   []Symbol
	nodes   int
}

func (w *walk) all() {
	depth := 0
	for w.nodes < mostNodes && len(w.found) < MostSymbols {
		w.nodes++
		if w.visit(depth) && depth < mostDepth && w.cursor.GoToFirstChild() {
			depth++
			continue
		}
		for !w.cursor.GoToNextSibling() {
			if depth == 0 {
				return
			}
			w.cursor.GoToParent()
			depth--
		}
	}
}

// visit takes what a node defines, and tells whether to look inside it.
func (w *walk) visit(depth int) (inside bool) {
	node := w.cursor.CurrentNode()
	if int(node.Symbol()) >= len(w.grammar.rules) {
		return true // a part that does not parse
	}
	r := w.grammar.rules[node.Symbol()]
	if r.kind == "" || r.depth > 0 && depth > r.depth {
		return !r.closed
	}
	if r.needs != "" && node.ChildByFieldName(r.needs) == nil {
		return !r.closed
	}
	kind, value := r.kind, node.ChildByFieldName("type")
	if kind == "type" && value != nil {
		switch value.Type() {
		case "struct_type":
			kind = "struct"
		case "interface_type":
			kind = "interface"
		}
	}
	name := w.name(node, r.name)
	if name == "" {
		return !r.closed
	}
	w.found = append(w.found, Symbol{
		Name: name, Kind: kind, Signature: w.signature(node),
		From: int(node.StartPoint().Row) + 1, To: max(int(node.EndPoint().Row), int(node.StartPoint().Row)) + 1,
	})
	return !r.closed
}

// name finds the name that a node defines: it stands in a field, in C below others.
func (w *walk) name(node *sitter.Node, field string) string {
	if field == "" {
		field = "name"
	}
	at := node.ChildByFieldName(field)
	for range mostDepth {
		if at == nil {
			return ""
		}
		kind := at.Type()
		if kind == "identifier" || strings.HasSuffix(kind, "_identifier") && kind != "qualified_identifier" || kind == "name" || kind == "constant" || kind == "word" || kind == "destructor_name" || kind == "operator_name" {
			return oneLine(at.Content(w.text), mostName)
		}
		next := at.ChildByFieldName("declarator")
		if next == nil {
			next = at.ChildByFieldName("name")
		}
		if next == nil && strings.HasSuffix(kind, "declarator") && at.NamedChildCount() > 0 {
			next = at.NamedChild(int(at.NamedChildCount()) - 1) // a reference's or a bracketed one's
		}
		if next == nil && (kind == "setter" || kind == "operator" || kind == "property_name" || kind == "private_property_identifier") {
			return oneLine(at.Content(w.text), mostName)
		}
		at = next
	}
	return ""
}

// signature is the beginning of a definition, as far as its body or the end of its
// line, whichever comes later.
func (w *walk) signature(node *sitter.Node) string {
	from, to := int(node.StartByte()), int(node.EndByte())
	if body := node.ChildByFieldName("body"); body != nil {
		to = int(body.StartByte())
	} else if line := strings.IndexByte(string(w.text[from:min(to, from+2*mostSignature)]), '\n'); line >= 0 {
		to = from + line
	}
	to = max(from, min(to, from+4*mostSignature))
	line := oneLine(string(w.text[from:to]), mostSignature)
	return strings.TrimRight(line, " {:=")
}
