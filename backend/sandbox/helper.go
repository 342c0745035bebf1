package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// statusFile is the file descriptor on which the helper says why it runs
// nothing. It closes without a word when the program is started.
const statusFile = 3

// exitRefused is the exit code of a helper that runs nothing, as of a shell that
// cannot start a program.
const exitRefused = 126

// Run is the helper: it restricts this process as the arguments say, and turns
// it into the program they name. It returns only where that failed: an exit
// code, after saying why on file descriptor 3, or on standard error where that
// is not open. It has to come first in main.
func Run(arguments []string) int {
	err := run(arguments)
	status := os.NewFile(statusFile, "status")
	if _, wrong := fmt.Fprintln(status, err); wrong != nil {
		fmt.Fprintf(os.Stderr, "keel: %v\n", err)
	}
	return exitRefused
}

func run(arguments []string) error {
	closeOnStart(statusFile)
	if len(arguments) < 4 || arguments[0] != Argument || arguments[2] != "--" {
		return errors.New("reading the sandbox's arguments: not what Keel gives")
	}
	var policy Policy
	decoder := json.NewDecoder(strings.NewReader(arguments[1]))
	decoder.DisallowUnknownFields() // of another version: what it means is not known
	if err := decoder.Decode(&policy); err != nil {
		return fmt.Errorf("reading what a command may do: %w", err)
	}
	return become(policy, arguments[3:])
}
