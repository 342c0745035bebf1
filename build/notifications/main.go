// Command notifications stands for a desktop that shows notifications, for the
// end-to-end tests: it serves them on the session's bus and prints each request
// as a line of JSON. A number on its standard input clicks on that one.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/keel-ide/keel/app/notification/notificationtest"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintf(os.Stderr, "notifications: %v\n", err)
		os.Exit(1)
	}
}

func serve() error {
	server, err := notificationtest.Serve(os.Getenv("DBUS_SESSION_BUS_ADDRESS"), "actions", "body", "body-markup")
	if err != nil {
		return err
	}
	lines := json.NewEncoder(os.Stdout)
	if err := lines.Encode("ready"); err != nil {
		return err
	}
	go func() {
		for call := range server.Calls() {
			if err := lines.Encode(call); err != nil {
				fmt.Fprintf(os.Stderr, "notifications: %v\n", err)
			}
		}
	}()
	for clicks := bufio.NewScanner(os.Stdin); clicks.Scan(); {
		var id uint32
		if _, err := fmt.Sscan(clicks.Text(), &id); err != nil {
			return fmt.Errorf("reading %q: %w", clicks.Text(), err)
		}
		if err := server.Click(id); err != nil {
			return fmt.Errorf("clicking on %d: %w", id, err)
		}
	}
	return server.Close()
}
