// Command calc computes one expression: calc "2 + 3".
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, `usage: calc "2 + 3"`)
		os.Exit(2)
	}
	result, err := Evaluate(strings.Join(os.Args[1:], " "))
	if err != nil {
		fmt.Fprintln(os.Stderr, "calc:", err)
		os.Exit(1)
	}
	fmt.Println(Round(result, 6))
}
