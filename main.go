// Command keel is an agentic IDE for the desktop.
//
//	keel [FOLDER]        opens the window
//	keel exec PROMPT     runs a turn without a window
//	keel help            lists the other commands
package main

import (
	"embed"
	"os"

	"github.com/keel-ide/keel/app"
	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/account/google"
)

//go:embed all:frontend/dist
var page embed.FS

// The clients that this build brings along to sign in with, and the version that its
// commit is tagged with, set by the linker (see CLIENTS and VERSION in the Taskfile)
// and by nothing else; empty in a build from source.
var gitHubClientID, googleClientID, googleClientSecret, version string

// Where newer versions are told of, and the minisign public key that this is signed
// with, likewise (see UPDATES in the Taskfile). Without them nothing is looked for.
var updateFeed, updateKey string

func main() {
	os.Exit(app.Main(os.Args[1:], page, cli.Build{Tag: version, Feed: updateFeed, FeedKey: updateKey, Clients: folder.Clients{
		GitHub: gitHubClientID,
		Google: google.Client{ID: googleClientID, Secret: googleClientSecret},
	}}))
}
