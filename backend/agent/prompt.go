package agent

import (
	_ "embed"
	"fmt"
	"strings"
)

// system is the system prompt's fixed part. Its first line is its version and
// is not sent.
//
//go:embed system.md
var system string

// Facts is what the model is told about the workspace. Empty fields are left
// out. Nothing in it may change while nothing in the workspace does: services
// keep what they have read of a prompt only while it stays the same.
type Facts struct {
	Folder  string   // the workspace's name
	OS      string   // "Linux"
	Shell   string   // that commands run in: "bash"
	Entries []string // the top folder's, folders with a slash at their end
}

// maxEntries is how much of a large top folder is listed.
const maxEntries = 60

// systemPrompt puts the fixed part and the facts together.
func systemPrompt(facts Facts) string { return promptOf(system, facts) }

func promptOf(prompt string, facts Facts) string {
	_, fixed, _ := strings.Cut(prompt, "\n")
	var b strings.Builder
	b.WriteString(strings.TrimSpace(fixed))
	b.WriteString("\n\n# Workspace\n")
	for _, line := range []struct{ name, value string }{
		{"Folder", facts.Folder}, {"Operating system", facts.OS}, {"Shell", facts.Shell},
	} {
		if line.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", line.name, line.value)
		}
	}
	if len(facts.Entries) > 0 {
		shown := facts.Entries[:min(len(facts.Entries), maxEntries)]
		fmt.Fprintf(&b, "Top entries: %s\n", strings.Join(shown, ", "))
		if more := len(facts.Entries) - len(shown); more > 0 {
			fmt.Fprintf(&b, "(and %d more)\n", more)
		}
	}
	return b.String()
}
