// Command keel-helper does what Keel needs small processes of its own for: it
// confines the commands that Keel runs, prints the environment of a login shell,
// and asks Keel for what git is to sign in with.
//
// # Promises
//
// It does exactly what `keel` does when called with the same arguments, and only
// starts faster: the whole program takes its window's libraries along. Without
// it beside keel nothing but time is lost.
package main

import (
	"fmt"
	"os"

	"github.com/keel-ide/keel/backend/gitcredential"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/shellenv"
)

func main() {
	arguments := os.Args[1:]
	switch {
	case sandbox.Is(arguments):
		os.Exit(sandbox.Run(arguments))
	case shellenv.Is(arguments):
		os.Exit(shellenv.Print(arguments, os.Stdout))
	case gitcredential.Is(arguments):
		os.Exit(gitcredential.Run(arguments, os.Stdin, os.Stdout, os.Stderr))
	}
	fmt.Fprintln(os.Stderr, "keel-helper: keel starts this program; there is nothing to do with it by hand")
	os.Exit(2)
}
