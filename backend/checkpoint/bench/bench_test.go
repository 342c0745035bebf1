package bench

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRun measures a tiny tree: every cell must be there, and Keel exact. How
// fast anything is does not matter here.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal(err)
	}
	// The user's git must not matter.
	t.Setenv("GIT_DIR", t.TempDir())
	t.Setenv("GIT_INDEX_FILE", "nonsense")
	dir := t.TempDir()
	var said []string
	report, err := Run(t.Context(), Options{Files: []int{200}, Git: true, Dir: dir, Rounds: 2, Settle: time.Millisecond, Progress: func(text string) { said = append(said, text) }})
	if err != nil {
		t.Fatal(err)
	}
	if failed := report.Failed(); len(failed) > 0 {
		t.Errorf("keel is not exact: %q", failed)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if len(said) == 0 || !strings.HasPrefix(said[0], "200 files: ") {
		t.Errorf("progress: %q", said)
	}
	if len(report.Corpora) != 1 || report.Corpora[0].Files != 200 || report.Corpora[0].Many != 20 || report.Git == "" {
		t.Fatalf("report: %+v", report)
	}
	all := []Name{Floor, Keel, KeelScan, Git, GitWriteTree}
	want := map[Operation][]Name{Memory: {Keel, KeelScan}}
	for _, operation := range operations() {
		if operation != Memory {
			want[operation] = all
		}
	}
	got := map[Operation][]Name{}
	for _, row := range report.Corpora[0].Rows {
		for _, cell := range row.Cells {
			got[row.Operation] = append(got[row.Operation], cell.Contender)
			samples := 2
			if row.Operation == Unchanged {
				samples *= unchangedTurns
			}
			if row.Unit == Milliseconds && (len(cell.Samples) != samples || slices.Min(cell.Samples) <= 0) {
				t.Errorf("%s by %s: samples %v", row.Operation, cell.Contender, cell.Samples)
			}
			if row.Operation == DiskMany && cell.Value <= 0 {
				t.Errorf("%s by %s: %v bytes", row.Operation, cell.Contender, cell.Value)
			}
		}
		if row.Operation != Undo && len(row.Goals) == 0 {
			t.Errorf("%s has no goal", row.Operation)
		}
		// Git loses the empty folders, and must be told on.
		for _, name := range []Name{Git, GitWriteTree} {
			if cell := row.cell(name); row.Operation == Restore && !strings.Contains(cell.Inexact, "gone") {
				t.Errorf("restore by %s: %+v", name, cell)
			}
		}
		if cell := row.cell(Floor); cell != nil && cell.Inexact != "" {
			t.Errorf("%s: the floor is not exact: %s", row.Operation, cell.Inexact)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("cells (-want +got):\n%s", d)
	}
}

func TestRunAlone(t *testing.T) {
	report, err := Run(t.Context(), Options{Files: []int{60}, Dir: t.TempDir(), Rounds: 1, Settle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range report.Corpora[0].Rows {
		if row.Operation == FirstCapture && len(row.Goals) != 0 {
			t.Errorf("a goal against git without git: %+v", row.Goals)
		}
	}
	if report.Git != "" {
		t.Errorf("git %q was not asked for", report.Git)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, o := range []Options{{Files: []int{49}}, {Files: []int{-1}}, {Files: []int{100}, Rounds: -1}} {
		o.Dir = t.TempDir()
		if _, err := Run(t.Context(), o); err == nil {
			t.Errorf("%+v was measured", o)
		}
	}
}

// TestCancel stops at every stage; nothing may stay behind.
func TestCancel(t *testing.T) {
	for _, stage := range []string{"making", "first capture", "nothing changed", "restore", "comparing"} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		stopped := false
		_, err := Run(ctx, Options{Files: []int{60}, Dir: dir, Rounds: 1, Settle: time.Millisecond, Progress: func(text string) {
			if strings.Contains(text, stage) {
				stopped = true
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || !stopped {
			t.Errorf("%s: %v", stage, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s left behind: %v, %v", stage, left, err)
		}
		cancel()
	}
}
