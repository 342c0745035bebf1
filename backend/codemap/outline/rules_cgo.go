//go:build cgo

package outline

// rule is what a kind of node defines.
type rule struct {
	kind   string // of the symbol; empty for none
	name   string // the field with its name; empty for "name"
	needs  string // only a node with this field defines something
	depth  int    // only so deep in the tree; 0 everywhere
	closed bool   // nothing in it is looked at
}

// rulesOf returns the rules of a language by the names of its nodes, which its
// grammar's node-types.json lists.
func rulesOf(language string) map[string]rule {
	function := rule{kind: "function", closed: true}
	method := rule{kind: "method", closed: true}
	class, kind := rule{kind: "class"}, rule{kind: "type", closed: true}
	enum, module := rule{kind: "enum", closed: true}, rule{kind: "module"}
	with := func(r rule, name, needs string) rule { r.name, r.needs = name, needs; return r }
	scriptValue := rule{kind: "variable", depth: 3, closed: true}
	switch language {
	case "go":
		return map[string]rule{
			"function_declaration": function, "method_declaration": method,
			"type_spec": kind, "type_alias": kind,
			"const_spec": {kind: "constant", depth: 3, closed: true}, "var_spec": {kind: "variable", depth: 3, closed: true},
		}
	case "python":
		return map[string]rule{
			"class_definition": class, "function_definition": function,
			"assignment": {kind: "variable", name: "left", depth: 2, closed: true},
		}
	case "javascript", "typescript", "tsx":
		return map[string]rule{
			"function_declaration": function, "generator_function_declaration": function, "function_signature": function,
			"class_declaration": class, "abstract_class_declaration": class,
			"method_definition": method, "abstract_method_signature": method, "method_signature": method,
			"interface_declaration": {kind: "interface"}, "type_alias_declaration": kind, "enum_declaration": enum,
			"internal_module": module, "module": module, "variable_declarator": scriptValue,
			"field_definition": {kind: "property", name: "property", closed: true}, "public_field_definition": {kind: "property", closed: true},
			"arrow_function": {closed: true}, "function_expression": {closed: true},
		}
	case "java", "csharp":
		return map[string]rule{
			"class_declaration": class, "interface_declaration": {kind: "interface"}, "annotation_type_declaration": {kind: "interface"},
			"enum_declaration": enum, "record_declaration": class, "struct_declaration": {kind: "struct"},
			"method_declaration": method, "constructor_declaration": method, "property_declaration": {kind: "property", closed: true},
			"delegate_declaration": kind, "local_function_statement": function,
		}
	case "c", "cpp":
		return map[string]rule{
			"function_definition": with(function, "declarator", ""), "declaration": {closed: false},
			"function_declarator": {kind: "function", name: "declarator", depth: 4, closed: true},
			"struct_specifier":    {kind: "struct", needs: "body"}, "union_specifier": {kind: "struct", needs: "body"},
			"class_specifier": with(class, "", "body"), "enum_specifier": with(enum, "", "body"),
			"type_definition": with(kind, "declarator", ""), "alias_declaration": kind, "namespace_definition": module,
			"preproc_def": {kind: "macro", closed: true}, "preproc_function_def": {kind: "macro", closed: true},
			"concept_definition": kind,
		}
	case "rust":
		return map[string]rule{
			"function_item": function, "function_signature_item": function, "struct_item": {kind: "struct", closed: true},
			"union_item": {kind: "struct", closed: true}, "enum_item": enum, "trait_item": {kind: "interface"}, "mod_item": module,
			"const_item": {kind: "constant", closed: true}, "static_item": {kind: "variable", closed: true},
			"type_item": kind, "macro_definition": {kind: "macro", closed: true},
		}
	case "ruby":
		return map[string]rule{
			"class": class, "module": module, "method": method, "singleton_method": method,
		}
	case "php":
		return map[string]rule{
			"class_declaration": class, "interface_declaration": {kind: "interface"}, "trait_declaration": class,
			"enum_declaration": enum, "method_declaration": method, "function_definition": function,
		}
	case "bash":
		return map[string]rule{"function_definition": function}
	}
	return nil
}
