package outline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMain has this binary be the parser that its tests start.
func TestMain(m *testing.M) {
	if Is(os.Args[1:]) {
		os.Exit(Serve(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func reader(t testing.TB) *Reader {
	t.Helper()
	if !Available {
		t.Skip("this build has no parser")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader([]string{program, Argument})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestLanguages(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a.go", "package a\n\nimport \"fmt\"\n\ntype T struct {\n\tA int\n}\n\ntype I interface{ M() }\n\ntype X = int\n\nfunc (t *T) F(\n\ta int,\n) error {\n\tvar inner int\n\treturn nil\n}\n\nfunc G[K any]() {}\n\nconst (\n\tC = 1\n\tD\n)\n\nvar V = func() { var deep int }\n",
			[]string{"struct T 5-7 T struct", "interface I 9-9 I interface{ M() }", "type X 11-11 X = int", "method F 13-18 func (t *T) F( a int, ) error", "function G 20-20 func G[K any]()", "constant C 23-23 C = 1", "constant D 24-24 D", "variable V 27-27 V = func() { var deep int }"}},
		{"a.py", "class A(B):\n  x = 1\n  def f(self):\n    def inner(): pass\nasync def g(): pass\nV = 3\nif V:\n  def h(): pass\n",
			[]string{"class A 1-4 class A(B)", "function f 3-4 def f(self)", "function g 5-5 async def g()", "variable V 6-6 V = 3", "function h 8-8 def h()"}},
		{"a.js", "export default class A { f(a) {} x = () => 1 }\nexport const h = async (a) => { const inner = 1 }\nfunction* k() {}\nconst { a, b } = q\n",
			[]string{"class A 1-1 class A", "method f 1-1 f(a)", "property x 1-1 x = () => 1", "variable h 2-2 h = async (a) => { const inner = 1 }", "function k 3-3 function* k()"}},
		{"a.ts", "export abstract class A<T> { abstract f(a: T): void; g(): void {} }\nexport interface I { m(a: string): void }\ntype T = string\nenum E { A }\nnamespace N { export function r() {} }\n",
			[]string{"class A 1-1 abstract class A<T>", "method f 1-1 abstract f(a: T): void", "method g 1-1 g(): void", "interface I 2-2 interface I", "method m 2-2 m(a: string): void", "type T 3-3 type T = string", "enum E 4-4 enum E", "module N 5-5 namespace N", "function r 5-5 function r()"}},
		{"a.tsx", "export function App() { return <b>hi</b> }\n", []string{"function App 1-1 function App()"}},
		{"a.svelte", "<h1>function no() {}</h1>\n<script lang=\"ts\">\n  function yes(a: number) {}\n</script>\n", []string{"function yes 3-3 function yes(a: number)"}},
		{"A.java", "public class A {\n  public A() {}\n  @Override\n  public void f(int a) {}\n  enum E {X}\n  interface I { void m(); }\n}\n",
			[]string{"class A 1-7 public class A", "method A 2-2 public A()", "method f 3-4 @Override public void f(int a)", "enum E 5-5 enum E", "interface I 6-6 interface I", "method m 6-6 void m();"}},
		{"a.c", "#define M(a) a\n#define N 1\nstruct s { int a; };\ntypedef struct t { int b; } t_t;\nenum e { A };\nint f(int a);\nstatic char *g(void) { int inner(int); return 0; }\nstruct s *use;\n",
			[]string{"macro M 1-2 #define M(a) a", "macro N 2-3 #define N 1", "struct s 3-3 struct s", "type t_t 4-4 typedef struct t { int b; } t_t;", "enum e 5-5 enum e", "function f 6-6 f(int a)", "function g 7-7 static char *g(void)"}},
		{"a.hpp", "namespace n { class C : public D { public: void f() const; int g() { return 1; } }; template<class T> T h(T a) { return a; } }\nvoid n::C::f() const {}\n",
			[]string{"module n 1-1 namespace n", "class C 1-1 class C : public D", "function g 1-1 int g()", "function h 1-1 T h(T a)", "function f 2-2 void n::C::f() const"}},
		{"a.cs", "namespace N { public class C { public int P { get; set; } public void F(int a) {} struct S {} } }\n",
			[]string{"class C 1-1 public class C", "property P 1-1 public int P { get; set; }", "method F 1-1 public void F(int a)", "struct S 1-1 struct S"}},
		{"a.rs", "pub struct S { a: u8 }\nimpl S { pub fn f(&self) -> u8 { 1 } }\ntrait T { fn g(&self) -> u8; }\nmod m { fn h() {} }\nconst C: u8 = 1;\n",
			[]string{"struct S 1-1 pub struct S", "function f 2-2 pub fn f(&self) -> u8", "interface T 3-3 trait T", "function g 3-3 fn g(&self) -> u8;", "module m 4-4 mod m", "function h 4-4 fn h()", "constant C 5-5 const C: u8 = 1;"}},
		{"a.rb", "module M\n class A < B\n  def f(a)\n  end\n  def self.g\n  end\n end\nend\n",
			[]string{"module M 1-8 module M", "class A 2-7 class A < B", "method f 3-4 def f(a)", "method g 5-6 def self.g"}},
		{"a.php", "<?php class A { public function f($a) {} } interface I {} trait T {} function g() {}",
			[]string{"class A 1-1 class A", "method f 1-1 public function f($a)", "interface I 1-1 interface I", "class T 1-1 trait T", "function g 1-1 function g()"}},
		{"a.sh", "f() { :; }\nfunction g { :; }\n", []string{"function f 1-1 f()", "function g 2-2 function g"}},
		{"empty.go", "", nil},
		{"broken.go", "package a\nfunc Good() {}\nfunc ( {\n", []string{"function Good 2-2 func Good()"}},
	}
	r := reader(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, err := r.Read(t.Context(), Language(test.name), Text(test.name, []byte(test.text)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range found {
				got = append(got, fmt.Sprintf("%s %s %d-%d %s", s.Kind, s.Name, s.From, s.To, s.Signature))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHostileTexts gives every grammar what no person writes: each is parsed or
// refused, and the reader goes on.
func TestHostileTexts(t *testing.T) {
	random := make([]byte, 200_000)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(random)
	texts := map[string][]byte{
		"deep brackets":  bytes.Repeat([]byte("("), 40_000),
		"deep braces":    bytes.Repeat([]byte("{["), 20_000),
		"deep functions": bytes.Repeat([]byte("function f() { class A { "), 2_000),
		"one line":       bytes.Repeat([]byte("x = 1; "), 10_000),
		"one word":       bytes.Repeat([]byte("a"), MostBytes),
		"open string":    append([]byte(`x = "`), bytes.Repeat([]byte(`\"`), 30_000)...),
		"heredocs":       []byte(strings.Repeat("cat <<A <<B\n", 500)),
		"binary":         random[:20_000],
		"zeros":          make([]byte, 10_000),
		"invalid UTF-8":  bytes.Repeat([]byte("func \xff\xfe() {}\n"), 1000),
		"invisible":      []byte("func A\u202e\u200b() {}\nfunction \u2066B() {}\n"),
	}
	r := reader(t)
	for _, language := range []string{"bash", "c", "cpp", "csharp", "go", "java", "javascript", "php", "python", "ruby", "rust", "tsx", "typescript"} {
		for name, text := range texts {
			found, err := r.Read(t.Context(), language, text)
			if err != nil && !errors.Is(err, ErrUnreadable) {
				t.Fatalf("%s, %s: %v", language, name, err)
			}
			for _, s := range found {
				if strings.ContainsAny(s.Name+s.Signature, "\n\x00\u202e\u200b\u2066") || !strings.EqualFold(strings.ToValidUTF8(s.Signature, "?"), s.Signature) {
					t.Errorf("%s, %s: %+v", language, name, s)
				}
			}
		}
	}
	for language, text := range map[string][]byte{
		"go":         bytes.Repeat([]byte("("), MostBytes),
		"typescript": append(bytes.Repeat([]byte("x = 1; "), MostBytes/7), "y"...),
		"python":     random,
	} {
		if _, err := r.Read(t.Context(), language, text); err != nil && !errors.Is(err, ErrUnreadable) {
			t.Fatalf("%s at its largest: %v", language, err)
		}
		found, err := r.Read(t.Context(), "go", []byte("package a\nfunc Still() {}\n"))
		if err != nil || len(found) != 1 {
			t.Errorf("after %s: %v %v", language, found, err)
		}
	}
}

// TestCrash kills the parser while it works: only that text goes without.
func TestCrash(t *testing.T) {
	r := reader(t)
	good := []byte("package a\nfunc F() {}\n")
	if _, err := r.Read(t.Context(), "go", good); err != nil {
		t.Fatal(err)
	}
	first := r.process.command.Process
	long := bytes.Repeat([]byte("func f() { a.b(c) }\n"), MostBytes/20)
	killed := make(chan error)
	go func() { killed <- first.Kill() }()
	if _, err := r.Read(t.Context(), "go", long); !errors.Is(err, ErrUnreadable) {
		t.Errorf("a killed parser: %v", err)
	}
	if err := <-killed; err != nil {
		t.Fatal(err)
	}
	found, err := r.Read(t.Context(), "go", good)
	if err != nil || len(found) != 1 {
		t.Errorf("afterwards: %v %v", found, err)
	}
	if r.process.command.Process.Pid == first.Pid {
		t.Error("it is the same process")
	}
}

func TestCancel(t *testing.T) {
	r := reader(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, "go", []byte("package a")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := r.Read(t.Context(), "go", []byte("package a")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestLies answers as a parser would that a file has taken over.
func TestLies(t *testing.T) {
	long := strings.Repeat("ü", 400)
	got := checked([]Symbol{
		{Name: "A\n\x1b[31m\u202eB", Kind: "function", From: 1, To: 2, Signature: "func\tA"},
		{Name: "", From: 1, To: 1}, {Name: "x", From: 0, To: 1}, {Name: "x", From: 3, To: 2}, {Name: "x", From: 1, To: 99},
		{Name: long, From: 1, To: 1},
	}, 10)
	if len(got) != 2 || got[0].Name != "A [31mB" || got[0].Signature != "func A" || len(got[1].Name) > mostName+2 {
		t.Errorf("%+v", got)
	}
	if _, err := readFrame(strings.NewReader("\xff\xff\xff\xffx"), mostAnswer); err == nil {
		t.Error("a frame of 4 GB is taken")
	}
}

func TestNoProgram(t *testing.T) {
	reader(t)
	if _, err := NewReader([]string{t.TempDir() + "/none", Argument}).Read(t.Context(), "go", nil); err == nil || errors.Is(err, ErrUnreadable) {
		t.Errorf("no program: %v", err)
	}
	if _, err := NewReader([]string{"true"}).Read(t.Context(), "go", nil); err == nil || errors.Is(err, ErrUnreadable) {
		t.Errorf("another program: %v", err)
	}
	if _, err := NewReader(nil).Read(t.Context(), "go", nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no command: %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile("outline_test.go")
	if err != nil {
		b.Fatal(err)
	}
	r := reader(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := r.Read(b.Context(), "go", text); err != nil {
			b.Fatal(err)
		}
	}
}
