package wire

// ExtensionsState is what is installed and how extensions are dealt with.
type ExtensionsState struct {
	Seq       int64       `json:"seq"`
	Gallery   string      `json:"gallery"` // the address of the registry
	Network   bool        `json:"network"` // extensions may use the network
	Installed []Extension `json:"installed"`
}

// ExtensionKind is what an extension needs to work.
type ExtensionKind string

const (
	ExtensionDeclarative ExtensionKind = "declarative" // it has no code
	ExtensionWeb         ExtensionKind = "web"         // its code runs in the worker host
	ExtensionNode        ExtensionKind = "node"        // its code runs in Node only
)

// Extension is an extension that is installed. What it says of itself comes from
// strangers: it is data, never markup.
type Extension struct {
	ID           string        `json:"id"` // publisher.name, as the manifest writes it
	Version      string        `json:"version"`
	Folder       string        `json:"folder"` // its name below /keel/extension/
	Kind         ExtensionKind `json:"kind"`
	Manifest     string        `json:"manifest"`     // package.json as text
	Translations string        `json:"translations"` // package.nls.json as text; empty: none
	Metadata     string        `json:"metadata"`     // JSON that the workbench keeps with it; may be empty
	Readme       string        `json:"readme"`       // a name in the folder; empty: none
	Changelog    string        `json:"changelog"`    // a name in the folder; empty: none
	Size         int64         `json:"size"`         // bytes on the disk
	InstalledAt  int64         `json:"installedAt"`
}

// ExtensionPlanRequest asks what installing an extension would bring along.
type ExtensionPlanRequest struct {
	ID         string `json:"id"`
	Version    string `json:"version"` // empty: the newest
	PreRelease bool   `json:"preRelease"`
	File       string `json:"file"`   // a token of PickFile or of a dropped file: that file is installed; empty: from the registry
	Update     bool   `json:"update"` // a newer version of what is installed
}

// ExtensionPlan is everything that would be installed. Its id names exactly this
// list, once.
type ExtensionPlan struct {
	ID    string              `json:"id"`
	Items []ExtensionPlanItem `json:"items"`
}

// ExtensionPlanItem is one extension of a plan.
type ExtensionPlanItem struct {
	ID            string        `json:"id"`
	Version       string        `json:"version"`
	DisplayName   string        `json:"displayName"`
	PublisherName string        `json:"publisherName"`
	Why           string        `json:"why"` // asked, pack, dependency
	Kind          ExtensionKind `json:"kind"`
	Verified      bool          `json:"verified"`     // the registry knows who the publisher is
	NewPublisher  bool          `json:"newPublisher"` // nothing of this publisher has been agreed to yet
	Signed        bool          `json:"signed"`       // the registry has a signature, which is checked
	Unchecked     bool          `json:"unchecked"`    // the registry gives neither checksum nor signature to compare it with
	Installed     string        `json:"installed"`    // the version that is there now; empty: none
	Size          int64         `json:"size"`         // bytes of the download; 0: not known
	Refused       string        `json:"refused"`      // a sentence: why it cannot be installed; empty: it can
}

// ExtensionInstallRequest installs one extension of a plan that was agreed to.
type ExtensionInstallRequest struct {
	PlanID   string `json:"planId"`
	ID       string `json:"id"`
	Version  string `json:"version"`
	Metadata string `json:"metadata"` // JSON that is kept with it
}

// ExtensionProgress is how far an installation is.
type ExtensionProgress struct {
	JobID string `json:"jobId"`
	ID    string `json:"id"`    // of the extension
	Phase string `json:"phase"` // waiting, downloading, checking, extracting, done, failed, cancelled
	Done  int64  `json:"done"`  // bytes
	Total int64  `json:"total"` // bytes; 0: not known
	Ended bool   `json:"ended"`
	Error *Error `json:"error"` // why it failed; null: it did not
}

// ExtensionSecretKey names a secret of an extension.
type ExtensionSecretKey struct {
	ExtensionID string `json:"extensionId"`
	Key         string `json:"key"` // the extension's own word
}

// ExtensionSecret is a secret on its way to the extension that keeps it, and to
// nobody else.
type ExtensionSecret struct {
	Value string `json:"value"`
	Found bool   `json:"found"` // there is one; an empty one is one, too
}
