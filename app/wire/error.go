package wire

// Error is how a failure reaches the page, which branches on Code only.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"` // what happened and what is safe
	Hint    string `json:"hint"`    // what to do next; may be empty
}

func (e *Error) Error() string { return e.Message }

// Code is the closed set of failures the page can tell apart.
type Code string

const (
	CodeNotFound     Code = "not_found"
	CodeExists       Code = "exists"
	CodeNotAllowed   Code = "not_allowed"
	CodeNotFolder    Code = "not_folder"
	CodeIsFolder     Code = "is_folder"
	CodeOutside      Code = "outside"
	CodeChanged      Code = "changed" // what was shown is no longer so
	CodeTooLarge     Code = "too_large"
	CodeDiskFull     Code = "disk_full"
	CodeNeedsConsent Code = "needs_consent"
	CodeNoWorkspace  Code = "no_workspace"
	CodeBusy         Code = "busy"
	CodeElsewhere    Code = "elsewhere" // the folder is open in another window, which has come to the front
	CodeBroken       Code = "broken"    // a file that must be corrected first
	CodeNoRecord     Code = "no_record" // the folder's checkpoints must be found again first
	CodeSetAside     Code = "set_aside" // the folder's checkpoints are of no use to this version, and must be set aside first
	CodeBadPattern   Code = "bad_pattern"
	CodeInvalid      Code = "invalid" // a value that cannot be taken
	CodeProvider     Code = "provider"
	CodeMissingTool  Code = "missing_tool"
	CodeCancelled    Code = "cancelled"
	CodeInternal     Code = "internal"
)
