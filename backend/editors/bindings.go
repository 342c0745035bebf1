package editors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tailscale/hujson"
)

const (
	bindingsMost   = 2000
	bindingLongest = 16 << 10 // in bytes
)

// Binding is an entry of keybindings.json.
type Binding struct {
	Key     string
	Command string // with "-" before it, it takes a key from the command
	When    string
	JSON    json.RawMessage // the whole entry, compact
}

func (c *Contents) readBindings(secrets Secrets) {
	path := filepath.Join(c.Folder, "keybindings.json")
	parsed, err := parseFile(path, largest)
	if err != nil {
		c.problem(path, err)
		return
	}
	array, ok := parsed.Value.(*hujson.Array)
	if !ok {
		return // blank, or nothing that an editor obeys
	}
	for i, element := range array.Elements {
		if len(c.Bindings) == bindingsMost {
			c.Problems = append(c.Problems, path+" holds more key bindings than any person writes; the rest was left out.")
			return
		}
		entry := NewObject(element)
		binding := Binding{Key: entry.text("key"), Command: entry.text("command"), When: entry.text("when"), JSON: plain(element)}
		name := strings.TrimSpace(binding.Key + " " + binding.Command)
		switch {
		case binding.Key == "" || binding.Command == "" || !showable(name) || len(binding.JSON) > bindingLongest:
			c.leaveOut(fmt.Sprintf("Key binding %d", i+1), reasonNoBinding)
		case strings.HasPrefix(binding.Command, "-") && !strings.HasPrefix(strings.ToLower(binding.Command), "-keel"):
			c.Bindings = append(c.Bindings, binding) // it can only take a key away
		default:
			reason := cmp.Or(anywhere(element, mentions), anywhere(element, tells))
			if reason == "" && holdsSecret("", element, secrets) {
				reason = reasonSecret
			}
			if reason != "" {
				c.leaveOut(name, reason)
				continue
			}
			c.Bindings = append(c.Bindings, binding)
		}
	}
}

// mentions says why a binding is left out for a command that it names: some commands
// run others that they are given.
func mentions(value hujson.Value) string {
	if _, ok := value.Value.(hujson.Literal); !ok {
		return ""
	}
	text, _ := Text(value)
	return reasonAgainst(strings.ToLower(strings.TrimSpace(text)))
}

// tells says why a binding is left out that tells a terminal what to start, or with
// what.
func tells(value hujson.Value) string {
	if _, ok := value.Value.(*hujson.Object); !ok {
		return ""
	}
	entry := NewObject(value)
	command := strings.ToLower(strings.TrimSpace(entry.text("command")))
	_, given := entry.Get("args")
	if given && (strings.HasPrefix(command, "workbench.action.terminal.") || strings.HasPrefix(command, "workbench.action.createterminaleditor")) {
		return reasonTypes
	}
	return ""
}

// anywhere asks about a value and all that is in it, until there is a reason.
func anywhere(value hujson.Value, reason func(hujson.Value) string) string {
	if found := reason(value); found != "" {
		return found
	}
	switch v := value.Value.(type) {
	case *hujson.Object:
		for _, member := range NewObject(value).Members {
			if found := anywhere(member.Value, reason); found != "" {
				return found
			}
		}
	case *hujson.Array:
		for _, each := range v.Elements {
			if found := anywhere(each, reason); found != "" {
				return found
			}
		}
	}
	return ""
}

func reasonAgainst(command string) string {
	for _, each := range []struct{ begins, reason string }{
		{"keel.", reasonAnswers}, {"-keel", reasonAnswers}, {"keelagent.", reasonAnswers}, {"workbench.trust.", reasonAnswers}, {"workbench.action.trust", reasonAnswers},
		{"workbench.extensions.", reasonAnswers}, {"workbench.action.terminal.sendsequence", reasonTypes},
		{"workbench.action.terminal.runselectedtext", reasonTypes}, {"workbench.action.terminal.runactivefile", reasonTypes},
		{"workbench.action.tasks.", reasonTypes}, {"workbench.action.terminal.newwithprofile", reasonTypes},
	} {
		if strings.HasPrefix(command, each.begins) {
			return each.reason
		}
	}
	return ""
}
