package fetch

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
)

// namesLines is how the hosts of code name lines of a file, after the # of its
// address; columns count for nothing.
var namesLines = regexp.MustCompile(`^L([1-9]\d{0,6})(?:C\d+)?(?:-L?([1-9]\d{0,6})(?:C\d+)?)?$`)

// lineAnchor is what follows the # of an address, where it names lines, in one form;
// else nothing.
func lineAnchor(fragment string) string {
	first, last := linesIn(fragment)
	switch first {
	case 0:
		return ""
	case last:
		return fmt.Sprintf("L%d", first)
	}
	return fmt.Sprintf("L%d-L%d", first, last)
}

// Lines are the first and the last line that an address names, as #L10-L20 does; 0
// where it names none.
func Lines(at *url.URL) (first, last int) { return linesIn(at.Fragment) }

func linesIn(fragment string) (first, last int) {
	found := namesLines.FindStringSubmatch(fragment)
	if found == nil {
		return 0, 0
	}
	first, _ = strconv.Atoi(found[1]) // of digits alone, seven at most
	last = first
	if found[2] != "" {
		last, _ = strconv.Atoi(found[2])
	}
	return min(first, last), max(first, last)
}
