package wire

import "github.com/keel-ide/keel/backend/session"

// ReferenceQuery looks for what a prompt can point at.
type ReferenceQuery struct {
	Text  string                  `json:"text"`  // fuzzy; empty for what was used last and what comes first
	Kinds []session.ReferenceKind `json:"kinds"` // of file, folder and code (symbols); empty for all three
	Max   int                     `json:"max"`
	// CacheKey names an open picker: its queries share one look at the disk, until
	// Forget.
	CacheKey string `json:"cacheKey"`
	// Whole waits for what is still being looked through, symbols for no longer than a
	// moment; without it, what is known is answered at once.
	Whole bool `json:"whole"`
}

// ReferenceMatches is the answer to a [ReferenceQuery], best first.
type ReferenceMatches struct {
	Matches  []ReferenceMatch `json:"matches"`
	LimitHit bool             `json:"limitHit"`
	// Partial is set while the folder is still being looked through: there may be more,
	// and it may have changed.
	Partial bool `json:"partial"`
	// Problem says why some kind could not be looked for; empty when all could.
	Problem string `json:"problem"`
}

// ReferenceMatch is something to point at.
type ReferenceMatch struct {
	Kind   session.ReferenceKind `json:"kind"`
	Name   string                `json:"name"` // "calc.go", "Add"
	Path   string                `json:"path"`
	From   int                   `json:"from"` // lines of a symbol
	To     int                   `json:"to"`
	Symbol string                `json:"symbol"` // "function", "type", …; empty for files and folders
}

// ReferenceLook asks what a reference would hold if it were sent now.
type ReferenceLook struct {
	ID        string            `json:"id"` // chosen by the page; names the look in StopLooking
	SessionID string            `json:"sessionId"`
	Prompt    string            `json:"prompt"`
	Reference session.Reference `json:"reference"`
	// Again has an address fetched anew that the session holds already.
	Again bool `json:"again"`
}
