package tool

import (
	"strings"

	"github.com/keel-ide/keel/backend/command"
)

// refusals are what programs print when they were not let do something.
var refusals = []string{"permission denied", "operation not permitted", "read-only file system", "eacces", "eperm"}

// limitsNote says what a confined command could not do, in a line after its
// output, where that may be why it failed; else it is empty. Whether it was
// cannot be told from the outside.
func limitsNote(done command.Result) string {
	if done.Limits == "" || done.ExitCode == 0 {
		return ""
	}
	whole := done.Head + done.Tail
	output := strings.ToLower(whole)
	for _, refusal := range refusals {
		if strings.Contains(output, refusal) {
			return strings.TrimPrefix(endLine(whole), whole) + "[This may be why: " + done.Limits + "]\n"
		}
	}
	return ""
}
