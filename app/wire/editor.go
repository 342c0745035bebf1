package wire

// Problem is what a language service has found in a file.
type Problem struct {
	Path     string `json:"path"`     // relative to the folder
	Line     int    `json:"line"`     // counting from 1
	Column   int    `json:"column"`   // counting from 1, in UTF-16 units
	Severity string `json:"severity"` // error, warning, info or hint
	Source   string `json:"source"`   // what has found it, like "ts"; may be empty
	Message  string `json:"message"`
}
