package wire

// Shell is a program a terminal can start.
type Shell struct {
	Name    string   `json:"name"`
	Path    string   `json:"path"`
	Args    []string `json:"args"`
	Default bool     `json:"default"`
}

// OpenTerminal starts a shell in a pseudo-terminal.
type OpenTerminal struct {
	Shell   string            `json:"shell"` // empty for the user's own
	Args    []string          `json:"args"`
	Folder  string            `json:"folder"` // absolute; empty for the workspace
	Env     map[string]string `json:"env"`
	Columns int               `json:"columns"`
	Rows    int               `json:"rows"`
}

// Terminal is a running shell.
type Terminal struct {
	ID      string `json:"id"`
	Process int    `json:"process"`
	Title   string `json:"title"`
	Shell   string `json:"shell"`
	Folder  string `json:"folder"`
}

// TerminalOutput is a piece of a terminal's output. Offset counts bytes from the
// terminal's start; a page that sees a gap attaches again from what it has.
type TerminalOutput struct {
	ID       string `json:"id"`
	Stream   int64  `json:"stream"` // from Terminals.Attach; output of an older attachment is dropped
	Seq      int64  `json:"seq"`
	Offset   int64  `json:"offset"`
	Bytes    int64  `json:"bytes"` // to acknowledge
	Text     string `json:"text"`
	Exited   bool   `json:"exited"`
	ExitCode int    `json:"exitCode"`
	Signal   string `json:"signal"`
}
