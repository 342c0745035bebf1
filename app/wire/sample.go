package wire

// SamplePlace is where a copy of the sample project would go.
type SamplePlace struct {
	Path     string `json:"path"`     // absolute; nothing is there
	Existing string `json:"existing"` // the newest copy beside it; empty for none
}
