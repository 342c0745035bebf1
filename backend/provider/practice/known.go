package practice

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// numberMark stands, in the texts below, for the type of number that the file
// uses.
const numberMark = "NUMBER"

// known is a function that the practice model can write.
type known struct {
	names      []string // in lower case, without underscores
	parameters string   // Go: "numbers []NUMBER"
	result     string   // Go
	does       string   // "returns the sum of numbers, 0 for none"
	body       string   // Go, indented
	cases      []string // Go: the name of the case, the arguments, the result
	script     string   // JavaScript's parameters and body, separated by "=>"; empty: only a stub
	python     string   // Python's parameters and body, separated by "=>"
}

// fits reports whether code declares the function with the parameters known
// here, so that the known cases are its cases too.
func (k known) fits(code, name string) bool {
	signature := regexp.QuoteMeta("func " + name + "(" + typed(k.parameters, numberType(code)) + ") ")
	return regexp.MustCompile(`(?m)^` + signature).MatchString(code)
}

// knownFunction finds a function by its name, in any spelling.
func knownFunction(name string) (known, bool) {
	plain := strings.ToLower(strings.ReplaceAll(name, "_", ""))
	for _, k := range knownFunctions() {
		if slices.Contains(k.names, plain) {
			return k, true
		}
	}
	return known{}, false
}

// functionCode writes a function, without a newline at its end.
func functionCode(lang, name, number string) string {
	k, ok := knownFunction(name)
	switch {
	case lang == "go" && ok:
		code := fmt.Sprintf("// %s %s.\nfunc %s(%s) %s {\n%s\n}", name, k.does, name, k.parameters, k.result, k.body)
		return typed(code, number)
	case lang == "go":
		return fmt.Sprintf("// %s is a stub: the practice model does not know what it is to do.\nfunc %s() {\n\t// TODO: write %s.\n}", name, name, name)
	case lang == "py" && ok && k.python != "":
		parameters, body, _ := strings.Cut(k.python, " => ")
		return fmt.Sprintf("\ndef %s(%s):\n    \"\"\"%s.\"\"\"\n    %s", name, parameters, sentence(k.does), body)
	case lang == "py":
		return fmt.Sprintf("\ndef %s():\n    \"\"\"A stub: the practice model does not know what it is to do.\"\"\"\n    raise NotImplementedError(\"%s\")", name, name)
	case ok && k.script != "":
		parameters, body, _ := strings.Cut(k.script, " => ")
		if lang == "ts" {
			parameters, body = typeScript(k, parameters, body)
		}
		return fmt.Sprintf("/** %s. */\n%sfunction %s(%s {\n  %s\n}", sentence(k.does), export(lang), name, closed(parameters), body)
	}
	return fmt.Sprintf("/** A stub: the practice model does not know what it is to do. */\n%sfunction %s() {\n  throw new Error(\"%s is not written yet\");\n}", export(lang), name, name)
}

// export is what a function of a module begins with.
func export(lang string) string {
	if lang == commonJS {
		return ""
	}
	return "export "
}

// closed ends a parameter list that has no result type.
func closed(parameters string) string {
	if strings.Contains(parameters, ")") {
		return parameters
	}
	return parameters + ")"
}

// typeScript adds types to the parameters of a JavaScript function.
func typeScript(k known, parameters, body string) (string, string) {
	types := map[string]string{"numbers": "number[]", "text": "string", "n": "number"}
	result := map[string]string{numberMark: "number", "int": "number", "uint64": "number", "float64": "number", "string": "string", "bool": "boolean"}[k.result]
	return fmt.Sprintf("%s: %s): %s", parameters, types[parameters], result), body
}

// sentence makes a sentence of what a function does.
func sentence(does string) string {
	return strings.ToUpper(does[:1]) + does[1:]
}

// goTest writes a table test, without a newline at its end.
func goTest(name, number string) string {
	k, ok := knownFunction(name)
	if !ok {
		return fmt.Sprintf("func Test%s(t *testing.T) {\n\t// A stub: it only shows that %s can be called.\n\t%s()\n}", exported(name), name, name)
	}
	var fields, arguments, verbs []string
	for _, parameter := range parameterNames(k.parameters) {
		fields = append(fields, fmt.Sprintf("\t\t%s %s", parameter[0], parameter[1]))
		arguments = append(arguments, "test."+parameter[0])
		verbs = append(verbs, verb(parameter[1]))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "func Test%s(t *testing.T) {\n\ttests := []struct {\n\t\tname string\n%s\n\t\twant %s\n\t}{\n", exported(name), strings.Join(fields, "\n"), k.result)
	for _, row := range k.cases {
		fmt.Fprintf(&b, "\t\t{%s},\n", row)
	}
	call := fmt.Sprintf("%s(%s)", name, strings.Join(arguments, ", "))
	fmt.Fprintf(&b, "\t}\n\tfor _, test := range tests {\n\t\tt.Run(test.name, func(t *testing.T) {\n\t\t\tif got := %s; got != test.want {\n", call)
	fmt.Fprintf(&b, "\t\t\t\tt.Errorf(\"%s(%s) = %s, want %s\", %s, got, test.want)\n", name, strings.Join(verbs, ", "), verb(k.result), verb(k.result), strings.Join(arguments, ", "))
	b.WriteString("\t\t\t}\n\t\t})\n\t}\n}")
	return typed(aligned(b.String()), number)
}

// parameterNames takes "a, b NUMBER" apart into names and types.
func parameterNames(parameters string) [][2]string {
	var list [][2]string
	kind := ""
	parts := strings.Split(parameters, ", ")
	for _, part := range slices.Backward(parts) {
		name, own, has := strings.Cut(part, " ")
		if has {
			kind = own
		}
		list = append(list, [2]string{name, kind})
	}
	slices.Reverse(list)
	return list
}

func verb(kind string) string {
	if kind == "string" {
		return "%q"
	}
	return "%v"
}

// aligned lines up the fields of the test's struct, as gofmt does.
func aligned(code string) string {
	head, rest, _ := strings.Cut(code, "struct {\n")
	fields, tail, _ := strings.Cut(rest, "\n\t}{")
	lines := strings.Split(fields, "\n")
	widest := 0
	for _, line := range lines {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		widest = max(widest, len(name))
	}
	for i, line := range lines {
		name, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
		lines[i] = fmt.Sprintf("\t\t%-*s %s", widest, name, kind)
	}
	return head + "struct {\n" + strings.Join(lines, "\n") + "\n\t}{" + tail
}

// typed puts a type of number in the place of the mark.
func typed(code, number string) string {
	return strings.ReplaceAll(code, numberMark, number)
}
