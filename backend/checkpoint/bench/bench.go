// Package bench measures checkpoints against the raw cost of the same work, and
// against what git needs for it.
//
// It makes source trees that look like real ones, gives every contender one of
// its own, and runs each operation for all contenders in turn, round after
// round, so that whatever else the machine does hits all of them alike. The
// floor is a contender as well: the least that any program must do for the same
// result, such as asking for every file's state once, or writing the changed
// files durably.
//
// # Promises
//
// Time is taken around the operation alone. Before it, everything that earlier
// operations wrote is brought to the disk, and files have become older than any
// clock is coarse, so that nobody pays for another's writes and nobody must
// reread files because they are too new. Nothing is dropped from the system's
// caches.
//
// After each restore a walker of the bench's own, which shares no code with any
// contender, compares the whole tree with what it was: bytes, modes, links and
// empty folders. A restore that is not exact is a failure and reported as one,
// with its time beside it for information; the tree is repaired before the next
// operation.
//
// The bench knows a store only by its exported methods. The corpora depend on
// their size alone. What it wrote is removed at the end, also when it is
// cancelled, and git sees neither the user's configuration nor the user's
// repositories.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Options says what to measure. The zero value measures Keel alone, with 1,000,
// 10,000 and 100,000 files.
type Options struct {
	Files  []int  // sizes of the trees
	Git    bool   // measure git as well
	Dir    string // a folder on the disk to measure; os.TempDir when empty
	Rounds int    // 5 when 0; the median is reported

	// Settle is how old files must be before they are looked at: 2.1 s when 0,
	// the coarsest clock of any usual file system and a little.
	Settle time.Duration

	Progress func(text string) // may be nil
}

func (o Options) withDefaults() Options {
	if len(o.Files) == 0 {
		o.Files = []int{1_000, 10_000, 100_000}
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.Settle == 0 {
		o.Settle = 2100 * time.Millisecond
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}

// Fewest is the size of the smallest tree that has something of everything.
const Fewest = 50

// Run measures. It takes minutes, and room for six copies of the largest tree.
func Run(ctx context.Context, o Options) (report Report, err error) {
	o = o.withDefaults()
	for _, files := range o.Files {
		if files < Fewest {
			return Report{}, fmt.Errorf("measuring with %d files: at least %d are needed", files, Fewest)
		}
	}
	if o.Rounds < 0 {
		return Report{}, fmt.Errorf("measuring %d rounds: at least one is needed", o.Rounds)
	}
	report = Report{System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Rounds: o.Rounds}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return Report{}, fmt.Errorf("resolving %q: %w", o.Dir, err)
	}
	top, err := os.MkdirTemp(dir, "keel-bench-*")
	if err != nil {
		return Report{}, fmt.Errorf("making a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(top)) }()
	if o.Git {
		if report.Git, err = gitVersion(ctx, top); err != nil {
			return Report{}, err
		}
	}
	for _, files := range o.Files {
		measured, err := measure(ctx, o, filepath.Join(top, fmt.Sprint(files)), files)
		if err != nil {
			return Report{}, err
		}
		report.Corpora = append(report.Corpora, measured)
	}
	return report, nil
}
