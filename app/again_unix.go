//go:build unix

package app

import (
	"fmt"
	"os"
	"syscall"
)

// startAgain starts a program with this one's arguments in the place of this process.
func startAgain(program string, environment []string) error {
	arguments := append([]string{program}, os.Args[1:]...)
	return fmt.Errorf("starting %q: %w", program, syscall.Exec(program, arguments, environment)) //nolint:gosec // it is Keel's own
}
