package wire

import "github.com/keel-ide/keel/backend/approval"

// TrustScope is where a trusted command counts.
type TrustScope string

const (
	TrustSession   TrustScope = "session"   // in one session
	TrustWorkspace TrustScope = "workspace" // in this folder, in every session
	TrustAlways    TrustScope = "always"    // in every folder that the user trusts: their own settings
)

// TrustEntry is a pattern and where it counts.
type TrustEntry struct {
	Pattern   string     `json:"pattern"`
	Scope     TrustScope `json:"scope"`
	SessionID string     `json:"sessionId"` // of scope session; else empty
}

// TrustedCommand is a pattern in the list of trusted commands.
type TrustedCommand struct {
	TrustEntry
	SessionTitle string `json:"sessionTitle"`
	Uses         int64  `json:"uses"`     // commands that it let run
	LastUsed     int64  `json:"lastUsed"` // Unix milliseconds; 0 when never
	Note         string `json:"note"`     // why it does not count now, or what it means beyond its words; empty for neither
	Counts       bool   `json:"counts"`   // it lets commands run in this folder now
}

// DeniedText is a text that makes a command ask, however it is trusted.
type DeniedText struct {
	Text   string `json:"text"`
	Folder bool   `json:"folder"` // the opened folder's own settings ask for it
}

// FolderTrust says whether what the opened folder holds may run and be obeyed.
type FolderTrust struct {
	Trusted bool   `json:"trusted"`
	Path    string `json:"path"`   // the opened folder; empty when none is open
	Parent  string `json:"parent"` // the trusted folder above it by which it is trusted; empty when it is itself
	// Effects is what the switch decides, as it stands, each a sentence.
	Effects []string `json:"effects"`
}

// TrustState is everything that decides whether a command runs unasked.
type TrustState struct {
	Seq      int64            `json:"seq"` // of the last [TrustChanged] it holds
	Commands []TrustedCommand `json:"commands"`
	Denied   []DeniedText     `json:"denied"`
	Guard    bool             `json:"guard"`   // the command guard is on
	GuardBy  string           `json:"guardBy"` // "workspace" when the folder's settings hold it on; else empty
	Folder   FolderTrust      `json:"folder"`
	Broken   string           `json:"broken"` // why the settings cannot be changed now; empty when they can
}

// TrustChanged says that the trust state is another one: ask for it again.
type TrustChanged struct {
	Seq    int64       `json:"seq"`
	Folder FolderTrust `json:"folder"`
}

// TrustEdit puts one pattern in the place of another.
type TrustEdit struct {
	From TrustEntry `json:"from"`
	To   TrustEntry `json:"to"`
}

// TrustPlace is a pattern and where in the list of its scope it goes.
type TrustPlace struct {
	TrustEntry
	Index int `json:"index"` // from 0; -1 for the end
}

// TrustQuestion asks what would happen to a command.
type TrustQuestion struct {
	Command   string `json:"command"`
	SessionID string `json:"sessionId"` // whose patterns count too; empty for none
}

// TrustExplanation is the policy's answer for a command.
type TrustExplanation struct {
	Effect  approval.Effect `json:"effect"`
	Rule    string          `json:"rule"`
	Pattern string          `json:"pattern"` // the trusted pattern or denied text that matched; empty for none
	Reason  string          `json:"reason"`
	Tier    approval.Tier   `json:"tier"`
	Steps   []TrustStep     `json:"steps"`
}

// TrustStep is one thing that the policy looked at.
type TrustStep struct {
	Tier   approval.Tier   `json:"tier"`
	Rule   string          `json:"rule"`
	Effect approval.Effect `json:"effect"` // empty when it had no say
	Text   string          `json:"text"`
}

// TrustImport is what the settings of another editor trust.
type TrustImport struct {
	Editor   string               `json:"editor"` // "Kiro", "VS Code", "VSCodium", …
	File     string               `json:"file"`   // absolute
	Patterns []TrustImportPattern `json:"patterns"`
	Denied   []string             `json:"denied"`
	Problem  string               `json:"problem"` // why it could not be read; empty when it was
}

// TrustImportPattern is one pattern that could be taken over.
type TrustImportPattern struct {
	Pattern  string `json:"pattern"`  // as Keel would write it
	Original string `json:"original"` // as it stands there
	Note     string `json:"note"`     // what is different, or why it cannot be taken; empty for neither
	Known    bool   `json:"known"`    // it is trusted already
	Usable   bool   `json:"usable"`
	Wide     bool   `json:"wide"` // it trusts every command, or a program that runs others
}

// TrustImportRequest takes patterns and denied texts over.
type TrustImportRequest struct {
	Patterns []string `json:"patterns"`
	Denied   []string `json:"denied"`
}
