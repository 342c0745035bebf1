package link

import (
	"path/filepath"
	"strings"
)

func slashes(name string) string   { return filepath.ToSlash(name) }
func native(slashed string) string { return filepath.FromSlash(slashed) }

// absolute takes a drive's paths only: no device, no other machine, no alternate stream.
func absolute(slashed string) bool {
	return len(slashed) > 2 && slashed[1] == ':' && slashed[2] == '/' && !strings.Contains(slashed[2:], ":")
}

// drive tells whether a path is the top of a drive, which keeps its slash.
func drive(slashed string) bool { return len(slashed) == 3 && absolute(slashed) }
