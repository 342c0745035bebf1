//go:build unix

package checkpointtest

import "testing"

func oddRows() []row           { return nil }
func restoreRows() []row       { return nil }
func agentRows() []row         { return nil }
func processRows() []row       { return nil }
func crashRows() []row         { return nil }
func model(*testing.T, Opener) {}
