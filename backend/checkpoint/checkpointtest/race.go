//go:build unix

package checkpointtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// raceRows are about a workspace that does not hold still.
func raceRows() []row {
	return []row{
		{"R11 a path that vanishes at any moment", vanishing, everyones},
	}
}

// sealed is a content that shows whether it is whole.
func sealed(body string) string { return fmt.Sprintf("%x %s", sha256.Sum256([]byte(body)), body) }

func isSealed(content string) bool {
	_, body, ok := strings.Cut(content, " ")
	return ok && content == sealed(body)
}

// churn creates, replaces, renames and deletes at random until ctx ends. A file
// is always put in its place whole.
func churn(ctx context.Context, random *rand.Rand, root, aside string) {
	path := func() string {
		names := []string{"a", "b", "c", "d"}
		steps := []string{root}
		for range 1 + random.IntN(3) {
			steps = append(steps, names[random.IntN(len(names))])
		}
		return filepath.Join(steps...)
	}
	for n := 0; ctx.Err() == nil; n++ {
		switch target := path(); random.IntN(6) {
		case 0, 1:
			_ = os.WriteFile(aside, []byte(sealed(strings.Repeat(fmt.Sprint(n), random.IntN(3000)))), 0o644)
			_ = os.Rename(aside, target)
		case 2:
			_ = os.Mkdir(target, 0o755)
		case 3:
			_ = os.Rename(path(), target)
		case 4:
			_ = os.RemoveAll(target)
		case 5:
			_ = os.Symlink(sealed("link"), target)
		}
	}
}

func vanishing(d *desk) {
	d.inMemory()
	d.write("steady", sealed("steady"))
	d.reopen(checkpoint.Options{})
	ctx, stop := context.WithCancel(d.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		churn(ctx, rand.New(rand.NewPCG(1, 2)), d.root, d.root+"-aside")
	}()
	defer func() { stop(); <-ended }()
	const times = 200 // and as many files looked at
	last, files := "", 0
	for n := 0; n < times || files < times; n++ {
		made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{})
		if err != nil {
			d.Fatalf("a path that vanished ended the whole checkpoint: %v", err)
		}
		// A path may be unstable, but then it is named; the root never is.
		for _, problem := range made.Problems {
			if problem.Path == "steady" || problem.Path == "." {
				d.Fatalf("problem: %+v", problem)
			}
		}
		files += d.wantSealed(last, made.ID)
		last = made.ID
	}
	d.wantRead(last, "steady", sealed("steady"), nil)
}

// wantSealed reads what changed between two checkpoints and tells how many
// files that were.
func (d *desk) wantSealed(from, to string) int {
	d.Helper()
	if from == "" {
		return 0
	}
	changes, err := d.store.Diff(d.Context(), from, to)
	d.must(err)
	files := 0
	for _, c := range changes {
		if c.NewKind != checkpoint.KindFile && c.NewKind != checkpoint.KindSymlink {
			continue
		}
		content, _, err := d.store.ReadFile(d.Context(), to, c.Path)
		d.must(err)
		if !isSealed(string(content)) {
			d.Fatalf("%q holds what it never held: %.100q", c.Path, content)
		}
		files++
	}
	return files
}
