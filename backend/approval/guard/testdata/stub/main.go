// Command stub stands for every program in the oracle's PATH: it writes the
// arguments it was started with to descriptor 3 and does nothing else.
package main

import (
	"os"
	"strconv"
	"strings"
)

func main() {
	record := strconv.Itoa(len(os.Args)) + "\x00" + strings.Join(os.Args, "\x00") + "\x00"
	if _, err := os.NewFile(3, "log").WriteString(record); err != nil {
		os.Exit(1)
	}
}
