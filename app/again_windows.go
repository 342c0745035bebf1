package app

import (
	"errors"
	"fmt"
)

// startAgain is not needed: there the installer replaces the program.
func startAgain(program string, _ []string) error {
	return fmt.Errorf("starting %q: %w", program, errors.ErrUnsupported)
}
