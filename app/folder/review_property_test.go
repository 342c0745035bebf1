package folder_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// numbered is a file whose lines are all different.
func numbered(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d\n", i)
	}
	return lines
}

// edited makes single lines, none next to another one, somebody's.
func edited(t *rapid.T, lines []string, who string, free func(i int) bool) []string {
	out := slices.Clone(lines)
	for i := range out {
		if free(i) && rapid.IntRange(0, 3).Draw(t, who) == 0 {
			out[i] = fmt.Sprintf("%s %d\n", who, i)
		}
	}
	return out
}

// inMemory has a test's folders where syncing costs nothing, if there is such a
// place: what is tested is not what survives a loss of power.
func inMemory(t *testing.T) {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "keel-test")
	if err != nil {
		return
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("TMPDIR", folder)
}

// Whatever the user decides, undoes and redoes about two turns of the agent, and
// edits meanwhile: no line of the user's is lost, and rejecting everything in the
// end, in whatever order, leaves the file as if only the user had been at it.
func TestNoLineOfTheUsersIsLost(t *testing.T) {
	const size = 31
	inMemory(t)
	rapid.Check(t, func(rt *rapid.T) {
		if rt.Failed() {
			return
		}
		first := numbered(size)
		one := edited(rt, first, "agent1", func(i int) bool { return i%6 == 0 })
		two := edited(rt, one, "agent2", func(i int) bool { return i%6 == 2 })
		one[0], two[0] = "agent1 0\n", "agent1 0\n" // each turn changes something
		two[2] = "agent2 2\n"
		d := newDesk(t, map[string]string{"a.txt": strings.Join(first, "")}, puts("a.txt", strings.Join(one, "")), puts("a.txt", strings.Join(two, "")))
		d.run()
		d.run()
		mine := map[int]string{}
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"reject", "accept", "unaccept", "edit", "undo", "redo"}), 1, 12).Draw(rt, "steps")
		for _, step := range steps {
			step1(rt, d, step, mine)
			for i, line := range mine {
				if now := d.lines1(); now[i] != line {
					rt.Fatalf("after %s, line %d of the user's is %q, want %q", step, i, now[i], line)
				}
			}
		}
		// By hunks, in any order, newest turn or oldest first.
		file := d.file("a.txt")
		for _, n := range rapid.Permutation(numbers(len(file.Hunks))).Draw(rt, "order") {
			h := file.Hunks[n]
			_, err := d.Review.Decide(t.Context(), wire.ReviewDecision{SessionID: d.id, TurnID: h.TurnID, Path: "a.txt", Hunks: []string{h.ID}, Decision: session.Rejected})
			d.must(err)
		}
		want := slices.Clone(first)
		for i, line := range mine {
			want[i] = line
		}
		d.holds("a.txt", strings.Join(want, ""))
		if state := d.state(); state.Files != 0 {
			rt.Errorf("still pending: %+v", state)
		}
		d.must(d.Close())
		d.open()
	})
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func (d *desk) lines1() []string {
	content, err := os.ReadFile(filepath.Join(d.root, "a.txt"))
	d.must(err)
	return strings.SplitAfter(string(content), "\n")
}

// step1 does something to a.txt; edits go to lines that the agent left alone, with
// others between.
func step1(rt *rapid.T, d *desk, step string, mine map[int]string) {
	switch step {
	case "edit":
		i := rapid.IntRange(0, 4).Draw(rt, "where")*6 + 4
		mine[i] = fmt.Sprintf("mine %d %d\n", i, len(mine))
		lines := d.lines1()
		lines[i] = mine[i]
		d.write("a.txt", strings.Join(lines, ""))
	case "undo", "redo":
		turn := d.Review.Undo
		if step == "redo" {
			turn = d.Review.Redo
		}
		_, _ = turn(d.Context(), d.id, nil) // there may be nothing
	default:
		decision := map[string]session.Decision{"reject": session.Rejected, "accept": session.Accepted, "unaccept": session.Undecided}[step]
		request := wire.ReviewDecision{SessionID: d.id, Path: "a.txt", Decision: decision}
		if hunks := d.file("a.txt").Hunks; len(hunks) > 0 && rapid.Bool().Draw(rt, "one hunk") {
			h := rapid.SampledFrom(hunks).Draw(rt, "hunk")
			request.TurnID, request.Hunks = h.TurnID, []string{h.ID}
		}
		_, err := d.Review.Decide(d.Context(), request)
		d.must(err)
	}
}
