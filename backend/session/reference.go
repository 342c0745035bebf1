package session

import "slices"

// ReferenceKind is what a reference points at.
type ReferenceKind string

const (
	ReferenceFile     ReferenceKind = "file"     // Path
	ReferenceFolder   ReferenceKind = "folder"   // Path: what is in it
	ReferenceCode     ReferenceKind = "code"     // Path, From, To: some lines of a file
	ReferenceCodebase ReferenceKind = "codebase" // what of the workspace matters for the prompt
	ReferenceGitDiff  ReferenceKind = "git-diff" // what is not committed
	ReferenceTerminal ReferenceKind = "terminal" // Given: what stands in it
	ReferenceProblems ReferenceKind = "problems" // what the editor has found, in Path or everywhere
	ReferenceURL      ReferenceKind = "url"      // Address
	ReferenceText     ReferenceKind = "text"     // Given: of no file of the workspace
)

// Reference is something that a prompt points at.
type Reference struct {
	ID      string        `json:"id"` // its own in its message
	Kind    ReferenceKind `json:"kind"`
	Name    string        `json:"name"`           // as it is shown: "calc.go:3-9"
	Path    string        `json:"path,omitempty"` // workspace-relative, with forward slashes
	From    int           `json:"from,omitempty"` // lines, from 1, both inclusive; 0 for all of the file
	To      int           `json:"to,omitempty"`
	Address string        `json:"address,omitempty"` // as it was asked for
	// Given is text that only the page has, in the place of what is on the disk:
	// unsaved text, or what stands in a terminal.
	Given *string `json:"given,omitempty"`
	// Agreed is set once the user has agreed to send what is kept from the agent: a
	// file with secrets, or one that a .keelignore file names.
	Agreed bool `json:"agreed,omitempty"`
	// Content is what the model reads of it, as it was when the message went; nil
	// before that. It never changes afterwards.
	Content *Content `json:"content,omitempty"`
}

// Content is what a reference holds. Exactly one of Text, Image and Problem is set;
// Text is empty for an empty file, too.
type Content struct {
	Text    string `json:"text"`  // exactly what the model reads, valid UTF-8
	Image   *Image `json:"image"` // where an address leads to a picture
	Title   string `json:"title"`
	Address string `json:"address"` // where a page was in the end, after redirects
	As      string `json:"as"`      // with whose sign-in it was read; empty for none
	Type    string `json:"type"`    // media type of a page
	Date    int64  `json:"date"`    // when a page was published or last changed, Unix milliseconds; 0 not known
	Size    int64  `json:"size"`    // bytes of the whole, before anything was cut
	Tokens  int    `json:"tokens"`  // estimated, of Text or Image
	Cut     string `json:"cut"`     // what was left out for its size or as it is kept back, in sentences; empty when nothing was
	Note    string `json:"note"`    // what else is to be known of Text, in sentences: how it differs from what a reader of a page sees
	// Hash is the SHA-256 of a file on the disk of which Text is all, in hexadecimal;
	// else empty.
	Hash    string `json:"hash,omitempty"`
	Problem string `json:"problem"` // why there is nothing, a sentence
	Hint    string `json:"hint"`    // what can be done about it
	// Kept is set where Problem is that it is kept from the agent, and Agreed would
	// let it go.
	Kept bool  `json:"kept"`
	At   int64 `json:"at"` // when it was read, Unix milliseconds
}

// Unread gives those references that have no content yet one that says why, and
// reports whether there were any. It returns a list of its own.
func Unread(references []Reference, why Content) (all []Reference, some bool) {
	all = slices.Clone(references)
	for i := range all {
		if all[i].Content == nil {
			all[i].Content, some = &why, true
		}
	}
	return all, some
}
