package wire

// ImportEditor is another editor on this machine with what could be taken over from
// it. Nothing of it has been yet.
type ImportEditor struct {
	ID      string `json:"id"`
	Name    string `json:"name"`    // "VS Code"
	Folder  string `json:"folder"`  // absolute: where its settings are
	Preview string `json:"preview"` // names exactly this; an import of anything else is refused

	Settings   []ImportSetting   `json:"settings"`
	Bindings   []ImportBinding   `json:"bindings"`
	Snippets   []ImportSnippet   `json:"snippets"`
	Extensions []ImportExtension `json:"extensions"`
	LeftOut    []ImportLeftOut   `json:"leftOut"`
	Problems   []string          `json:"problems"` // what could not be read, each a sentence
}

// ImportState is how a thing of the other editor stands to what is here.
type ImportState string

const (
	ImportNew    ImportState = "new"
	ImportDiffer ImportState = "differs" // here is another one under the same name
	ImportSame   ImportState = "same"    // here already
)

// ImportSetting is a key of the other editor's settings.json.
type ImportSetting struct {
	Key   string      `json:"key"`
	Value string      `json:"value"` // JSON
	Mine  string      `json:"mine"`  // JSON: the value here; empty when there is none
	State ImportState `json:"state"`
}

// ImportBinding is an entry of the other editor's keybindings.json.
type ImportBinding struct {
	Key     string      `json:"key"`
	Command string      `json:"command"`
	When    string      `json:"when"`
	State   ImportState `json:"state"` // new or same; differs: the key has another command here, in the same place
}

// ImportSnippet is a file of snippets.
type ImportSnippet struct {
	Name  string      `json:"name"`
	As    string      `json:"as"` // what it would be called here
	State ImportState `json:"state"`
}

// ImportExtension is an extension that is installed there.
type ImportExtension struct {
	ID      string `json:"id"`
	Version string `json:"version"` // empty when not known
}

// ImportLeftOut is something that is not taken over.
type ImportLeftOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"` // a sentence
}

// ImportRequest is what a person has chosen.
type ImportRequest struct {
	Editor   string   `json:"editor"`   // an id
	Preview  string   `json:"preview"`  // what they saw
	Settings []string `json:"settings"` // keys
	Bindings []int    `json:"bindings"` // places in the list
	Snippets []string `json:"snippets"` // names there
}

// ImportDone is the last import, which can be undone.
type ImportDone struct {
	At       int64    `json:"at"`     // Unix milliseconds; 0 when there is none
	Editor   string   `json:"editor"` // its name
	Settings int      `json:"settings"`
	Bindings int      `json:"bindings"`
	Snippets []string `json:"snippets"` // what the files are called here
}

// ImportUndone is what an undo did.
type ImportUndone struct {
	Kept []string `json:"kept"` // what stayed, because it was changed since; each a sentence
}
