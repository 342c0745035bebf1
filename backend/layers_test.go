// Package backend_test holds the rules that concern all packages at once.
package backend_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/keel-ide/keel/"

// rows lists the layers from the top down. A package may import what stands in
// a lower row; packages of one row do not know each other.
func rows() [][]string {
	return [][]string{
		{"app", "app/helper"},
		{"app/cli"},
		{"app/bind"},
		{"app/folder", "app/instance", "app/updates", "app/notification", "app/webview", "app/webview/gate"},
		{"app/wire"},
		{"backend/agent", "backend/tool", "backend/reference", "backend/fetch/githubpage"},
		{"backend/provider/bedrock", "backend/provider/ollama", "backend/provider/openai", "backend/provider/practice", "backend/provider/replay", "backend/account/github", "backend/account/google", "backend/account/identitycenter", "backend/approval", "backend/trust", "backend/trust/editors", "backend/change", "backend/session", "backend/settings", "backend/extension"},
		{"backend/account", "backend/account/avatar", "backend/account/loopback", "backend/editors", "backend/price", "backend/provider/endpoint", "backend/approval/guard"},
		{"backend/provider", "backend/codemap"},
		{"backend/checkpoint/bench"},
		{"backend/workspace", "backend/crash", "backend/update", "backend/checkpoint", "backend/command", "backend/terminal", "backend/search", "backend/fetch", "backend/git", "backend/audit", "backend/gitcredential", "backend/secret", "backend/review"},
		{"backend/checkpoint/internal/meta", "backend/checkpoint/internal/scan"},
		{"backend/checkpoint/internal/pack"},
		{"backend/checkpoint/internal/fault", "backend/checkpoint/internal/node", "backend/checkpoint/internal/watch"},
		{"backend/atomicfile", "backend/diff", "backend/event", "backend/inotify", "backend/outbound", "backend/ignore", "backend/bug", "backend/redact", "backend/sandbox", "backend/shellenv", "backend/codemap/outline", "backend/webhost", "backend/pdf", "backend/jsonc", "backend/link", "backend/sample", "backend/data"},
	}
}

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	Deps       []string
	GoFiles    []string
}

func list(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps=false", "-json=ImportPath,Dir,Imports,Deps,GoFiles", "-tags", "desktop,production,webkit2_41", "./...")
	command.Dir = ".."
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// rowOf returns the row of a package; test helpers such as checkpointtest stand
// with the package they help to test, generators with what they generate.
func rowOf(path string) (int, bool) {
	for i, row := range rows() {
		if slices.Contains(row, path) {
			return i, true
		}
	}
	return 0, false
}

// helper tells whether a package exists for tests or for generating code only.
func helper(path string) bool {
	return strings.HasSuffix(path, "test") || strings.HasSuffix(path, "/gen") || strings.HasPrefix(path, "build/")
}

func TestDependenciesPointDown(t *testing.T) {
	for _, p := range list(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		if len(p.GoFiles) == 0 || from == strings.TrimSuffix(module, "/") || helper(from) {
			continue
		}
		row, ok := rowOf(from)
		if !ok {
			t.Errorf("%s stands in no row: add it to rows() where it belongs", from)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			if helper(to) {
				t.Errorf("%s imports %s, which is for tests or for generating only", from, to)
				continue
			}
			target, ok := rowOf(to)
			if ok && target <= row {
				t.Errorf("%s imports %s, which does not stand below it: declare a small interface where it is used and let app/folder pass the value", from, to)
			}
		}
	}
}

func TestBackendKnowsNoWindow(t *testing.T) {
	for _, p := range list(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		inBackend := strings.HasPrefix(from, "backend/")
		for _, dep := range p.Deps {
			if inBackend && (strings.HasPrefix(dep, "github.com/wailsapp/") || strings.HasPrefix(dep, module+"app")) {
				t.Errorf("%s depends on %s: the product must run without a window, one day in a process of its own", from, dep)
			}
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "github.com/wailsapp/") && from != "app" {
				t.Errorf("%s imports Wails: only package app does", from)
			}
		}
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	for _, p := range list(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		doc := packageDoc(t, p)
		name := strings.TrimPrefix(p.ImportPath, module)
		if len(strings.Fields(doc)) < 8 {
			t.Errorf("%s has no package comment that says what it is", name)
		}
		row, ok := rowOf(name)
		if ok && row >= 3 && !strings.Contains(doc, "# Promises") && len(strings.Fields(doc)) < 40 {
			t.Errorf("the comment of %s does not say what the package promises", name)
		}
	}
}

func packageDoc(t *testing.T, p listed) string {
	t.Helper()
	var docs []string
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		if text := file.Doc.Text(); text != "" {
			docs = append(docs, text)
		}
	}
	if len(docs) > 1 {
		t.Errorf("%s has %d package comments, want one", p.ImportPath, len(docs))
	}
	return strings.Join(docs, "\n")
}

// TestNoGlobalsAndNoInit keeps state in values that someone owns. Errors,
// compiled patterns, embedded files and tables written out in full are constants
// in all but name.
func TestNoGlobalsAndNoInit(t *testing.T) {
	for _, p := range list(t) {
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range file.Decls {
				if problem := stateful(file, declaration); problem != "" {
					t.Errorf("%s/%s: %s", strings.TrimPrefix(p.ImportPath, module), name, problem)
				}
			}
		}
	}
}

// linked tells whether a variable is one of those that the linker sets for main.
func linked(file *ast.File, value *ast.ValueSpec) bool {
	kind, ok := value.Type.(*ast.Ident)
	return file.Name.Name == "main" && ok && kind.Name == "string" && len(value.Values) == 0
}

func stateful(file *ast.File, declaration ast.Decl) string {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == "init" && d.Recv == nil {
			return "func init: let a constructor do it"
		}
	case *ast.GenDecl:
		if d.Tok != token.VAR {
			return ""
		}
		for _, spec := range d.Specs {
			value := spec.(*ast.ValueSpec)
			if value.Names[0].Name == "_" || embedded(d, value) || constant(value) || linked(file, value) {
				continue
			}
			return fmt.Sprintf("var %s: package-level state belongs into a value that someone owns", value.Names[0].Name)
		}
	}
	return ""
}

func embedded(d *ast.GenDecl, value *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{d.Doc, value.Doc} {
		if doc == nil {
			continue
		}
		for _, line := range doc.List {
			if strings.HasPrefix(line.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// constant tells whether every value is one that nobody means to change.
func constant(value *ast.ValueSpec) bool {
	if len(value.Values) == 0 {
		return false
	}
	for i, v := range value.Values {
		switch v := v.(type) {
		case *ast.CompositeLit:
		case *ast.SelectorExpr:
			if !strings.HasPrefix(value.Names[i].Name, "Err") {
				return false
			}
		case *ast.CallExpr:
			if !makesConstant(v) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// makesConstant tells whether a call gives an error, a compiled pattern, or the
// bytes of a text.
func makesConstant(call *ast.CallExpr) bool {
	if _, ok := call.Fun.(*ast.ArrayType); ok {
		return true
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch pkg.Name + "." + selector.Sel.Name {
	case "errors.New", "fmt.Errorf", "regexp.MustCompile":
		return true
	}
	return false
}

func TestGeneratedFilesAreFresh(t *testing.T) {
	command := exec.CommandContext(t.Context(), "go", "run", "./app/wire/gen", "-check")
	command.Dir = ".."
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}

// TestNoMachinePaths keeps the project free of what is true on one machine only.
func TestNoMachinePaths(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case "node_modules", ".git", "dist", "out", "bin", "testdata", ".task":
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".go", ".ts", ".svelte", ".md", ".yml", ".sh", ".json":
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, bad := range []string{"/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/", "registry." + "npmjs", "proxy.golang" + ".org"} {
			if strings.Contains(string(text), bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
