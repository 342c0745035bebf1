package extension

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what an extension needs to work.
type Kind string

const (
	Declarative Kind = "declarative" // it has no code
	Web         Kind = "web"         // its code runs in the worker host
	Node        Kind = "node"        // its code runs in Node only
)

// Kind says what an extension needs. One with an entry for Node and none for a
// browser is Node's alone, whatever else it contributes: the half of it is not
// what its publisher promises.
func (m Manifest) Kind() Kind {
	switch {
	case m.Browser != "":
		return Web
	case m.Main != "":
		return Node
	}
	return Declarative
}

// What is said of an extension that is not installed.
const (
	needsNode = "It needs the Node extension host, which is not available yet."
	// ownPublisher is that of Keel's own parts: one of that name would take the place
	// of a part.
	ownPublisher = "keel"

	remoteComes = " Keel's own support for folders on other machines is coming."
)

// Refusal is a sentence that says why an extension cannot work here, or nothing.
// The platform is the one that the package was made for.
func (m Manifest) Refusal(platform string) string {
	if strings.EqualFold(m.Publisher, ownPublisher) {
		return "It says to be published by Keel, whose own parts come with the program."
	}
	if m.Kind() == Node {
		if m.remote() {
			return needsNode + remoteComes
		}
		return needsNode
	}
	switch works, known := engine(m.Engine); {
	case !known:
		return fmt.Sprintf("It says in a form that is not known which VS Code it needs: %s.", Plain(m.Engine, longestVersion))
	case !works:
		return fmt.Sprintf("It needs VS Code %s; this is %d.%d.", Plain(m.Engine, longestVersion), engineMajor, engineMinor)
	}
	if !portable(platform) {
		return fmt.Sprintf("This package is made for %s only.", Plain(platform, 40))
	}
	if m.Kind() == Declarative && !m.Contributes && len(m.Pack) == 0 && len(m.Dependencies) == 0 {
		return "It does nothing: it has neither code nor anything that it contributes."
	}
	return ""
}

// portable tells whether a package for a platform can be used here.
func portable(platform string) bool {
	return slices.Contains([]string{"", "universal", "web", "undefined", "unknown"}, platform)
}

// remote tells whether an extension reaches folders on other machines.
func (m Manifest) remote() bool {
	name := strings.ToLower(m.Name)
	for _, part := range []string{"remote-ssh", "remote-containers", "remote-wsl", "remote-server", "remote-tunnels"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return slices.ContainsFunc(m.Activation, func(event string) bool {
		return strings.HasPrefix(event, "onResolveRemoteAuthority")
	})
}

// builtIn tells whether an extension is a part of VS Code itself, which no
// registry has.
func builtIn(id string) bool { return strings.HasPrefix(strings.ToLower(id), "vscode.") }
