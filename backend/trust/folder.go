package trust

// Capability is something that is done on the word of an opened folder's files,
// or that they can turn to their own ends. A feature that adds one (tasks, hooks,
// servers, instructions for the model) adds it here and asks [Folder.May].
type Capability string

const (
	// StoredCommands: trusted commands count, those of the user's settings as well
	// as those for the folder: what `npm test` runs is decided by the folder.
	StoredCommands Capability = "stored commands"
	// Remembering: the answer to a question can trust a command for longer than the
	// session.
	Remembering Capability = "remembering"
)

// Folder is the opened folder. The zero Folder is none, and may nothing.
type Folder struct {
	Path    string // absolute; empty when none is open
	Parent  string // the trusted folder above it by which it is trusted; empty when it is itself
	trusted bool
}

// Trusted reports whether the user trusts the folder.
func (f Folder) Trusted() bool { return f.trusted }

// May reports whether something may be done in the folder. It is the only place
// that says what trust decides.
func (f Folder) May(capability Capability) bool {
	switch capability {
	case StoredCommands, Remembering:
		return f.trusted
	}
	return false
}

// Effects says what a trusted or an untrusted folder means, each a sentence.
func Effects(trusted bool) []string {
	if trusted {
		return []string{
			"Your trusted commands run without asking, those for every folder as well as those for this one.",
			"When you approve a command you can also trust it in this folder or always.",
		}
	}
	return []string{
		"Your trusted commands do not count: every command asks first, because what `npm test` runs is up to the folder.",
		"When you approve a command you can trust it for the session, not for longer.",
		"Reading, editing and searching work as everywhere else.",
	}
}
