//go:build unix

package checkpointtest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

// TestSideBySide puts the store and the two usual ways to do it with git
// through the same rows; in the short form through one of five, as most of the
// time is git's. With KEEL_TABLE set, the table is written to that file.
func TestSideBySide(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here to compare with")
	}
	every := 1
	if testing.Short() {
		every = 5
	}
	c := checkpointtest.SideBySide(t, every,
		checkpointtest.Contender{Name: "Keel", Open: open},
		checkpointtest.Contender{Name: "shadow git", Open: checkpointtest.ShadowGit},
		checkpointtest.Contender{Name: "write-tree", Open: checkpointtest.WriteTree},
	)
	table := c.Markdown()
	t.Log("\n" + table)
	for _, line := range c.Rows {
		if !line.Passed[0] {
			t.Errorf("%s: %s", line.Row, line.Why[0])
		}
		for i, why := range line.Why[1:] {
			if why != "" {
				t.Logf("%s: %s: %.160q", line.Row, c.Names[i+1], strings.Join(strings.Fields(why), " "))
			}
		}
	}
	// Git is known to fail some rows and to pass others.
	for i, name := range c.Names[1:] {
		if passed := c.Total(i + 1); passed == len(c.Rows) || passed == 0 {
			t.Errorf("%s passes %d of %d rows: the comparison itself is broken", name, passed, len(c.Rows))
		}
	}
	if path := os.Getenv("KEEL_TABLE"); path != "" {
		if err := os.WriteFile(path, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
