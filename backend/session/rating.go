package session

// Rating is what the user thinks of a reply. It stays on this machine.
type Rating string

const (
	RatingNone Rating = ""
	RatingUp   Rating = "up"
	RatingDown Rating = "down"
)

// Known reports whether there is such a rating.
func (r Rating) Known() bool { return r == RatingNone || r == RatingUp || r == RatingDown }
