package wire

// Property is one of Keel's settings, as the settings editor needs it.
type Property struct {
	Key              string   `json:"key"`
	Type             string   `json:"type"` // string, boolean, stringArray, enum, stringMap, integer
	Title            string   `json:"title"`
	Description      string   `json:"description"` // Markdown
	Default          string   `json:"default"`     // JSON
	Enum             []string `json:"enum"`
	EnumDescriptions []string `json:"enumDescriptions"`
	Scope            string   `json:"scope"` // application, window
}

// SettingsChanged says that a settings file has a new text on disk, or new problems.
type SettingsChanged struct {
	Seq      int64             `json:"seq"`
	Name     string            `json:"name"` // settings.json, keybindings.json
	Problems []SettingsProblem `json:"problems"`
	Values   SettingsValues    `json:"values"`
}

// SettingsProblem is a place in a settings file that has no effect.
type SettingsProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // 1-based; 0 when the whole file
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// SettingsValues is what is in force for the agent.
type SettingsValues struct {
	Mode            string   `json:"mode"`
	TrustedCommands []string `json:"trustedCommands"`
	CommandDenylist []string `json:"commandDenylist"`
	Provider        string   `json:"provider"`
	Model           string   `json:"model"`
}

// StorageScope is how far a stored value reaches.
type StorageScope string

const (
	StorageApplication StorageScope = "application"
	StorageProfile     StorageScope = "profile"
	StorageWorkspace   StorageScope = "workspace"
)

// StorageUpdate changes stored values of one scope.
type StorageUpdate struct {
	Scope  StorageScope      `json:"scope"`
	Set    map[string]string `json:"set"`
	Delete []string          `json:"delete"`
}
