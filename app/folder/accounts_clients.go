package folder

import "github.com/keel-ide/keel/backend/account/google"

// The clients that a build of Keel brings along, set by the linker with -X and by
// nothing else (see build:go in the Taskfile); empty in a build from source. What
// the settings name comes before them.
var (
	gitHubClientID     string
	googleClientID     string
	googleClientSecret string // of a desktop app, which Google does not hold for a secret
)

func builtInGoogle() google.Client {
	return google.Client{ID: googleClientID, Secret: googleClientSecret}
}
