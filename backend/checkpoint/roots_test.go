package checkpoint

import (
	"errors"
	"testing"
)

// TestRemembersNoTreeTooLong reads from checkpoints, so that the store remembers
// their trees, and wants what is removed after that to be gone, whichever store
// removes it.
func TestRemembersNoTreeTooLong(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"another process", "the same"} {
		start := func(t *testing.T) (p *pair, first, last string) {
			p = newPair(t)
			first = p.create(p.a).ID
			put(t, p.at("src/file-00.txt"), "second")
			last = p.create(p.a).ID
			for _, id := range []string{first, last} {
				for _, path := range []string{"secret/key.txt", "src/file-00.txt"} {
					if _, _, err := p.a.ReadFile(t.Context(), id, path); err != nil {
						t.Fatal(err)
					}
				}
			}
			if by == "the same" {
				p.b = p.a
			}
			return p, first, last
		}
		t.Run("purge by "+by, func(t *testing.T) {
			p, first, last := start(t)
			if _, err := p.b.Purge(t.Context(), "secret/key.txt"); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{first, last} {
				if content, _, err := p.a.ReadFile(t.Context(), id, "secret/key.txt"); !errors.Is(err, ErrNotCovered) {
					t.Errorf("read of what was purged: %q, %v; want ErrNotCovered", content, err)
				}
				if _, _, err := p.a.ReadFile(t.Context(), id, "src/file-01.txt"); err != nil {
					t.Errorf("read of what was not purged: %v", err)
				}
			}
		})
		t.Run("forget by "+by, func(t *testing.T) {
			p, first, last := start(t)
			if _, err := p.b.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.gone(first)
			p.gone(last)
		})
	}
	t.Run("prune", func(t *testing.T) {
		p := newPair(t)
		first := p.create(p.a).ID
		put(t, p.at("src/file-00.txt"), "second")
		_ = p.create(p.a)
		if _, _, err := p.a.ReadFile(t.Context(), first, "src/file-00.txt"); err != nil {
			t.Fatal(err)
		}
		if len(p.pruned()) == 0 {
			t.Fatal("nothing was removed")
		}
		p.gone(first)
	})
}
