package approval

import (
	"slices"
	"strings"
)

// Wide reports whether a pattern trusts a program that runs others, destroys or
// reaches other machines, or every command: what [Suggest] would never suggest.
func Wide(pattern string) bool {
	prefix, ok := starPrefix(pattern)
	if !ok {
		return pattern == "*"
	}
	command := prefix + " _" // an argument that is no subcommand of anything
	return !slices.ContainsFunc(Suggest(command), func(suggested string) bool { return suggested != command })
}

// StarMeansNothing reports whether a pattern holds a star that only stands for
// itself.
func StarMeansNothing(pattern string) bool {
	return !hasStar(pattern) && strings.Contains(pattern, "*")
}
