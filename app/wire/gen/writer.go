package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// writer turns Go types into TypeScript, and remembers which named types it met.
type writer struct {
	docs  map[types.Object]string
	names map[string]*types.TypeName // by TypeScript name
	queue []*types.TypeName
}

func newWriter(roots []*packages.Package) *writer {
	w := &writer{docs: map[types.Object]string{}, names: map[string]*types.TypeName{}}
	packages.Visit(roots, nil, func(p *packages.Package) {
		if strings.HasPrefix(p.PkgPath, "github.com/keel-ide/keel/") {
			w.readDocs(p)
		}
	})
	return w
}

func (w *writer) readDocs(p *packages.Package) {
	for _, file := range p.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				for _, spec := range n.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok {
						w.docs[p.TypesInfo.Defs[s.Name]] = cmp.Or(s.Doc.Text(), n.Doc.Text())
					}
				}
			case *ast.FuncDecl:
				w.docs[p.TypesInfo.Defs[n.Name]] = n.Doc.Text()
			case *ast.Field:
				for _, name := range n.Names {
					w.docs[p.TypesInfo.Defs[name]] = cmp.Or(n.Doc.Text(), n.Comment.Text())
				}
			}
			return true
		})
	}
}

// services writes the bound structs: those with a constructor New… and exported methods.
func (w *writer) services(p *packages.Package) (string, error) {
	var b, table strings.Builder
	b.WriteString("/** The methods that the page can call, by feature. */\nexport interface Methods {\n")
	table.WriteString("/** The names of all methods, for a client that is built at run time. */\nexport const methodNames = {\n")
	for _, name := range p.Types.Scope().Names() {
		object, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
		if !ok || !object.Exported() || p.Types.Scope().Lookup("New"+name) == nil {
			continue
		}
		named, ok := object.Type().(*types.Named)
		if !ok {
			continue
		}
		methods := exportedMethods(named)
		if len(methods) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s  %s: {\n", comment("  ", w.docs[object]), name)
		fmt.Fprintf(&table, "  %s: [", name)
		for i, m := range methods {
			line, err := w.method(m)
			if err != nil {
				return "", fmt.Errorf("%s.%s: %w", name, m.Name(), err)
			}
			b.WriteString(line)
			if i > 0 {
				table.WriteString(", ")
			}
			fmt.Fprintf(&table, "'%s'", m.Name())
		}
		b.WriteString("  }\n")
		table.WriteString("],\n")
	}
	b.WriteString("}\n\n")
	table.WriteString("} as const\n")
	return b.String() + table.String(), nil
}

func exportedMethods(named *types.Named) []*types.Func {
	var out []*types.Func
	for m := range named.Methods() {
		if m.Exported() {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *types.Func) int { return strings.Compare(a.Name(), b.Name()) })
	return out
}

func (w *writer) method(m *types.Func) (string, error) {
	signature := m.Signature()
	var params []string
	for p := range signature.Params().Variables() {
		t, err := w.typeName(p.Type())
		if err != nil {
			return "", err
		}
		params = append(params, p.Name()+": "+t)
	}
	result := "void"
	results := signature.Results()
	switch {
	case results.Len() == 0 || results.At(results.Len()-1).Type().String() != "error":
		return "", fmt.Errorf("the last result must be an error")
	case results.Len() == 2:
		t, err := w.typeName(results.At(0).Type())
		if err != nil {
			return "", err
		}
		result = t
	case results.Len() > 2:
		return "", fmt.Errorf("more than one result beside the error")
	}
	return fmt.Sprintf("%s    %s(%s): Promise<%s>\n", comment("    ", w.docs[m]), m.Name(), strings.Join(params, ", "), result), nil
}

// events writes the table of events, the fields of wire.Events.
func (w *writer) events(p *packages.Package) (string, error) {
	object := p.Types.Scope().Lookup("Events")
	if object == nil {
		return "", fmt.Errorf("package wire has no Events")
	}
	fields := object.Type().Underlying().(*types.Struct)
	var b strings.Builder
	b.WriteString("/** What Go sends by itself: event name to payload. */\nexport interface Events {\n")
	for i := range fields.NumFields() {
		t, err := w.typeName(fields.Field(i).Type())
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "  %s: %s\n", reflect.StructTag(fields.Tag(i)).Get("event"), t)
	}
	b.WriteString("}\n\n")
	return b.String(), nil
}

func (w *writer) require(object types.Object) error {
	_, err := w.typeName(object.Type())
	return err
}

// typeName returns the TypeScript for a Go type and queues named ones.
func (w *writer) typeName(t types.Type) (string, error) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		name := tsName(t.Obj())
		if known, ok := w.names[name]; ok && known != t.Obj() {
			return "", fmt.Errorf("%s and %s would both be called %s", known, t.Obj(), name)
		} else if !ok {
			w.names[name] = t.Obj()
			w.queue = append(w.queue, t.Obj())
		}
		return name, nil
	case *types.Basic:
		switch {
		case t.Info()&types.IsString != 0:
			return "string", nil
		case t.Info()&types.IsBoolean != 0:
			return "boolean", nil
		case t.Info()&types.IsInteger != 0:
			return "number", nil
		}
	case *types.Slice:
		if basic, ok := t.Elem().(*types.Basic); ok && basic.Kind() == types.Byte {
			return "string", nil // base64
		}
		element, err := w.typeName(t.Elem())
		return element + "[]", err
	case *types.Map:
		if t.Key().String() == "string" && t.Elem().String() == "string" {
			return "Record<string, string>", nil
		}
	case *types.Pointer:
		return w.typeName(t.Elem())
	}
	return "", fmt.Errorf("%s may not cross to the page", t)
}

func tsName(object *types.TypeName) string {
	if object.Pkg().Path() == wirePath {
		return object.Name()
	}
	prefix := strings.ToUpper(object.Pkg().Name()[:1]) + object.Pkg().Name()[1:]
	if strings.HasPrefix(object.Name(), prefix) {
		return object.Name()
	}
	return prefix + object.Name()
}

// types writes every named type that was met, and those they hold.
func (w *writer) types() (string, error) {
	out := map[string]string{}
	for len(w.queue) > 0 {
		object := w.queue[0]
		w.queue = w.queue[1:]
		text, err := w.declaration(object)
		if err != nil {
			return "", fmt.Errorf("%s: %w", object, err)
		}
		out[tsName(object)] = text
	}
	var b strings.Builder
	names := make([]string, 0, len(out))
	for name := range out {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(out[name])
		b.WriteString("\n")
	}
	return b.String(), nil
}

func (w *writer) declaration(object *types.TypeName) (string, error) {
	head := comment("", w.docs[object])
	switch underlying := object.Type().Underlying().(type) {
	case *types.Struct:
		var b strings.Builder
		fmt.Fprintf(&b, "%sexport interface %s {\n", head, tsName(object))
		if err := w.fields(&b, underlying); err != nil {
			return "", err
		}
		b.WriteString("}\n")
		return b.String(), nil
	case *types.Basic:
		if underlying.Kind() == types.String {
			return fmt.Sprintf("%sexport type %s = %s\n", head, tsName(object), union(object)), nil
		}
	}
	return "", fmt.Errorf("only structs and named strings may cross to the page")
}

func (w *writer) fields(b *strings.Builder, s *types.Struct) error {
	for i := range s.NumFields() {
		field := s.Field(i)
		if field.Embedded() {
			if err := w.fields(b, field.Type().Underlying().(*types.Struct)); err != nil {
				return err
			}
			continue
		}
		name, options, _ := strings.Cut(reflect.StructTag(s.Tag(i)).Get("json"), ",")
		if name == "-" || !field.Exported() {
			continue
		}
		if name == "" {
			return fmt.Errorf("field %s has no json name", field.Name())
		}
		t, err := w.typeName(field.Type())
		if err != nil {
			return fmt.Errorf("field %s: %w", field.Name(), err)
		}
		mark := ""
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			mark = "?"
		} else if _, pointer := field.Type().(*types.Pointer); pointer {
			t += " | null"
		}
		fmt.Fprintf(b, "%s  %s%s: %s\n", comment("  ", w.docs[field]), name, mark, t)
	}
	return nil
}

// union lists the constants of a named string type, or is "string" when it has none.
func union(object *types.TypeName) string {
	scope := object.Pkg().Scope()
	var values []string
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if ok && types.Identical(c.Type(), object.Type()) {
			values = append(values, fmt.Sprintf("'%s'", constant.StringVal(c.Val())))
		}
	}
	if len(values) == 0 {
		return "string"
	}
	return strings.Join(values, " | ")
}

func comment(indent, doc string) string {
	doc = strings.TrimSpace(doc)
	if doc == "" {
		return ""
	}
	lines := strings.Split(doc, "\n")
	if len(lines) == 1 {
		return indent + "/** " + doc + " */\n"
	}
	return indent + "/**\n" + indent + " * " + strings.Join(lines, "\n"+indent+" * ") + "\n" + indent + " */\n"
}
