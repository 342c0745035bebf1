package ignore

import "testing"

const typical = `# dependencies
node_modules/
/vendor
.pnp
.pnp.js
bower_components

# built
/dist
/build/
out/
target/
*.o
*.a
*.so
*.exe
*.dll
*.dylib
*.class
*.pyc
*.py[cod]
__pycache__/
*.egg-info/
.eggs
.next
.nuxt
.cache/
**/generated/*.pb.go
/docs/_build/**

# local
.env
.env.*
!.env.example
.venv/
venv
*.log
npm-debug.log*
yarn-error.log*
*.swp
*~
.DS_Store
Thumbs.db
.idea/
.vscode/*
!.vscode/settings.json
coverage/
*.tmp
/config/local.json
`

func paths() []string {
	return []string{
		"main.go", "README.md", "backend/ignore/rules.go", "frontend/src/features/session/SessionView.svelte",
		"frontend/node_modules", ".env.example", ".vscode/launch.json", "api/generated/session.pb.go", "server.log", "a/b/c/d/e/f/g/h.test.ts",
	}
}

func typicalRules() *Rules {
	return (*Rules)(nil).Enter(".", []byte(typical))
}

// One operation is one path.
func BenchmarkMatch(b *testing.B) {
	r, paths := typicalRules(), paths()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Match(paths[i%len(paths)], i%2 == 0)
	}
}

func BenchmarkEnter(b *testing.B) {
	text := []byte(typical)
	b.ReportAllocs()
	for b.Loop() {
		(*Rules)(nil).Enter("a", text)
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	r, paths := typicalRules().Enter("frontend", []byte("a*b\n!src/**/*View.svelte\n")), paths()
	if got := testing.AllocsPerRun(100, func() {
		for _, path := range paths {
			r.Match(path, true)
		}
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
