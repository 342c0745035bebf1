//go:build unix

package guard_test

import (
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/approval/guard"
)

// TestSedAgrees holds the guard's reading of sed's scripts to GNU sed's own: what
// does not ask must run in its sandbox, which refuses e, r and w.
func TestSedAgrees(t *testing.T) {
	sed, err := exec.LookPath("sed")
	if err != nil || exec.CommandContext(t.Context(), sed, "--sandbox", "-n", "p", "/dev/null").Run() != nil {
		if runtime.GOOS == "linux" {
			t.Fatal("this test needs GNU sed")
		}
		t.Skip("no GNU sed to compare with")
	}
	parts := []string{"s", "/", "/", "/", "|", "a", "b", "w x", "e", "e id", "w", "r x", "R x", "W x", "p", "d", ";", "\n", "1", "$", ",", "5", "!", "[", "]", "^", "\\", "\\/", "g", "I", "M", "i", "m", "y", "{", "}", "q", "~", "+", " ", "s/a/b/", "s,a,b,", "/a/", "[^/]", "[]/]", "[ \\t]", "[\\", "[[:alpha:]/]", "[[:a", ":]", "[[=a=]]", ":", "\\n", "0", "n", "x", "&", "#", "l", "=", "N", "D", "\\,a,", "c", "t", ":a", "b"}
	random := rand.New(rand.NewPCG(5, 0))
	g := guard.New()
	agreed := 0
	for range 20_000 {
		var script strings.Builder
		for range 1 + random.IntN(9) {
			script.WriteString(parts[random.IntN(len(parts))])
		}
		if ask, _ := g.Check("sed '"+script.String()+"' x", "sed *", func(string) bool { return false }); ask {
			continue
		}
		agreed++
		out, _ := exec.CommandContext(t.Context(), sed, "--sandbox", "--", script.String(), "/dev/null").CombinedOutput()
		if strings.Contains(string(out), "sandbox") {
			t.Errorf("sed %q does not ask, but sed says %s", script.String(), out)
		}
	}
	if agreed < 300 {
		t.Errorf("only %d scripts were compared", agreed)
	}
}
