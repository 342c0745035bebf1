package fetch

import "time"

// dated is a date that a page gives, in Unix milliseconds; 0 for one that cannot
// be: before there was a web, or yet to come.
func dated(at, now time.Time) int64 {
	if at.Year() < 1990 || at.After(now.Add(24*time.Hour)) {
		return 0
	}
	return at.UnixMilli()
}
