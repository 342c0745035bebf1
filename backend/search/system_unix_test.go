//go:build unix

package search

import (
	"os"
	"syscall"
	"testing"
)

func makePipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// waitForBrokenPipe writes until nobody reads any more. A reader that stays
// makes the write block, and the test's own time run out.
func waitForBrokenPipe(writer *os.File) bool {
	for {
		if _, err := writer.Write(make([]byte, 1<<16)); err != nil {
			return true
		}
	}
}
