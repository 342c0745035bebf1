package wire

// AccessLevel is how free the agent is in something.
type AccessLevel string

const (
	AccessOpen AccessLevel = "open" // without being asked about
	AccessAsks AccessLevel = "asks" // only after a question
	AccessNone AccessLevel = "none" // never
)

// AccessState is what the agent can reach, for a person to look through.
type AccessState struct {
	Sections  []AccessSection  `json:"sections"`
	Practices []AccessPractice `json:"practices"`
}

// AccessSection is one kind of thing that the agent may reach: files,
// repositories, variables, cloud credentials, accounts, network, sandbox.
type AccessSection struct {
	ID      string       `json:"id"` // files, repositories, environment, aws, accounts, network, sandbox
	Title   string       `json:"title"`
	Summary string       `json:"summary"` // a sentence
	Items   []AccessItem `json:"items"`
}

// AccessItem is one thing and how free the agent is in it. Secrets are shown by
// their name only.
type AccessItem struct {
	Name   string       `json:"name"`
	Detail string       `json:"detail"` // where it lies or what it means; may be empty
	Level  AccessLevel  `json:"level"`
	Change AccessChange `json:"change"`
}

// AccessChange is how a person changes an item.
type AccessChange struct {
	Kind   string `json:"kind"`   // "" nothing to change; setting, variable, network: what Target names
	Target string `json:"target"` // a setting's key, a variable's name
	On     bool   `json:"on"`     // of a switch: how it stands
}

// AccessPractice is advice that stands beside the list.
type AccessPractice struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Done  bool   `json:"done"` // it already holds here, as far as can be seen
}
