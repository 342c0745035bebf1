package wire

import "github.com/keel-ide/keel/backend/session"

// Events is the table of what Go sends to the page by itself: the name of the
// event is the field's tag, its payload the field's type.
type Events struct {
	Session  session.Event   `event:"session"`
	Sessions SessionsChanged `event:"sessions"`
	Files    FilesChanged    `event:"files"`
	Search   TextMatches     `event:"search"`
	Terminal TerminalOutput  `event:"terminal"`
	Settings SettingsChanged `event:"settings"`
	Notice   Notice          `event:"notice"`
	Open     OpenWaiting     `event:"open"`
	Closing  Closing         `event:"closing"`

	Checkpoints CheckpointActivity `event:"checkpoints"`
	Trust       TrustChanged       `event:"trust"`
	Audit       AuditChanged       `event:"audit"`
	Accounts    AccountsState      `event:"accounts"`
	Secrets     SecretsState       `event:"secrets"`
	Webview     WebviewRequest     `event:"webview"`
	Extensions  ExtensionsState    `event:"extensions"`
	Extension   ExtensionProgress  `event:"extension"`
	Updates     UpdatesState       `event:"updates"`
}

// SessionsChanged says that the list of sessions has changed.
type SessionsChanged struct {
	Seq      int64             `json:"seq"`
	Sessions []session.Summary `json:"sessions"`
}
