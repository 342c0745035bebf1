package wire

// Area is a folder tree the page can reach.
type Area string

const (
	AreaWorkspace Area = "workspace" // the opened folder
	AreaConfig    Area = "config"    // settings.json, keybindings.json, snippets
	AreaData      Area = "data"      // the workbench's own files: backups of unsaved editors, history
)

// FileEntry is one path of an area. Path is relative, with forward slashes, "."
// for the top.
type FileEntry struct {
	Path       string `json:"path"`
	Name       string `json:"name"`
	Kind       string `json:"kind"`   // file, folder, symlink, other
	Target     string `json:"target"` // what a symlink leads to, "" when nowhere or outside
	Size       int64  `json:"size"`
	ModifiedAt int64  `json:"modifiedAt"`
	CreatedAt  int64  `json:"createdAt"`
	ReadOnly   bool   `json:"readOnly"`
	Version    string `json:"version"` // differs whenever the bytes may
}

// FilesChanged says what other programs, the agent or a restore changed on disk.
type FilesChanged struct {
	Area     Area         `json:"area"`
	Seq      int64        `json:"seq"`
	Overflow bool         `json:"overflow"` // more changed than was seen: read again what is shown
	Changes  []FileChange `json:"changes"`
}

// FileChange is one changed path; Kind is added, changed or deleted.
type FileChange struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
}
