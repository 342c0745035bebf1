package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/search"
)

// BenchmarkFind types into an open picker over 100,000 files.
func BenchmarkFind(b *testing.B) {
	root := b.TempDir()
	for folder := range 1000 {
		dir := filepath.Join(root, fmt.Sprintf("packages/group%02d/package%03d", folder%40, folder))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for file := range 100 {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("component_%d_service.go", file)), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	here, err := os.Getwd()
	if err != nil {
		b.Fatal(err)
	}
	ripgrep, err := search.Locate(here)
	if err != nil {
		b.Fatal(err)
	}
	engine := search.New(ripgrep)
	defer engine.Close()
	r := &References{root: root, engine: func() (*search.Engine, error) { return engine, nil }, looks: map[string]*looking{}}
	for _, text := range []string{"", "c", "comp", "package517", "pkgservice9", "nothing_like_it"} {
		b.Run("text="+text, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Find(b.Context(), wire.ReferenceQuery{Text: text, Max: 50, CacheKey: "picker"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
