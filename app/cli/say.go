package cli

import (
	"fmt"
	"time"
)

// moment is a time as a person reads it; it is given in Unix milliseconds.
func moment(at int64) string { return time.UnixMilli(at).Format(time.DateTime) }

// size is a number of bytes as a person reads it.
func size(bytes int64) string {
	if bytes < 1000 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	n := float64(bytes)
	unit := ""
	for _, unit = range []string{"kB", "MB", "GB", "TB"} {
		n /= 1000
		if n < 999.95 {
			break
		}
	}
	return fmt.Sprintf("%.1f %s", n, unit)
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
