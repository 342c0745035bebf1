//go:build unix

package checkpointtest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Contender is a store to compare.
type Contender struct {
	Name string
	Open Opener
}

// Comparison is which rows of the suite each contender passes.
type Comparison struct {
	Names []string // of the contenders
	Rows  []Line
}

// Line is one row's outcomes, as many as there are contenders. Why holds the
// first words of each failure.
type Line struct {
	Row    string
	Passed []bool
	Why    []string
}

// SideBySide runs the rows that make sense for any kind of store against each
// contender, failing nothing: all of them, or one of every so many. Rows that
// cannot run on this machine are left out.
func SideBySide(t testing.TB, every int, contenders ...Contender) Comparison {
	t.Helper()
	var c Comparison
	for _, one := range contenders {
		c.Names = append(c.Names, one.Name)
	}
	const limit = time.Minute // what hangs has failed
	rows := slices.DeleteFunc(allRows(), func(r row) bool { return r.whose == ours })
	for i, r := range rows {
		if i%every != 0 {
			continue
		}
		line, skipped := Line{Row: r.name}, false
		for _, one := range contenders {
			folder, err := os.MkdirTemp(memory(), "keel-side")
			if err != nil {
				t.Fatal(err)
			}
			got := record(t, r.name, folder, limit, func(t testing.TB) { r.test(newDesk(t, one.Open)) })
			if err := os.RemoveAll(folder); err != nil {
				t.Error(err)
			}
			line.Passed, line.Why = append(line.Passed, got.passed), append(line.Why, got.why)
			skipped = skipped || got.skipped
		}
		if !skipped {
			c.Rows = append(c.Rows, line)
		}
	}
	return c
}

// Total is how many rows a contender passes.
func (c Comparison) Total(contender int) int {
	n := 0
	for _, line := range c.Rows {
		if line.Passed[contender] {
			n++
		}
	}
	return n
}

// Markdown is the comparison as a table.
func (c Comparison) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(c.Names, " | "), strings.Repeat(":-:|", len(c.Names)))
	for _, line := range c.Rows {
		fmt.Fprintf(&b, "| %s |", line.Row)
		for _, passed := range line.Passed {
			b.WriteString(map[bool]string{true: " ✓ |", false: " – |"}[passed])
		}
		b.WriteString("\n")
	}
	b.WriteString("| **passed** |")
	for i := range c.Names {
		fmt.Fprintf(&b, " **%d of %d** |", c.Total(i), len(c.Rows))
	}
	return b.String() + "\n"
}
