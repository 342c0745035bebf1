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
)

//go:embed all:frontend/dist
var page embed.FS

func main() {
	os.Exit(app.Main(os.Args[1:], page))
}
