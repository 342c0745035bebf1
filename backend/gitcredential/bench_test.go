package gitcredential

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkGet is what git waits for: the start of the helper, the question and the
// answer.
func BenchmarkGet(b *testing.B) {
	program := filepath.Join(b.TempDir(), "keel-helper")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "github.com/keel-ide/keel/app/helper")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building the helper: %v\n%s", err, out)
	}
	server := listen(b, &source{credential: octocat})
	b.Run("with the helper's start", func(b *testing.B) {
		for b.Loop() {
			command := exec.CommandContext(b.Context(), program, Argument, server.Address(), "get")
			command.Stdin = strings.NewReader(question)
			if out, err := command.Output(); err != nil || len(out) == 0 {
				b.Fatalf("%q %v", out, err)
			}
		}
	})
	b.Run("over the socket alone", func(b *testing.B) {
		for b.Loop() {
			if out, complaints, _ := git(server.Address(), "get", question); out == "" {
				b.Fatal(complaints)
			}
		}
	})
}
