// Command manual writes Keel's manual pages into a folder, for the packages.
//
//	go run ./build/package/manual VERSION FOLDER SECONDS
//
// SECONDS since 1970 are the date that the pages bear.
package main

import (
	"errors"
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
	if len(arguments) != 3 {
		return errors.New("usage: manual VERSION FOLDER SECONDS")
	}
	seconds, err := strconv.ParseInt(arguments[2], 10, 64)
	if err != nil {
		return fmt.Errorf("reading the date: %w", err)
	}
	return cli.Manual(cli.Build{Tag: arguments[0]}, arguments[1], time.Unix(seconds, 0))
}
