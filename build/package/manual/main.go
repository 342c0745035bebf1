// Command manual writes Keel's manual pages into a folder, for the packages.
//
//	go run ./build/package/manual FOLDER SECONDS
//
// SECONDS since 1970 are the date that the pages bear.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/keel-ide/keel/app/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "manual: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 2 {
		return fmt.Errorf("usage: manual FOLDER SECONDS")
	}
	seconds, err := strconv.ParseInt(arguments[1], 10, 64)
	if err != nil {
		return fmt.Errorf("reading the date: %w", err)
	}
	return cli.Manual(arguments[0], time.Unix(seconds, 0))
}
