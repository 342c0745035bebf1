package practice

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// commonJS is JavaScript whose functions are exported by an assignment, which
// is left to the user.
const commonJS = "commonjs"

// splitNames matches what stands between names.
var splitNames = regexp.MustCompile(`,? and |, ?|\(\)`)

// nameList takes "Min, Max and Sum" apart.
func nameList(names string) []string {
	var list []string
	for _, name := range splitNames.Split(names, -1) {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// addFunctions adds functions to a file, in the language of its name.
func addFunctions(names, file string, withTests bool) task {
	return func(p *play) bool {
		all := nameList(names)
		lang := languageOf(file)
		if lang == "" {
			p.say("I can add functions to Go, JavaScript, TypeScript and Python files only, and `%s` is none of these, so I did nothing.", file)
			return false
		}
		p.say("I'll read `%s`, then add %s.", file, strings.Join(inCode(all), " and "))
		code, ok := p.read(file)
		if !ok {
			return false
		}
		if lang == "js" && strings.Contains(code.text(), "module.exports") {
			lang = commonJS
		}
		if code, ok = p.withFunctions(code, lang, all); !ok {
			return false
		}
		switch {
		case !withTests:
			return true
		case lang != "go":
			p.say("I write tests for Go only, so there is none yet.")
			return true
		}
		return p.goTests(code, all)
	}
}

// withFunctions adds what the file does not have yet and returns its new text.
func (p *play) withFunctions(file source, lang string, names []string) (after source, ok bool) {
	number := numberType(file.text())
	var pieces, added []string
	for _, name := range names {
		if declares(file.text(), name) {
			p.say("`%s` has a function `%s` already; I left it as it is.", file.path, name)
			continue
		}
		pieces, added = append(pieces, functionCode(lang, name, number)), append(added, name)
	}
	if len(pieces) == 0 {
		return file, true
	}
	addition := strings.Join(pieces, "\n\n")
	after = source{path: file.path, lines: append(append(file.lines, ""), strings.Split(addition, "\n")...)}
	if file.missing {
		head, ok := p.beginning(file.path)
		if !ok {
			return after, false
		}
		after.lines = strings.Split(head+"\n"+addition, "\n")
		_, ok = p.must("write_file", argument{"path", file.path}, argument{"content", strings.TrimLeft(head+"\n"+addition, "\n") + "\n"})
		if !ok {
			return after, false
		}
	} else if !p.extend(file, "\n"+addition) {
		return after, false
	}
	p.say("Added %s to `%s`.", strings.Join(inCode(added), " and "), file.path)
	for _, name := range added {
		if _, known := knownFunction(name); !known {
			p.say("I do not know a function called `%s`, so its body is a stub for you, or a real model, to write.", name)
		}
	}
	return after, true
}

// addTests adds tests for functions that a file has.
func addTests(names, file string) task {
	return func(p *play) bool {
		if languageOf(file) != "go" {
			p.say("I write tests for Go only, so I did nothing.")
			return false
		}
		p.say("I'll read `%s`, then add the test.", file)
		code, ok := p.read(file)
		if !ok {
			return false
		}
		for _, name := range nameList(names) {
			if !declares(code.text(), name) {
				p.say("`%s` has no function `%s`, so I stopped.", file, name)
				return false
			}
			if k, known := knownFunction(name); !known || !k.fits(code.text(), name) {
				p.say("I do not know what `%s` is to do in this form, so I cannot write its test.", name)
				return false
			}
		}
		return p.goTests(code, nameList(names))
	}
}

// goTests adds tests for functions of a Go file to the test file beside it.
func (p *play) goTests(code source, names []string) bool {
	folder := path.Dir(code.path)
	beside := strings.TrimSuffix(path.Base(code.path), ".go") + "_test.go"
	entries, ok := p.list(folder)
	if !ok {
		return false
	}
	tests := source{path: path.Join(folder, beside), missing: true}
	for _, entry := range entries {
		if entry == beside {
			if tests, ok = p.read(tests.path); !ok {
				return false
			}
		}
	}
	pkg := packageName(code.text())
	if !tests.missing && !usable(tests, pkg) {
		// Tests of another package, or without the import: leave them alone.
		p.say("`%s` cannot simply be extended, so the test gets a file of its own.", tests.path)
		tests = source{path: path.Join(folder, strings.TrimSuffix(beside, "_test.go")+"_"+strings.ToLower(names[0])+"_test.go"), missing: true}
	}
	return p.addGoTests(code, tests, pkg, names)
}

// usable reports whether tests of package pkg can be added at a file's end.
func usable(tests source, pkg string) bool {
	return packageName(tests.text()) == pkg && strings.Contains(tests.text(), `"testing"`)
}

func (p *play) addGoTests(code, tests source, pkg string, names []string) bool {
	number := numberType(code.text())
	var pieces, added []string
	for _, name := range names {
		if declares(tests.text(), "Test"+exported(name)) {
			p.say("`%s` has a test for `%s` already; I left it as it is.", tests.path, name)
			continue
		}
		pieces, added = append(pieces, goTest(name, number)), append(added, name)
	}
	if len(pieces) == 0 {
		return true
	}
	addition := strings.Join(pieces, "\n\n")
	if tests.missing {
		content := fmt.Sprintf("package %s\n\nimport \"testing\"\n\n%s\n", pkg, addition)
		if _, ok := p.must("write_file", argument{"path", tests.path}, argument{"content", content}); !ok {
			return false
		}
	} else if !p.extend(tests, "\n"+addition) {
		return false
	}
	p.say("Added a test for %s to `%s`.", strings.Join(inCode(added), " and "), tests.path)
	return true
}

// packageOf is the Go package that a new file belongs to: that of the other
// files in its folder, else one named after the file.
func (p *play) packageOf(name string) (pkg string, ok bool) {
	if path.Dir(name) == "." {
		names, ok := p.list(".")
		if !ok {
			return "", false
		}
		for _, other := range names {
			if strings.HasSuffix(other, ".go") && !strings.HasSuffix(other, "_test.go") && other != name {
				file, ok := p.read(other)
				return packageName(file.text()), ok
			}
		}
	}
	base := path.Base(path.Dir(name))
	if base == "." {
		base = strings.TrimSuffix(name, "_test.go")
		base = strings.TrimSuffix(base, ".go")
	}
	return identifier(base), true
}

// packageClause matches a Go file's package.
var packageClause = regexp.MustCompile(`(?m)^package\s+(\w+)`)

func packageName(code string) string {
	if m := packageClause.FindStringSubmatch(code); m != nil {
		return m[1]
	}
	return "main"
}

// identifier makes a package's name from a folder's or a file's.
func identifier(name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
	if clean == "" || unicode.IsDigit(rune(clean[0])) {
		return "main"
	}
	return clean
}

// declares reports whether code declares a function of this name.
func declares(code, name string) bool {
	return regexp.MustCompile(`(?m)^\s*(?:export )?(?:async )?(?:func|function|def)\s+` + regexp.QuoteMeta(name) + `\s*[(\[]`).MatchString(code)
}

// numberType is the kind of number that a Go file's functions take.
func numberType(code string) string {
	floats := len(regexp.MustCompile(`\bfloat64\b`).FindAllString(code, -1))
	ints := len(regexp.MustCompile(`\bint\b`).FindAllString(code, -1))
	if floats > ints {
		return "float64"
	}
	return "int"
}

func languageOf(file string) string {
	return map[string]string{
		".go": "go", ".js": "js", ".mjs": "js", ".cjs": "js", ".jsx": "js", ".ts": "ts", ".tsx": "ts", ".py": "py",
	}[strings.ToLower(path.Ext(file))]
}

// exported is a name with a capital first letter.
func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

func inCode(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = "`" + name + "`"
	}
	return list
}
