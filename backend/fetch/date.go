package fetch

import "time"

// oldest is when the web began; what is said to be older is a mistake.
var oldest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// dated is a date that a page gives, in Unix milliseconds; 0 for one that cannot be.
func dated(at, now time.Time) int64 {
	if at.Before(oldest) || at.After(now.Add(24*time.Hour)) {
		return 0
	}
	return at.UnixMilli()
}
